"""The engine: plain Keras's results, every batch counted once, and what was chosen recorded."""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from conftest import Command
from hypothesis import given, settings
from hypothesis import strategies as st

import zookit
from zookit.core import (
    Architecture,
    BrokenPlugin,
    Callback,
    Dataset,
    DatasetInfo,
    Preference,
    Split,
    Splits,
    TrainingFailed,
    ZookitError,
)
from zookit.core.data import Source
from zookit.modeling.optimizers import OPTIMIZERS
from zookit.modeling.runtime import start_runtime
from zookit.plugins.architectures.cnn import Cnn
from zookit.plugins.architectures.dense import Dense
from zookit.training.batches import Batches
from zookit.training.multi_step import UPDATES, steps_at_once
from zookit.training.resolve import compose


def split(count: int, seed: int = 0) -> Split:
    """Noise of three classes, brighter by class."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 3, count)
    images = random.integers(0, 100, (count, 8, 8, 1)) + 70 * labels[:, None, None, None]
    return Split(images.astype(np.uint8), labels)


@dataclass(frozen=True)
class Noise(Dataset):
    """As many images as asked for."""

    count: int = 100

    @property
    def info(self) -> DatasetInfo:
        return DatasetInfo((8, 8, 1), ("dark", "grey", "bright"))

    def load(self, source: Source) -> Splits:
        return Splits(split(self.count), split(30, seed=1))


@dataclass(frozen=True)
class Normalised(Architecture):
    """Has statistics of each batch, which a padded batch would spoil."""

    def preference(self, image_shape: tuple[int, int, int], batch_size: int) -> Preference:
        return Preference(xla=True)

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        return keras.layers.BatchNormalization()(keras.layers.Flatten()(images))


def plain_fit(
    layers: Callable[[], Sequence[keras.layers.Layer]], count: int, epochs: int, *, weigh: bool
) -> dict[str, Any]:
    """The losses that a script of plain Keras gets, its batches in the same order."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            keras.layers.Rescaling(1 / 255),
            *layers(),  # their seeds are drawn as they are made
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


# 30 whole batches, 3 in an execution; 31, of which the last execution has one, and a smaller one
# that goes with it; 30 and a smaller one by itself.
COUNTS = (960, 1000, 970)
# Each two of a body, a count and whether classes are weighed meet.
MET = [
    (body, count, (row + column) % 2 == 1)
    for row, body in enumerate(BODIES)
    for column, count in enumerate(COUNTS)
]


@pytest.mark.parametrize(("body", "count", "weigh"), MET)
def test_losses_are_those_of_a_plain_fit(
    tmp_path: Path, body: str, count: int, weigh: bool
) -> None:
    architecture, layers = BODIES[body]
    result = zookit.run(
        Noise(count), architecture, runs_dir=tmp_path, epochs=3, class_weights=weigh, quiet=True
    )
    assert result.environment["runtime"]["xla"] == ("without" not in body)
    assert result.environment["runtime"]["steps_per_execution"] == 3
    assert int(result.model.optimizer.iterations) == 3 * math.ceil(count / 32)
    plain = plain_fit(layers, count, 3, weigh=weigh)
    np.testing.assert_allclose(result.history["loss"], plain["history"]["loss"], rtol=1e-5)
    np.testing.assert_allclose(result.history["accuracy"], plain["history"]["accuracy"], rtol=1e-6)
    np.testing.assert_allclose(result.metrics["loss"], plain["test"]["loss"], rtol=1e-4)


