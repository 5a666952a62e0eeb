"""The limits that a card names."""

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from made_runs import digits

from zookit.core import Evaluation
from zookit.inference.scores import Scores
from zookit.runs.run import RunRecord
from zookit.scaffold.limits import limits_of


def text_of(run: RunRecord, found: Scores | None = None) -> str:
    return " ".join(limits_of(run, found or scores(right=90, wrong=10)))


def with_history(**history: tuple[float, ...]) -> RunRecord:
    return replace(digits(), history=MappingProxyType(history))


def scores(right: int, wrong: int, rare: int = 100) -> Scores:
    """The scores of two classes; of the second one, `rare` images are all predicted correctly."""
    labels = np.array([0] * (right + wrong) + [1] * rare)
    predicted = np.array([0] * right + [1] * wrong + [1] * rare)
    nothing = np.empty((0, 1, 1, 1), np.uint8)
    ones = np.ones(len(labels), np.float32)
    evaluation = Evaluation(labels, predicted, ones, np.empty(0, np.int64), nothing)
    return Scores.of(evaluation, ("cat", "dog"))


def test_a_short_training_on_the_sample_is_named() -> None:
    found = text_of(digits())
    assert "6,000 images of the sample" in found
    assert "only 1 epoch." in found
    assert "No validation images" in found
    assert "without augmentation" in found


def test_an_augmented_training_has_seen_more() -> None:
    run = digits()
    experiment = replace(run.experiment, augmentations=(run.experiment.architecture,))
    assert "without augmentation" not in text_of(replace(run, experiment=experiment))


@pytest.mark.parametrize(
    ("losses", "is_named"), [((3.0, 2.0, 1.0), True), ((3.0, 1.0, 2.0), False)]
)
def test_a_loss_that_still_fell_is_named(losses: Any, is_named: bool) -> None:
    found = text_of(with_history(loss=(9.0, 8.0, 7.0), val_loss=losses, accuracy=(0.1, 0.2, 0.3)))
    assert ("validation loss was lowest in the last epoch" in found) == is_named
    assert "for only" not in found


def test_the_calibration_is_named() -> None:
    # All probabilities are 1, and 190 of 200 predictions are right.
    assert "calibration error of its probabilities is 0.0500." in text_of(digits())


def test_overfitting_is_named() -> None:
    found = text_of(with_history(loss=(1.0, 0.5, 0.2), accuracy=(0.9, 0.99, 0.9999)))
    assert "overfits" in found
    assert "99.99%" in found


@pytest.mark.parametrize(
    ("right", "wrong", "low", "high"),
    [
        (90, 10, "91.0%", "97.3%"),
        (71, 0, "94.9%", "100.0%"),
        (50, 0, "92.9%", "100.0%"),
    ],
)
def test_the_accuracy_has_its_interval(right: int, wrong: int, low: str, high: str) -> None:
    rare = 100 if wrong else 0
    found = text_of(digits(), scores(right, wrong, rare))
    assert f"{right + wrong + rare} images" in found
    assert f"between {low} and {high}" in found


def test_the_weights_that_a_training_started_from_are_named() -> None:
    run = digits()
    tuned = replace(run, experiment=replace(run.experiment, initial_weights="other/mnist_cnn"))
    assert "started from other/mnist_cnn" in text_of(tuned)


def test_overfitting_is_that_of_the_restored_weights() -> None:
    run = with_history(loss=(1.0, 0.5, 0.2), accuracy=(0.5, 0.99, 0.9999))
    assert run.ending
    assert "overfits" in text_of(run)
    restored = replace(run, ending=replace(run.ending, restored_epoch=1))
    assert "overfits" not in text_of(restored)


def test_a_model_that_guesses_is_named() -> None:
    assert "hardly better" in text_of(digits(), scores(right=5, wrong=95, rare=100))
    assert "hardly better" not in text_of(digits(), scores(right=90, wrong=10, rare=100))


def test_weak_and_rare_classes_are_named() -> None:
    found = text_of(digits(), scores(right=40, wrong=60, rare=5))
    assert "fewer than half of the images of cat (40%)" in found
    assert "images of dog" in found
    assert "cat" not in text_of(digits(), scores(right=90, wrong=10))
