"""Many steps in one execution: the results of a plain `fit`, with every batch counted once."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

import zookit
from zookit.core import (
    Architecture,
    BrokenPlugin,
    Callback,
    Dataset,
    DatasetInfo,
    Listener,
    Preference,
    Result,
    Split,
    Splits,
    TrainingFailed,
    hookimpl,
)
from zookit.core.data import Source
from zookit.plugins.architectures.cnn import Cnn
from zookit.plugins.architectures.dense import Dense
from zookit.registry import default
from zookit.runs.checkpoint import load_checkpoint
from zookit.training.batches import Batches
from zookit.training.multi_step import UPDATES, choose_steps

SMALL: dict[str, Any] = {"batch_size": 8, "quiet": True}
DENSE = "dense:4,dropout=0.1"
"""Not compiled with XLA."""


def split(count: int, seed: int = 0) -> Split:
    """Return noise of three classes of different brightness."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 3, count)
    images = random.integers(0, 100, (count, 8, 8, 1)) + 70 * labels[:, None, None, None]
    return Split(images.astype(np.uint8), labels)


@dataclass(frozen=True)
class Noise(Dataset):
    """Some images of noise."""

    count: int = 100

    @property
    def info(self) -> DatasetInfo:
        return DatasetInfo((8, 8, 1), ("dark", "grey", "bright"))

    def load(self, source: Source) -> Splits:
        return Splits(split(self.count), split(30, seed=1))


@dataclass(frozen=True)
class Normalised(Architecture):
    """Has statistics of each batch, which padding would change."""

    def preference(self, image_shape: tuple[int, int, int], batch_size: int) -> Preference:
        return Preference(xla=True)

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        return keras.layers.BatchNormalization()(keras.layers.Flatten()(images))