@given(
    count=st.integers(1, 500),
    batch_size=st.integers(1, 40),
    steps=st.integers(1, 30),
    data=st.data(),
)
@settings(deadline=None, max_examples=15)
def test_chunks_hold_each_image_once_in_the_order_of_the_batches(
    count: int, batch_size: int, steps: int, data: st.DataObject
) -> None:
    images = np.arange(count, dtype=np.uint16).view(np.uint8).reshape(count, 1, 1, 2)
    weights = np.array([1, 2], np.float32) if data.draw(st.booleans()) else None
    batches = Batches(
        Split(images, np.arange(count) % 2), batch_size, seed=data.draw(st.integers(0, 9)),
        weights=weights,
    )  # fmt: skip
    batches.epoch = data.draw(st.integers(0, 9))
    plain = list(batches.dataset().as_numpy_iterator())
    assert len(plain) == len(batches) == math.ceil(count / batch_size)
    seen = []
    # Keras takes no more than these; the data says its length in steps, so do not go to its end.
    elements = math.ceil((count // batch_size) / steps) + bool(count % batch_size)
    for number, *parts in batches.chunks(steps).take(elements).as_numpy_iterator():
        seen += [tuple(part[at] for part in parts) for at in range(number)]
    assert len(seen) == len(plain)
    for one, other in zip(seen, plain, strict=True):
        for part, same in zip(one, other, strict=True):
            np.testing.assert_array_equal(part, same)


@given(
    count=st.integers(1, 100_000),
    batch_size=st.integers(1, 300),
    side=st.integers(1, 500),
    xla=st.booleans(),
)
def test_progress_moves_ten_times_an_epoch_where_there_are_as_many_steps(
    count: int, batch_size: int, side: int, xla: bool
) -> None:
    # What holds the images is not touched: one pixel stands for all.
    images = np.broadcast_to(np.uint8(0), (count, side, side, 3))
    batches = Batches(Split(images, np.zeros(count, np.int64)), batch_size)
    steps = steps_at_once(batches, xla=xla)
    assert steps >= 1
    assert math.ceil(len(batches) / steps) >= min(UPDATES, len(batches))
    assert steps == 1 or steps * batches.batch_bytes <= 16_000_000


CALLS: list[int] = []


@dataclass(frozen=True)
class Watching(Callback):
    """Notes each batch it is called for."""

    all: bool = False

    @property
    def every_batch(self) -> bool:
        return self.all

    def build(self) -> keras.callbacks.Callback:
        class Watch(keras.callbacks.Callback):
            def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
                CALLS.append(batch)

        return Watch()


@pytest.mark.parametrize("every", [True, False])
def test_a_callback_that_must_see_every_batch_gets_every_batch(tmp_path: Path, every: bool) -> None:
    CALLS.clear()
    result = zookit.run(
        Noise(3210), Dense((4,)), Watching(every), runs_dir=tmp_path, epochs=1, quiet=True
    )
    if every:
        assert list(range(101)) == CALLS
    else:
        assert UPDATES <= len(CALLS) < 101
    assert int(result.model.optimizer.iterations) == 101


@pytest.mark.parametrize("count", [5, 32, 33])
def test_every_batch_of_few_is_trained_on_once(tmp_path: Path, count: int) -> None:
    result = zookit.run(
        Noise(count), Dense((2,)), runs_dir=tmp_path, epochs=2, class_weights=True, quiet=True
    )
    assert int(result.model.optimizer.iterations) == 2 * math.ceil(count / 32)


@dataclass(frozen=True)
class Predicting(Callback):
    """Uses the model between epochs as anybody would."""

    def build(self) -> keras.callbacks.Callback:
        class Predict(keras.callbacks.Callback):
            def on_train_begin(self, logs: Any = None) -> None:
                used_as_plain_keras(self.model)

            def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
                # To evaluate here would count in the epoch's own accuracy, in plain Keras too.
                test = split(30, seed=1)
                predicted = self.model.predict(test.images, batch_size=8, verbose=0)
                assert len(predicted) == 30

            def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
                used_as_plain_keras(self.model)
                CALLS.append(epoch)

        return Predict()


def used_as_plain_keras(model: keras.Model) -> float:
    """The loss on the test images, by predicting and by evaluating, in batches of 8."""
    test = split(30, seed=1)
    probabilities = model.predict(test.images, batch_size=8, verbose=0)
    told = model.evaluate(test.images, test.labels, verbose=0, return_dict=True)
    picked = probabilities[np.arange(30), test.labels]
    np.testing.assert_allclose(-np.log(picked).mean(), told["loss"], rtol=1e-4)
    return float(told["loss"])


def test_between_epochs_and_afterwards_the_model_is_a_plain_keras_model(tmp_path: Path) -> None:
    CALLS.clear()
    made = Noise(1000), Dense((4,))
    wanted: dict[str, Any] = {"runs_dir": tmp_path, "epochs": 3, "validation": 0.1, "quiet": True}
    undisturbed = zookit.run(*made, **wanted)
    result = zookit.run(*made, Predicting(), **wanted)
    assert CALLS == [0, 1, 2]
    assert result.history == undisturbed.history
    np.testing.assert_allclose(used_as_plain_keras(result.model), result.metrics["loss"], rtol=1e-4)
    before = int(result.model.optimizer.iterations)
    train = split(100)
    result.model.fit(train.images, train.labels, verbose=0)
    assert int(result.model.optimizer.iterations) == before + 4


@dataclass(frozen=True)
class Impatient(Callback):
    """Presses Ctrl-C in the middle of an epoch."""

    def build(self) -> keras.callbacks.Callback:
        class Press(keras.callbacks.Callback):
            def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
                if batch > 10:
                    raise KeyboardInterrupt

        return Press()


def test_after_an_interruption_too_the_model_is_a_plain_keras_model(tmp_path: Path) -> None:
    result = zookit.run(Noise(1000), Dense((4,)), Impatient(), runs_dir=tmp_path, quiet=True)
    assert result.status == "interrupted"
    assert used_as_plain_keras(result.model) > 0
    train = split(100)
    before = int(result.model.optimizer.iterations)
    result.model.fit(train.images, train.labels, verbose=0)
    assert int(result.model.optimizer.iterations) == before + 4


@dataclass(frozen=True)
class Pixels(Architecture):
    """The pixels as they are: the head has all that learns, a matrix and a vector."""

    def preference(self, image_shape: tuple[int, int, int], batch_size: int) -> Preference:
        return Preference(xla=True)

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        return keras.layers.Flatten()(images)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_xla_compiles_every_optimizer(tmp_path: Path, optimizer: str) -> None:
    words = f"{optimizer}:learning_rate=0.003"
    result = zookit.run(
        *(Noise(), Pixels()), runs_dir=tmp_path, epochs=1, optimizer=words, quiet=True
    )
    assert result.environment["runtime"]["xla"]
    assert np.isfinite(result.metrics["loss"])
    used = result.model.optimizer
    assert type(used) is getattr(keras.optimizers, OPTIMIZERS[optimizer].keras_class)
    assert float(used.learning_rate) == pytest.approx(0.003)


@dataclass(frozen=True)
class Compiling(Callback):
    """Compiles the model anew between two epochs."""

    def build(self) -> keras.callbacks.Callback:
        class Compile(keras.callbacks.Callback):
            def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
                self.model.compile("sgd", "sparse_categorical_crossentropy")

        return Compile()


def test_a_callback_that_compiles_the_model_anew_is_told(tmp_path: Path) -> None:
    with pytest.raises(TrainingFailed, match="compiled the model anew"):
        zookit.run(Noise(), Dense((4,)), Compiling(), runs_dir=tmp_path, quiet=True)


@pytest.mark.filterwarnings("ignore:Even though the")
def test_functions_may_run_eagerly(tmp_path: Path) -> None:
    wanted: dict[str, Any] = {"runs_dir": tmp_path, "epochs": 1, "quiet": True}
    compiled = zookit.run(Noise(1000), Dense((4,)), **wanted)
    tf.config.run_functions_eagerly(True)  # noqa: FBT003
    try:
        eager = zookit.run(Noise(1000), Dense((4,)), **wanted)
    finally:
        tf.config.run_functions_eagerly(False)  # noqa: FBT003
    np.testing.assert_allclose(eager.history["loss"], compiled.history["loss"], rtol=1e-5)


@pytest.mark.filterwarnings("ignore:Limiting steps_per_epoch", "ignore:Your input ran out of data")
def test_kerass_limit_of_steps_is_kept(tmp_path: Path) -> None:
    keras.config.set_max_steps_per_epoch(3)
    try:
        result = zookit.run(Noise(1000), Dense((4,)), runs_dir=tmp_path, epochs=2, quiet=True)
    finally:
        keras.config.set_max_steps_per_epoch(None)
    assert int(result.model.optimizer.iterations) == 6


def test_a_strategys_scope_is_refused(tmp_path: Path) -> None:
    with (
        tf.distribute.MirroredStrategy(["/cpu:0"]).scope(),
        pytest.raises(ZookitError, match=r"Start it outside"),
    ):
        zookit.run(Noise(), Dense((4,)), runs_dir=tmp_path, quiet=True)


@dataclass(frozen=True)
class Turned(Architecture):
    """Prefers XLA, for a layer that XLA does not know."""

    def preference(self, image_shape: tuple[int, int, int], batch_size: int) -> Preference:
        return Preference(xla=True)

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        return keras.layers.Flatten()(keras.layers.RandomRotation(0.1)(images))


def test_what_xla_cannot_compile_is_the_architectures_fault(tmp_path: Path) -> None:
    with pytest.raises(BrokenPlugin, match=r"XLA cannot compile .*Projective.*preference"):
        zookit.run(Noise(), Turned(), runs_dir=tmp_path, quiet=True)


@pytest.mark.parametrize(
    ("architecture", "asked", "xla"),
    [
        ("dense:8", {}, True),
        ("dense:8,dropout=0.1", {}, False),
        ("dense:8", {"augment": ("flip",)}, False),
        ("cnn:4", {}, False),
    ],
)
def test_xla_where_it_helps(architecture: str, asked: dict[str, Any], xla: bool) -> None:
    composition = compose(Noise(), architecture, (), asked)
    preference = composition.architecture.preference((8, 8, 1), 32)
    settings = composition.experiment.settings
    with start_runtime(
        precision=settings.precision,
        seed=settings.seed,
        preference=preference,
        augmented=False,
        threads=None,
    ) as found:
        assert found.xla is xla


def has_bfloat16() -> bool:
    cpuinfo = Path("/proc/cpuinfo")
    return cpuinfo.exists() and "bf16" in cpuinfo.read_text()


@pytest.mark.parametrize("architecture", ["dense:8,dropout=0.1", "cnn:filters=4,units=4"])
def test_automatic_precision_is_settled_and_repeated(zookit: Command, architecture: str) -> None:
    wanted = ("--data", "sample", "--epochs", "1", "--batch-size", "250", "--json")
    outcome = zookit("run", "mnist", architecture, "--precision", "auto", *wanted)
    told = json.loads(outcome.out)
    faster = architecture.startswith("cnn") and has_bfloat16()
    precision = "mixed_bfloat16" if faster else "float32"
    assert told["experiment"]["settings"]["precision"] == precision
    assert told["environment"]["runtime"]["precision"] == precision
    assert told["environment"]["runtime"]["steps_per_execution"] > 1
    again = json.loads(
        zookit("run", "--from", Path(told["folder"]) / "experiment.toml", "--json").out
    )
    assert again["history"] == told["history"]
    assert again["environment"]["identity"] == told["environment"]["identity"]
