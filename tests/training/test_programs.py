"""Trainings that reuse the program of an earlier one: the same bits, and none where it differs."""

import gc
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import keras
import pytest
import tensorflow as tf
from hypothesis import example, given, settings
from hypothesis import strategies as st
from small_compositions import COMPOSITIONS, Training, bits
from small_runs import Interrupt, small_images

from zookit.core import (
    Architecture,
    Listener,
    RunContext,
    TrainingFailed,
    hookimpl,
    processors,
)
from zookit.core.data.cache import cache_folder
from zookit.isolation import run_in_child
from zookit.training.programs import programs_reused

if TYPE_CHECKING:
    from collections.abc import Iterator

SLOW = pytest.mark.slow
MAPS = Path("/proc/self/maps")


@pytest.fixture
def train_small(images: str, tmp_path: Path) -> Training:
    return Training(images, tmp_path)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(options, id=name, marks=[SLOW] if at else [])
        for at, (name, options) in enumerate(COMPOSITIONS.items())
    ],
)
def test_a_program_is_reused_with_the_same_bits(
    train_small: Training, options: dict[str, Any]
) -> None:
    expected = [bits(train_small(**options, seed=seed)) for seed in (0, 1)]
    with programs_reused():
        results = [train_small(**options, seed=seed) for seed in (1, 0)]
    assert [bits(each) for each in results] == expected[::-1]
    assert results[0].model is results[1].model


@SLOW
@given(st.lists(st.tuples(st.sampled_from(list(COMPOSITIONS)), st.integers(0, 2)), max_size=5))
@example([("XLA", 1), ("frozen, then not", 0)])
@settings(max_examples=2, deadline=None)
def test_the_bits_are_those_of_a_new_process_in_any_order(order: list[tuple[str, int]]) -> None:
    with TemporaryDirectory() as folder, programs_reused(most=2):
        here = Training(small_images(), Path(folder))
        results = [here(**COMPOSITIONS[name], seed=seed) for name, seed in order]
        assert [bits(each) for each in results] == [bits_of_new_process(*each) for each in order]


@cache
def bits_of_new_process(name: str, seed: int) -> dict[str, bytes]:
    threads = tf.config.threading.get_intra_op_parallelism_threads() or processors()
    argument = {"images": small_images(), "name": name, "seed": seed, "threads": threads}
    answer = run_in_child("small_compositions:train_in_child", argument)
    return {name: bytes.fromhex(each) for name, each in answer.items()}


@SLOW
def test_no_program_is_reused_outside_of_the_block(train_small: Training) -> None:
    with programs_reused():
        first = train_small()
    assert train_small().model is not first.model


@SLOW
def test_the_learning_rate_and_the_number_of_epochs_may_differ(train_small: Training) -> None:
    expected = bits(train_small(learning_rate=0.1, epochs=3))
    with programs_reused():
        first = train_small()
        other = train_small(learning_rate=0.1, epochs=3)
    assert other.model is first.model
    assert bits(other) == expected


@SLOW
def test_another_program_is_not_reused(train_small: Training) -> None:
    others: list[dict[str, Any]] = [
        {"architecture": "dense:8,dropout=0.2"},
        {"optimizer": "adam:beta_1=0.8"},
        {"normalize": False},
    ]
    with programs_reused():
        first = train_small(epochs=1)
        assert all(train_small(epochs=1, **each).model is not first.model for each in others)


@dataclass(frozen=True)
class Breaks(Listener):
    """Fails the training, or sets another rate of dropout for all that follows."""

    fails: bool

    @hookimpl
    def keras_callbacks(self, run: RunContext) -> "Iterator[keras.callbacks.Callback]":
        def act(epoch: int, logs: Any) -> None:
            if self.fails:
                callback.model.optimizer.learning_rate = float("nan")
            else:
                callback.model.get_layer(index=-2).rate = 0.9

        callback = keras.callbacks.LambdaCallback(on_epoch_end=act)
        yield callback


@SLOW
def test_after_a_training_that_did_not_end_well_the_bits_are_the_same(
    train_small: Training,
) -> None:
    expected = bits(train_small())
    with programs_reused():
        interrupted = train_small(listeners=[Interrupt(5)])
        again = train_small()
        assert again.model is not interrupted.model
        assert bits(again) == expected
        with pytest.raises(TrainingFailed):
            train_small(listeners=[Breaks(fails=True)])
        assert bits(train_small()) == expected


def test_a_program_that_was_changed_is_not_reused(train_small: Training) -> None:
    expected = bits(train_small())
    with programs_reused():
        changed = train_small(listeners=[Breaks(fails=False)])
        again = train_small()
    assert again.model is not changed.model
    assert bits(again) == expected


@dataclass(frozen=True)
class Unregistered(Architecture):
    """Has no entry point."""

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        return keras.layers.Flatten()(images)


def test_a_program_of_an_unregistered_component_is_not_reused(train_small: Training) -> None:
    with programs_reused():
        assert train_small(Unregistered()).model is not train_small(Unregistered()).model


@SLOW
def test_few_programs_are_kept(train_small: Training) -> None:
    with programs_reused(most=1):
        first = train_small("dense:4,dropout=0.1", epochs=1)
        train_small("dense:5,dropout=0.1", epochs=1)
        assert train_small("dense:4,dropout=0.1", epochs=1).model is not first.model


@SLOW
@pytest.mark.skipif(not MAPS.exists(), reason="this system does not list what is mapped")
def test_no_data_stays_mapped_but_that_of_kept_programs(train_small: Training) -> None:
    def mapped() -> int:
        gc.collect()
        return MAPS.read_text().count(str(cache_folder()))

    before = mapped()
    with programs_reused(most=1):
        for seed in range(4):
            train_small(seed=seed, epochs=1, validation=0.2)
        assert mapped() <= before + 1
    assert mapped() == before
