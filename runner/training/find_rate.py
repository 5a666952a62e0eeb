"""The learning-rate range test: train a little at ever higher rates, and look at the loss.

Leslie N. Smith: Cyclical learning rates for training neural networks. 2015,
https://arxiv.org/abs/1506.01186, section 3.3. The rate grows exponentially here, so that each
decade gets as many steps.
"""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from zookit.core import BadExperiment, BadParameter, TrainingFailed
from zookit.core.messages import option
from zookit.core.progress import silent
from zookit.modeling.reseeding import reseeding_noticed
from zookit.modeling.runtime import out_of_memory_reported
from zookit.registry.blame import plugins_blamed
from zookit.terminal import bar
from zookit.training.batches import Batches
from zookit.training.compatibility import has_rate
from zookit.training.composition import Composition
from zookit.training.data_checks import check_before_data
from zookit.training.listeners import Listeners
from zookit.training.network import build_network
from zookit.training.preparation import prepare_data, started_runtime
from zookit.training.range_test import RangeTest, has_diverged

if TYPE_CHECKING:
    import keras
    import numpy.typing as npt

    Rates = npt.NDArray[np.float64]

LOWEST, HIGHEST, STEPS = 1e-6, 10.0, 400
_FEWEST = 20
"""With fewer steps, the moving average of the losses says nothing."""


def find_rate(
    composition: Composition,
    *,
    lowest: float = LOWEST,
    highest: float = HIGHEST,
    steps: int = STEPS,
    quiet: bool = False,
) -> RangeTest:
    """Train for a number of steps, while the learning rate grows from `lowest` to `highest`.

    It ends when the loss diverges. Nothing is written. Shows progress unless `quiet`.

    Raises:
        BadExperiment: the composition sets the learning rate.
        BadParameter: a rate or the number of steps is out of range.
        TrainingFailed: the loss is not finite at the start.
        ZookitError: the data or the model cannot be prepared.
    """
    _check_rate_free(composition)
    rates = _rates(lowest, highest, steps)
    check_before_data(composition)
    prepared, feeds = prepare_data(composition, quiet=quiet)
    with (
        plugins_blamed(*composition.unregistered()),
        started_runtime(composition) as runtime,
        reseeding_noticed(*composition.unregistered()),
        out_of_memory_reported(),
    ):
        network = build_network(composition, prepared, feeds, runtime, Listeners([]), None)
        return _try_rates(network.model, feeds.train, rates, quiet=quiet)


def _try_rates(model: "keras.Model", batches: Batches, rates: "Rates", *, quiet: bool) -> RangeTest:
    losses: list[float] = []
    shown = silent if quiet else bar
    with shown("trying learning rates", len(rates) * batches.batch_size, "images") as advance:
        for rate, batch in zip(rates, _endless(batches), strict=False):
            _set_rate(model, float(rate))
            model.reset_metrics()
            losses.append(float(model.train_on_batch(*batch, return_dict=True)["loss"]))
            advance(batches.batch_size)
            if has_diverged(losses):
                break
    if not math.isfinite(losses[-1]):
        losses.pop()
    if not losses:
        raise TrainingFailed(
            "the loss of the first batch is not a finite number, before any training. Check the "
            "architecture, its initial weights and the loss."
        )
    return RangeTest(rates[: len(losses)], np.array(losses))


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


def _check_rate_free(composition: Composition) -> None:
    experiment = composition.experiment
    given = experiment.schedule or (has_rate(experiment.optimizer) and experiment.optimizer)
    if given:
        raise BadExperiment(
            f"a range test sets the learning rate itself, but {given.words} sets it too. Remove it."
        )


def _rates(lowest: float, highest: float, steps: int) -> "Rates":
    if not 0 < lowest < highest < math.inf:
        raise BadParameter(
            "the lowest rate must be above 0 and below the highest one, got "
            f"{option('--lowest', 'lowest=')} {lowest:g} and {option('--highest', 'highest=')} "
            f"{highest:g}."
        )
    if steps < _FEWEST:
        raise BadParameter(
            f"steps must be at least {_FEWEST}, got {steps}. The default is {STEPS}."
        )
    return np.geomspace(lowest, highest, steps)
