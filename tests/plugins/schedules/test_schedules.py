"""Schedules: the rate at each step, compared with formulas written out here."""

import math
from collections.abc import Callable

import keras
import numpy as np
import pytest

from zookit.core import BadParameter, Schedule
from zookit.modeling.optimizers import build_optimizer
from zookit.plugins import SGD
from zookit.registry import default
from zookit.training.resolve import compose

STEPS, EPOCHS = 8, 5
LAST = STEPS * EPOCHS - 1


def component(words: str) -> Schedule:
    return default.schedules.build(words).component


def rates(words: str) -> list[float]:
    """The rate at each step of training, as the optimizer has it."""
    optimizer = build_optimizer(SGD(), component(words), steps=STEPS, epochs=EPOCHS)
    found = []
    for step in range(LAST + 1):
        optimizer.iterations.assign(step)
        found.append(float(keras.ops.convert_to_numpy(optimizer.learning_rate)))
    return found


def half_cosine(share: float) -> float:
    return (1 + math.cos(math.pi * share)) / 2


def one_cycle(step: int) -> float:
    """PyTorch's OneCycleLR, with its defaults but for the end, for a top of 0.5."""
    top = 0.3 * (LAST + 1) - 1
    if step < top:
        return 0.02 + (0.5 - 0.02) * (1 - half_cosine(step / top))
    return 0.00005 + (0.5 - 0.00005) * half_cosine((step - top) / (LAST - top))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("cosine:0.5", lambda step: 0.5 * half_cosine(step / 40)),
        ("cosine:0.5,final=0.1", lambda step: 0.5 * (0.1 + 0.9 * half_cosine(step / 40))),
        (
            "cosine:0.5,warmup=1.5",
            lambda step: 0.5 * ((step + 1) / 12 if step < 12 else half_cosine((step - 12) / 28)),
        ),
        ("exponential:0.5,decay=0.8", lambda step: 0.5 * 0.8 ** (step / 8)),
        ("exponential:0.5,decay=0.8,staircase=true", lambda step: 0.5 * 0.8 ** (step // 8)),
        (
            "exponential:0.5,decay=0.8,warmup=1,staircase=true",
            lambda step: 0.5 * ((step + 1) / 8 if step < 8 else 0.8 ** (step // 8 - 1)),
        ),
        (
            "exponential:0.5,decay=0.8,warmup=0.5",
            lambda step: 0.5 * ((step + 1) / 4 if step < 4 else 0.8 ** ((step - 4) / 8)),
        ),
        ("steps:0.5,at=2+3.5", lambda step: 0.5 * 0.1 ** ((step >= 16) + (step >= 28))),
        (
            "steps:0.5,at=2+4,factor=0.5,warmup=1",
            lambda step: 0.5 * min((step + 1) / 8, 1) * 0.5 ** ((step >= 16) + (step >= 32)),
        ),
        ("one_cycle:0.5", one_cycle),
    ],
)
def test_the_rate_at_every_step(words: str, expected: Callable[[int], float]) -> None:
    found = rates(words)
    np.testing.assert_allclose(found, [expected(step) for step in range(LAST + 1)], 3e-5, 1e-7)
    assert all(0 < rate <= 0.5 + 1e-7 for rate in found)


def test_a_cycle_begins_peaks_and_ends_where_it_says() -> None:
    found = rates("one_cycle:0.5,rising=0.5,start=0.1,final=0.01")
    assert found[0] == pytest.approx(0.05)
    assert found.index(max(found)) == 19
    assert max(found) == pytest.approx(0.5)
    assert found[-1] == pytest.approx(0.005)
    assert found[:20] == sorted(found[:20])
    assert found[19:] == sorted(found[19:], reverse=True)
    assert rates("one_cycle:0.5,rising=0")[0] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("words", "uses"),
    [
        ("cosine:warmup=1", True),
        ("one_cycle", True),
        ("exponential:warmup=1", False),
        ("steps:0.1,at=1,warmup=1", False),
    ],
)
def test_only_some_depend_on_the_number_of_epochs(words: str, uses: bool) -> None:
    schedule = component(words)
    assert schedule.uses_epochs is uses
    assert not uses or schedule.build(8, 5)(20) != schedule.build(8, 6)(20)
    assert uses or schedule.build(8, 5)(20) == schedule.build(8, 6)(20)


@pytest.mark.parametrize("words", ["cosine:warmup=1", "one_cycle", "steps:0.1,at=1,warmup=0.5"])
def test_a_saved_optimizer_has_its_schedule(words: str) -> None:
    built = component(words).build(8, 5)
    again = type(built).from_config(built.get_config())
    assert [float(again(step)) for step in (0, 3, 9)] == [float(built(step)) for step in (0, 3, 9)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("cosine:0", "rate must be greater than 0"),
        ("cosine:nan", "rate must be a finite number"),
        ("cosine:final=2", "final must be at most 1"),
        ("exponential:decay=1", "decay must be less than 1"),
        ("steps:0.1", "at is required"),
        ("steps:0.1,at=20+10", "^steps: at must be ascending, got 20.10. Write at=10.20"),
        ("steps:0.1,at=2+2", "ascending, got 2.2. Write at=2"),
        ("steps:0.1,at=0", "at .*greater than 0"),
        ("steps:0.1,at=1,warmup=2", "warm-up must end before .*warmup=2 and at=1"),
        ("exponential:staircase=true,warmup=0.5", "whole epochs. Write warmup=1, or stairc"),
        ("exponential:staircase=true,warmup=2.4", "whole epochs. Write warmup=2, or stairc"),
        ("steps:0.1,at=1,factor=2", "factor must be less than 1"),
        ("one_cycle:rising=1", "rising must be less than 1"),
    ],
)
def test_wrong_parameters_are_refused(words: str, expected: str) -> None:
    with pytest.raises(BadParameter, match=expected):
        component(words)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("cosine:warmup=5", "^cosine: warmup is 5, .* 5 epochs"),
        ("exponential:warmup=7", "^exponential: warmup is 7, "),
        ("steps:0.1,at=2+5", "^steps: .* after epoch 5, .* only 5"),
    ],
)
def test_what_the_run_does_not_reach_is_refused(words: str, expected: str) -> None:
    with pytest.raises(BadParameter, match=expected):
        build_optimizer(SGD(), component(words), steps=STEPS, epochs=EPOCHS)
    with pytest.raises(BadParameter, match=expected):  # before TensorFlow is imported
        compose("mnist", "dense", options={"learning_rate": words, "epochs": EPOCHS})
