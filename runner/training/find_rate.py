"""The learning-rate range test: train a little at ever higher rates, and look at the loss.

Leslie N. Smith: Cyclical learning rates for training neural networks. 2015,
https://arxiv.org/abs/1506.01186, section 3.3. The rate grows exponentially here, so that each
decade gets as many steps.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from zookit.core import BadExperiment, TrainingFailed
from zookit.core.messages import option
from zookit.core.progress import silent
from zookit.terminal import bar
from zookit.training.batches import Batches
from zookit.training.compatibility import has_rate
from zookit.training.composition import Composition
from zookit.training.data_checks import check_before_data
from zookit.training.listeners import Listeners
from zookit.training.network import build_network
from zookit.training.preparation import prepare_data, started_runtime
from zookit.training.range_test import MovingAverage, RangeTest
from zookit.training.rate_range import RateRange

if TYPE_CHECKING:
    import keras
    import numpy.typing as npt

    Rates = npt.NDArray[np.float64]

_TOO_HIGH = 4
"""The loss has diverged if the smoothed one is this many times that of the first steps."""


def find_rate(composition: Composition, tried: RateRange, *, quiet: bool = False) -> RangeTest:
    """Train for a number of steps, while the learning rate grows from the lowest to the highest.

    It ends early if the loss diverges. Nothing is written. Shows progress unless `quiet`.

    Raises:
        BadExperiment: the composition sets the learning rate.
        TrainingFailed: the loss is not finite at the start.
        ZookitError: the data or the model cannot be prepared.
    """
    _check_rate_free(composition)
    rates = np.geomspace(tried.lowest, tried.highest, tried.steps)
    check_before_data(composition)
    prepared, feeds = prepare_data(composition, quiet=quiet)
    with started_runtime(composition) as runtime:
        network = build_network(composition, prepared, feeds, runtime, Listeners([]), None)
        found = _try_rates(network.model, feeds.train, rates, quiet=quiet)
        guessing = _loss_of_guessing(composition, network.model, prepared.splits.train.labels)
        return replace(found, guessing=guessing)


def _try_rates(model: "keras.Model", batches: Batches, rates: "Rates", *, quiet: bool) -> RangeTest:
    losses: list[float] = []
    average, first, first_steps = MovingAverage(), math.inf, len(rates) // 10
    diverged = False
    shown = silent if quiet else bar
    with shown("trying learning rates", len(rates) * batches.batch_size, "images") as advance:
        for rate, batch in zip(rates, _endless(batches), strict=False):
            _set_rate(model, float(rate))
            model.reset_metrics()
            loss = float(model.train_on_batch(*batch, return_dict=True)["loss"])
            diverged = not math.isfinite(loss) or average.add(loss) > _TOO_HIGH * first
            if math.isfinite(loss):
                losses.append(loss)
            if diverged:
                break
            if len(losses) == first_steps:
                first = sum(losses) / first_steps
            advance(batches.batch_size)
    if not losses:
        raise TrainingFailed(
            "the loss of the first batch is not a finite number, before any training. Check the "
            "architecture, its initial weights and the loss."
        )
    return RangeTest(rates[: len(losses)], np.array(losses), diverged)


def _endless(batches: Batches) -> Iterator[tuple[Any, ...]]:
    """Yield the batches of one epoch after another."""
    while True:
        yield from batches.dataset()
        batches.epoch += 1


def _set_rate(model: "keras.Model", rate: float) -> None:
    try:
        model.optimizer.learning_rate = rate
    except (TypeError, ValueError) as error:  # as Keras raises where the rate follows a schedule
        raise BadExperiment(
            "the optimizer has a schedule of its own, so its learning rate cannot be set. Choose "
            f"another one with {option('--optimizer', 'optimizer')}."
        ) from error


def _loss_of_guessing(
    composition: Composition, model: "keras.Model", labels: "npt.NDArray[np.integer[Any]]"
) -> float | None:
    """Return the loss of a model that answers with the frequencies of the classes.

    None if the loss is not the plain crossentropy of all images alike.
    """
    experiment = composition.experiment
    if experiment.loss is not None or experiment.settings.class_weights or model.losses:
        return None
    _, counts = np.unique(labels, return_counts=True)
    shares = counts / counts.sum()
    return float(-(shares * np.log(shares)).sum())


def _check_rate_free(composition: Composition) -> None:
    experiment = composition.experiment
    given = experiment.schedule or (has_rate(experiment.optimizer) and experiment.optimizer)
    if given:
        removed = given.short_words if experiment.schedule else "learning_rate"
        raise BadExperiment(
            f"a range test sets the learning rate itself, but {given.short_words} sets it too. "
            f"Remove {removed}."
        )
