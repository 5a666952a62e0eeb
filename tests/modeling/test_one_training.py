"""Trainings in threads give the results of trainings one after the other."""

import logging
import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_runs import DENSE, SMALL, different_ends

import zookit
from zookit.core import Callback, Listener, RunContext, ZookitError, hookimpl
from zookit.modeling.one_training import one_training, seed_training


@pytest.mark.slow
def test_trainings_in_threads_equal_one_that_runs_alone(
    images: str, tmp_path: Path, finished: Path
) -> None:
    stop = threading.Event()
    run = zookit.open_run(finished)

    def train(at: int) -> Path:
        runs_dir = tmp_path / str(at)
        return zookit.run(images, DENSE, runs_dir=runs_dir, epochs=2, **SMALL).folder

    def use() -> None:
        while not stop.wait(0.1):  # draws initial weights, too
            run.predict(np.zeros((1, 8, 8, 1), np.uint8))

    def draw() -> None:
        while not stop.wait(0.001):
            random.seed(random.random())
            keras.layers.Dropout(0.5)

    users = [threading.Thread(target=use), threading.Thread(target=draw)]
    for user in users:
        user.start()
    try:
        with ThreadPoolExecutor(2) as threads:
            folders = list(threads.map(train, range(2)))
    finally:
        stop.set()
        for user in users:
            user.join()
    assert [different_ends(each, finished) for each in folders] == [[], []]


@pytest.mark.slow
def test_resuming_and_reproducing_in_threads_change_nothing(
    images: str, tmp_path: Path, finished: Path, run: Path
) -> None:
    stopped = zookit.open_run(run)
    whole = zookit.run(images, DENSE, runs_dir=tmp_path / "whole", epochs=3, **SMALL)
    with ThreadPoolExecutor(2) as threads:
        resumed = threads.submit(stopped.resume, 3, quiet=True)
        reproduced = threads.submit(zookit.open_run(finished).reproduce, tmp_path, quiet=True)
    assert different_ends(resumed.result().folder, whole.folder) == []
    assert reproduced.result().identical


@dataclass(frozen=True)
class Within(Callback):
    """Calls a function within a training."""

    def build(self) -> Any:
        return keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: INNER[0]())


@dataclass(frozen=True)
class WithinListener(Listener):
    """Calls it when the run has started."""

    @hookimpl
    def run_started(self, run: RunContext) -> None:
        INNER[0]()


INNER: list[Callable[[], object]] = []
"""The function that they call."""


@pytest.mark.parametrize("action", ["run", "resume", "reproduce"])
def test_a_training_within_a_training_is_refused(
    images: str, tmp_path: Path, run: Path, action: str
) -> None:
    inner = {
        "run": lambda: zookit.run(images, DENSE, runs_dir=tmp_path / "inner", **SMALL),
        "resume": lambda: zookit.open_run(run).resume(3, quiet=True),
        "reproduce": lambda: zookit.open_run(run).reproduce(tmp_path / "inner", quiet=True),
    }
    INNER[:] = [inner[action]]
    with pytest.raises(ZookitError, match="within another"):
        zookit.run(images, DENSE, Within(), runs_dir=tmp_path, **SMALL)
    assert not (tmp_path / "inner").exists()


def test_a_training_within_a_listener_is_reported(
    images: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    INNER[:] = [lambda: zookit.run(images, DENSE, runs_dir=tmp_path / "inner", **SMALL)]
    settings = {**SMALL, "epochs": 1, "runs_dir": tmp_path}
    assert zookit.run(images, DENSE, listeners=WithinListener(), **settings).status == "finished"
    assert "within another" in capsys.readouterr().err


def test_the_callers_random_numbers_do_not_depend_on_a_training(
    images: str, tmp_path: Path
) -> None:
    """A random search in a loop would otherwise draw the same value after each run."""

    def drawn(*, train: bool) -> list[float]:
        keras.utils.set_random_seed(5)
        if train:
            zookit.run(images, DENSE, runs_dir=tmp_path, epochs=1, **SMALL)
        keras_and_tensorflow = keras.random.uniform(()), tf.random.uniform(())
        numpy = float(np.random.random())  # noqa: NPY002
        return [random.random(), numpy, *map(float, keras_and_tensorflow)]

    assert drawn(train=True) == drawn(train=False)


def test_another_thread_does_not_change_the_seeds_of_a_training() -> None:
    """Fails if Keras draws seeds by another name now than the one that is replaced."""

    def weights(*, disturbed: bool) -> Any:
        with one_training():
            seed_training(3)
            if disturbed:
                other = threading.Thread(target=random.seed, args=(9,))
                other.start()
                other.join()
            layer = keras.layers.Dense(3)
            layer.build((None, 4))
            return layer.kernel.numpy()

    assert np.array_equal(weights(disturbed=True), weights(disturbed=False))


def test_a_training_needs_no_private_names(
    images: str, tmp_path: Path, finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another version of Keras or TensorFlow may not have them."""
    for package, name in (
        ("keras.src.random", "seed_generator"),
        ("keras.src.backend.common", "global_state"),
        ("tensorflow.python.eager", "context"),
    ):
        monkeypatch.setattr(import_module(package), name, ModuleType("empty"))
    random.seed(1)
    state = random.getstate()
    again = zookit.run(images, DENSE, runs_dir=tmp_path, epochs=2, **SMALL)
    assert different_ends(again.folder, finished) == []
    assert random.getstate() == state


@dataclass(frozen=True)
class Reseeding(Callback):
    """Seeds all generators and draws from them, as careless code does."""

    def build(self) -> Any:
        def disturb(*_: Any, **__: Any) -> None:
            keras.utils.set_random_seed(99)
            keras.layers.Dense(3).build((None, 4))

        return keras.callbacks.LambdaCallback(
            on_epoch_begin=disturb, on_train_batch_begin=disturb, on_epoch_end=disturb
        )


@pytest.mark.slow
def test_seeding_between_steps_changes_no_bits(images: str, tmp_path: Path, finished: Path) -> None:
    again = zookit.run(images, DENSE, Reseeding(), runs_dir=tmp_path, epochs=2, **SMALL)
    assert again.history == zookit.open_run(finished).history


def test_a_waiting_training_says_so(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "zookit")
    began = threading.Event()

    def wait() -> None:
        with one_training():
            began.set()

    with one_training():
        waiting = threading.Thread(target=wait)
        waiting.start()
        for _ in range(1000):
            if caplog.records:
                break
            waiting.join(0.01)
        assert not began.is_set()
    waiting.join()
    assert began.is_set()
    assert len(caplog.records) == 1


def test_equal_seeds_give_equal_numbers_where_kernels_are_kept() -> None:
    def drawn(seed: int) -> list[float]:
        seed_training(seed, keep_kernels=True)
        stateful, stateless = tf.random.uniform((2,)), keras.random.uniform((2,))
        return [*map(float, stateful), *map(float, stateless), random.random()]

    with one_training():
        seed_training(3)
        expected = [*map(float, tf.random.uniform((2,))), *map(float, keras.random.uniform((2,)))]
        first, other, again = drawn(3), drawn(4), drawn(3)
    assert first[:-1] == again[:-1] == expected
    assert first == again != other