def plain_fit(
    layers: Callable[[], Sequence[keras.layers.Layer]], count: int, epochs: int, *, weigh: bool
) -> dict[str, Any]:
    """Return the losses of plain Keras, with the batches in the same order."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            keras.layers.Rescaling(1 / 255),
            *layers(),  # built here, because they draw their seeds when they are built
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    train, test = split(count), split(30, seed=1)
    weights = dict(enumerate(count / (3 * np.bincount(train.labels))))
    history: dict[str, list[float]] = {}
    for epoch in range(epochs):
        order = np.random.default_rng([0, epoch]).permutation(count)
        fitted = model.fit(
            train.images[order],
            train.labels[order],
            batch_size=8,
            class_weight=weights if weigh else None,
            shuffle=False,
            verbose=0,
        )
        for name, values in fitted.history.items():
            history.setdefault(name, []).extend(values)
    tested = model.evaluate(test.images, test.labels, verbose=0, return_dict=True)
    return {"history": history, "test": tested}


BODIES = {
    "dense, with XLA": (
        Dense((16,)),
        lambda: [keras.layers.Flatten(), keras.layers.Dense(16, activation="relu")],
    ),
    "convolutions, without": (
        Cnn((4,), units=(8,)),
        lambda: [
            keras.layers.Conv2D(4, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(8, activation="relu"),
        ],
    ),
    "batch normalisation, with XLA": (
        Normalised(),
        lambda: [keras.layers.Flatten(), keras.layers.BatchNormalization()],
    ),
}


# 30 whole batches, 3 in an execution; 31, of which the last execution has one and a smaller batch;
# 30 and a smaller batch by itself. Each body and each number is met with class weights once.
@pytest.mark.parametrize(
    ("body", "count", "weigh"),
    [
        pytest.param("dense, with XLA", 250, True, marks=pytest.mark.slow),
        pytest.param("dense, with XLA", 243, False, marks=pytest.mark.slow),
        ("convolutions, without", 240, False),
        pytest.param("convolutions, without", 243, True, marks=pytest.mark.slow),
        pytest.param("batch normalisation, with XLA", 250, False, marks=pytest.mark.slow),
    ],
)
def test_losses_are_those_of_a_plain_fit(
    tmp_path: Path, body: str, count: int, weigh: bool
) -> None:
    architecture, layers = BODIES[body]
    run = zookit.run(
        Noise(count), architecture, runs_dir=tmp_path, class_weights=weigh, epochs=2, **SMALL
    )
    assert run.environment.runtime.xla == ("without" not in body)
    assert run.environment.runtime.steps_per_execution == 3
    assert iterations(run) == 2 * math.ceil(count / 8)
    plain = plain_fit(layers, count, 2, weigh=weigh)
    np.testing.assert_allclose(run.history["loss"], plain["history"]["loss"], rtol=1e-5)
    np.testing.assert_allclose(run.history["accuracy"], plain["history"]["accuracy"], rtol=1e-6)
    np.testing.assert_allclose(run.metrics["loss"], plain["test"]["loss"], rtol=1e-4)


def iterations(run: zookit.Run) -> int:
    """Return the number of training steps that the optimizer has made."""
    checkpoint = load_checkpoint(run)
    assert checkpoint is not None
    return int(checkpoint.arrays["optimizer/0000"])


@given(
    count=st.integers(1, 100_000),
    batch_size=st.integers(1, 300),
    side=st.integers(1, 500),
    xla=st.booleans(),
)
def test_progress_moves_ten_times_an_epoch_if_there_are_enough_steps(
    count: int, batch_size: int, side: int, xla: bool
) -> None:
    # The images are not read, so one pixel is enough.
    images = np.broadcast_to(np.uint8(0), (count, side, side, 3))
    batches = Batches(Split(images, np.zeros(count, np.int64)), batch_size)
    steps = choose_steps(batches, xla=xla)
    assert steps >= 1
    assert math.ceil(len(batches) / steps) >= min(UPDATES, len(batches))
    assert steps == 1 or steps * batches.batch_bytes <= 16_000_000


CALLS: list[int] = []


@dataclass(frozen=True)
class Watching(Callback):
    """Notes each batch that it is called for."""

    all: bool = False

    @property
    def every_batch(self) -> bool:
        return self.all

    def build(self) -> keras.callbacks.Callback:
        class Watch(keras.callbacks.Callback):  # type: ignore[misc]
            def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
                CALLS.append(batch)

        return Watch()


@pytest.mark.slow
@pytest.mark.parametrize("every", [True, False])
def test_a_callback_that_must_see_every_batch_does(tmp_path: Path, every: bool) -> None:
    CALLS.clear()
    run = zookit.run(Noise(805), DENSE, Watching(every), runs_dir=tmp_path, epochs=1, **SMALL)
    if every:
        assert list(range(101)) == CALLS
    else:
        assert UPDATES <= len(CALLS) < 101
    assert iterations(run) == 101


@pytest.mark.parametrize(
    "count", [*(pytest.param(each, marks=pytest.mark.slow) for each in (5, 8)), 9]
)
def test_every_batch_of_few_is_trained_on_once(tmp_path: Path, count: int) -> None:
    run = zookit.run(Noise(count), DENSE, runs_dir=tmp_path, epochs=2, class_weights=True, **SMALL)
    assert iterations(run) == 2 * math.ceil(count / 8)


@dataclass(frozen=True)
class Predicting(Callback):
    """Uses the model between epochs like any Keras model."""

    def build(self) -> keras.callbacks.Callback:
        class Predict(keras.callbacks.Callback):  # type: ignore[misc]
            def on_train_begin(self, logs: Any = None) -> None:
                used_as_plain_keras(self.model)

            def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
                # `evaluate` here would count in the epoch's own accuracy, in plain Keras too.
                test = split(30, seed=1)
                predicted = self.model.predict(test.images, batch_size=8, verbose=0)
                assert len(predicted) == 30

            def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
                used_as_plain_keras(self.model)
                CALLS.append(epoch)

        return Predict()


def used_as_plain_keras(model: keras.Model) -> float:
    """Return the loss on the test images, checked by predicting, in batches of 8."""
    test = split(30, seed=1)
    probabilities = model.predict(test.images, batch_size=8, verbose=0)
    logs = model.evaluate(test.images, test.labels, verbose=0, return_dict=True)
    picked = probabilities[np.arange(30), test.labels]
    np.testing.assert_allclose(-np.log(picked).mean(), logs["loss"], rtol=1e-4)
    return float(logs["loss"])


@dataclass(frozen=True)
class Afterwards(Listener):
    """Trains the model once more, like any Keras model, when the run has ended."""

    @hookimpl
    def run_finished(self, result: Result) -> None:
        used_as_plain_keras(result.model)
        before = int(result.model.optimizer.iterations)
        train = split(100)
        result.model.fit(train.images, train.labels, verbose=0)
        CALLS.append(int(result.model.optimizer.iterations) - before)


@pytest.mark.slow
def test_between_epochs_and_afterwards_the_model_is_a_plain_keras_model(tmp_path: Path) -> None:
    CALLS.clear()
    options: dict[str, Any] = {"runs_dir": tmp_path, "epochs": 2, "validation": 0.1, **SMALL}
    undisturbed = zookit.run(Noise(250), DENSE, **options)
    run = zookit.run(Noise(250), DENSE, Predicting(), listeners=Afterwards(), **options)
    assert CALLS == [0, 1, 4]
    assert run.history == undisturbed.history
    assert run.metrics == undisturbed.metrics


@dataclass(frozen=True)
class Impatient(Callback):
    """Presses Ctrl-C in the middle of an epoch."""

    def build(self) -> keras.callbacks.Callback:
        class Press(keras.callbacks.Callback):  # type: ignore[misc]
            def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
                if batch > 10:
                    raise KeyboardInterrupt

        return Press()


def test_after_an_interruption_the_model_is_a_plain_keras_model(tmp_path: Path) -> None:
    CALLS.clear()
    run = zookit.run(
        Noise(250), DENSE, Impatient(), listeners=Afterwards(), runs_dir=tmp_path, **SMALL
    )
    assert run.status == "interrupted"
    assert CALLS == [4]


@dataclass(frozen=True)
class Pixels(Architecture):
    """The pixels as they are: only the head has weights, a matrix and a vector."""

    def preference(self, image_shape: tuple[int, int, int], batch_size: int) -> Preference:
        return Preference(xla=True)

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        return keras.layers.Flatten()(images)


@pytest.mark.parametrize(
    "optimizer",
    [
        pytest.param(each, marks=[] if each == "lamb" else [pytest.mark.slow])
        for each in default.optimizers
    ],
)
def test_xla_compiles_every_optimizer(tmp_path: Path, optimizer: str) -> None:
    words = f"{optimizer}:learning_rate=0.003"
    run = zookit.run(Noise(), Pixels(), runs_dir=tmp_path, epochs=1, optimizer=words, **SMALL)
    assert run.environment.runtime.xla
    assert np.isfinite(run.metrics["loss"])
    used = run.model().optimizer
    assert type(used).__name__.lower() == optimizer.replace("_", "")
    assert float(used.learning_rate) == pytest.approx(0.003)


@dataclass(frozen=True)
class Compiling(Callback):
    """Compiles the model again between two epochs."""

    def build(self) -> keras.callbacks.Callback:
        class Compile(keras.callbacks.Callback):  # type: ignore[misc]
            def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
                self.model.compile("sgd", "sparse_categorical_crossentropy")

        return Compile()


def test_a_callback_that_compiles_the_model_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TrainingFailed, match="compiled the model"):
        zookit.run(Noise(), DENSE, Compiling(), runs_dir=tmp_path, **SMALL)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Even though the")
def test_functions_may_run_eagerly(tmp_path: Path) -> None:
    options: dict[str, Any] = {"runs_dir": tmp_path, "epochs": 1, **SMALL}
    compiled = zookit.run(Noise(24), "dense:4,activation=tanh", **options)
    tf.config.run_functions_eagerly(True)  # noqa: FBT003
    try:
        eager = zookit.run(Noise(24), "dense:4,activation=tanh", **options)
    finally:
        tf.config.run_functions_eagerly(False)  # noqa: FBT003
    np.testing.assert_allclose(eager.history["loss"], compiled.history["loss"], rtol=1e-5)


@pytest.mark.filterwarnings("ignore:Limiting steps_per_epoch", "ignore:Your input ran out of data")
def test_the_limit_of_steps_in_keras_is_kept(tmp_path: Path) -> None:
    keras.config.set_max_steps_per_epoch(3)
    try:
        run = zookit.run(Noise(), DENSE, runs_dir=tmp_path, epochs=2, **SMALL)
    finally:
        keras.config.set_max_steps_per_epoch(None)
    assert iterations(run) == 6


@dataclass(frozen=True)
class Turned(Architecture):
    """Prefers XLA for a layer that XLA cannot compile."""

    def preference(self, image_shape: tuple[int, int, int], batch_size: int) -> Preference:
        return Preference(xla=True)

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        return keras.layers.Flatten()(keras.layers.RandomRotation(0.1)(images))


def test_a_layer_that_xla_cannot_compile_is_the_architectures_fault(tmp_path: Path) -> None:
    with pytest.raises(BrokenPlugin, match=r"XLA.*Projective.*preference"):
        zookit.run(Noise(), Turned(), runs_dir=tmp_path, **SMALL)
