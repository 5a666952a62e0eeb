"""Optimizers with a learning rate: a number, or a schedule that follows the steps of training."""

from dataclasses import dataclass
from typing import Any

import keras
import pytest

from zookit.core import BadParameter, BrokenPlugin, Optimizer, Schedule
from zookit.modeling.optimizers import build_optimizer
from zookit.plugins import SGD, Cosine


def test_a_number_and_a_schedule() -> None:
    assert float(build_optimizer(SGD(0.5)).learning_rate) == 0.5
    scheduled = build_optimizer(SGD(), Cosine(0.5, warmup=1), steps=10, epochs=3)
    assert float(scheduled.learning_rate) == pytest.approx(0.05)  # at step 0, in the warm-up
    scheduled.iterations.assign(10)
    assert float(scheduled.learning_rate) == pytest.approx(0.5)


@dataclass(frozen=True)
class Halved(Schedule):
    """Takes what it needs, and refuses short epochs."""

    def build(self, steps_per_epoch: int) -> Any:  # type: ignore[override]
        if steps_per_epoch < 2:
            raise ValueError("an epoch of\n one step")
        return keras.optimizers.schedules.ExponentialDecay(1.0, steps_per_epoch, 0.5)


@dataclass(frozen=True)
class Wrong(Optimizer):
    """Returns no optimizer."""

    def build(self, learning_rate: Any) -> Any:
        return learning_rate


def test_components_of_others() -> None:
    assert float(build_optimizer(SGD(), Halved(), steps=2).learning_rate) == 1
    with pytest.raises(BadParameter, match=r"Halved: an epoch of one step \(.*\.py:"):
        build_optimizer(SGD(), Halved(), steps=1)
    with pytest.raises(BrokenPlugin, match=r"Wrong\.build returned 0\.1"):
        build_optimizer(Wrong(0.1))


@dataclass(frozen=True)
class RateOfItsOwn(Optimizer):
    """Takes no learning rate."""

    def build(self) -> Any:  # type: ignore[override]
        return keras.optimizers.SGD(0.5)


@dataclass(frozen=True)
class Scaled(Optimizer):
    """Passes the rate on to the optimizer inside of another."""

    def build(self, learning_rate: Any) -> Any:
        return keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(learning_rate))


@pytest.mark.parametrize(
    ("optimizer", "schedule"), [(RateOfItsOwn(0.1), None), (RateOfItsOwn(), Cosine(0.5))]
)
def test_a_learning_rate_is_not_dropped(optimizer: Optimizer, schedule: Schedule | None) -> None:
    with pytest.raises(BrokenPlugin, match=r"RateOfItsOwn: build ignores .* Pass learning_rate"):
        build_optimizer(optimizer, schedule, steps=2, epochs=2)
    assert float(build_optimizer(RateOfItsOwn()).learning_rate) == 0.5


def test_an_optimizer_inside_of_another_has_the_rate() -> None:
    assert float(build_optimizer(Scaled(0.1)).learning_rate) == pytest.approx(0.1)
    scheduled = build_optimizer(Scaled(), Cosine(0.5), steps=2, epochs=2)
    assert float(scheduled.learning_rate) == pytest.approx(0.5)
