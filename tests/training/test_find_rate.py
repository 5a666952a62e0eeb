"""The learning-rate range test."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import zookit
from zookit.core import Architecture, BadExperiment
from zookit.training.find_rate import find_rate
from zookit.training.listeners import Listeners
from zookit.training.network import build_network
from zookit.training.preparation import prepare_data, started_runtime
from zookit.training.range_test import RangeTest
from zookit.training.rate_range import RateRange
from zookit.training.resolve import compose

if TYPE_CHECKING:
    import keras

STEPS, BATCH = 40, 8
"""More steps than an epoch of 96 images has."""


@dataclass(frozen=True)
class Pixels(Architecture):
    """The pixels themselves, so that the model is a softmax regression."""

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        from keras import layers

        return layers.Flatten()(images)


def found(images: str, architecture: Any = "dense:8", **options: Any) -> RangeTest:
    limits = {name: options.pop(name) for name in ("lowest", "highest") if name in options}
    composition = compose(images, architecture, (), {"batch_size": BATCH, **options})
    return find_rate(composition, RateRange(**limits, steps=STEPS), quiet=True)


def test_a_softmax_regression_by_hand(images: str) -> None:
    composition = compose(images, Pixels(), (), {"batch_size": BATCH, "optimizer": "sgd"})
    prepared, feeds = prepare_data(composition, quiet=True)
    with started_runtime(composition) as runtime:
        network = build_network(composition, prepared, feeds, runtime, Listeners([]), None)
        weights, bias = (each.astype(float) for each in network.model.get_weights())
    train = prepared.splits.train
    pixels = train.images.reshape(len(train), -1) / 255.0
    rates, losses = np.geomspace(1e-4, 0.1, STEPS), []
    for step, rate in enumerate(rates):
        epoch, at = divmod(step, len(train) // BATCH)
        order = np.random.default_rng([0, epoch]).permutation(len(train))
        batch = order[at * BATCH : (at + 1) * BATCH]
        scores = pixels[batch] @ weights + bias
        shares = np.exp(scores - scores.max(1, keepdims=True))
        shares /= shares.sum(1, keepdims=True)
        labels = np.eye(3)[train.labels[batch]]
        losses.append(-np.log((shares * labels).sum(1)).mean())
        slope = (shares - labels) / BATCH
        weights -= rate * pixels[batch].T @ slope
        bias -= rate * slope.sum(0)

    result = find_rate(composition, RateRange(1e-4, 0.1, STEPS), quiet=True)
    assert result.rates == pytest.approx(rates)
    assert result.losses == pytest.approx(losses, rel=1e-4)
    assert losses[-1] < 0.8 * losses[0]


def test_the_same_seed_gives_the_same_curve(images: str) -> None:
    first, again, other = (found(images, seed=seed).losses for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_it_ends_when_the_loss_diverges(images: str) -> None:
    result = found(images, optimizer="sgd", lowest=1e-3, highest=1e9)
    assert len(result.rates) == len(result.losses) < STEPS
    assert np.isfinite(result.losses).all()
    assert result.rates[-1] < 1e9
    assert result.diverged


def test_the_loss_of_guessing_is_that_of_the_frequencies_of_the_classes(images: str) -> None:
    composition = compose(images, "dense:8", (), {})
    labels = prepare_data(composition, quiet=True)[0].splits.train.labels
    shares = np.array([np.mean(labels == label) for label in range(3)])
    expected = -np.log(shares[labels]).mean()
    assert found(images).guessing == pytest.approx(expected)
    for options in ({"loss": "focal"}, {"class_weights": True}):
        assert found(images, **options).guessing is None


@pytest.mark.slow
def test_augmentations_and_class_weights_are_part_of_the_training(images: str) -> None:
    plain = found(images).losses
    for options in ({"augment": "mixup"}, {"augment": "flip"}, {"loss": "focal"}):
        assert not np.array_equal(found(images, **options).losses, plain)


@pytest.mark.parametrize(
    "options",
    [
        {"learning_rate": 0.1},
        {"learning_rate": "cosine:0.1"},
        {"optimizer": "sgd:learning_rate=0.1"},
    ],
)
def test_nothing_else_may_set_the_rate(images: str, options: dict[str, Any]) -> None:
    with pytest.raises(BadExperiment, match=r"learning.rate") as refused:
        found(images, **options)
    assert "momentum" not in str(refused.value)  # only what was given


@pytest.mark.slow
def test_a_small_loss_does_not_end_the_test(tmp_path: Path) -> None:
    """The batches of a trained network differ by far more than a factor of 4."""
    options: dict[str, Any] = {"epochs": 12, "data": "sample", "runs_dir": tmp_path, "quiet": True}
    run = zookit.run("mnist", "dense", **options)
    result = found("mnist", "dense", init=str(run.folder), data="sample", highest=1e-5)
    assert len(result.losses) == STEPS
    assert result.smoothed.max() > 4 * result.smoothed.min()
    assert not result.diverged
    assert result.suggestion is None
