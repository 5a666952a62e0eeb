"""What a callback changes in layers and optimizer takes effect with the next step.

Plain Keras keeps using the values that the step was traced with.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from small_runs import SMALL, Interrupt, different_ends, shared_folder

import zookit
from zookit.core import (
    Architecture,
    BadExperiment,
    Callback,
    Listener,
    RunContext,
    TrainingFailed,
    hookimpl,
)

THREE: dict[str, Any] = {**SMALL, "epochs": 3}
BODY = "dense:8,dropout=0.1"
FROZEN_FIRST = ("on_train_begin 0 freeze", "on_epoch_begin 1 thaw")
"""As in fine-tuning: the head first, then everything."""


def _slow(*values: Any) -> Any:
    return pytest.param(*values, marks=pytest.mark.slow)


def body(model: keras.Model) -> keras.layers.Dense:
    layers = [each for each in model._flatten_layers() if isinstance(each, keras.layers.Dense)]
    return min(layers, key=lambda layer: layer.name == "head")


def thaw(model: keras.Model) -> None:
    for layer in model.layers:
        layer.trainable = True


def dropout(model: keras.Model) -> keras.layers.Dropout:
    return next(each for each in model.layers if isinstance(each, keras.layers.Dropout))


CHANGES: dict[str, Callable[[keras.Model], None]] = {
    "freeze": lambda model: setattr(body(model), "trainable", False),
    "freeze_variable": lambda model: setattr(body(model).kernel, "trainable", False),
    "freeze_all": lambda model: setattr(model, "trainable", False),
    "thaw": thaw,
    "drop": lambda model: setattr(dropout(model), "rate", 0.9),
    "activate": lambda model: setattr(body(model), "activation", keras.activations.tanh),
    "decay": lambda model: setattr(model.optimizer, "weight_decay", 0.5),
    "rate": lambda model: setattr(model.optimizer, "learning_rate", 1e-5),
    "constrain": lambda model: setattr(body(model).kernel, "constraint", lambda it: it * 0),
    "regularize": lambda model: setattr(
        body(model).kernel, "regularizer", keras.regularizers.L2(9)
    ),
    "schedule": lambda model: setattr(
        model.optimizer, "learning_rate", keras.optimizers.schedules.ExponentialDecay(1e-9, 1, 0.9)
    ),
    "compile": lambda model: model.compile(model.optimizer, model.loss, metrics=["accuracy"]),
}


@dataclass(frozen=True)
class Changing(Callback):
    """Makes changes, each given as `EVENT EPOCH NAME`, and logs a sum over the body's weights."""

    changes: tuple[str, ...] = ()

    def build(self) -> keras.callbacks.Callback:
        return _Changing([each.split() for each in self.changes])


class _Changing(keras.callbacks.Callback):  # type: ignore[misc]
    def __init__(self, changes: list[list[str]]) -> None:
        super().__init__()
        self.changes = changes
        self.epoch = 0

    def react(self, event: str) -> None:
        for when, epoch, name in self.changes:
            if (when, int(epoch)) == (event, self.epoch):
                CHANGES[name](self.model)

    def on_train_begin(self, logs: Any = None) -> None:
        self.react("on_train_begin")

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.epoch = epoch
        self.react("on_epoch_begin")

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self.react("on_train_batch_begin")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.react("on_epoch_end")
        logs["body"] = float(np.abs(body(self.model).kernel).sum())

    def get_state(self) -> dict[str, Any]:
        return {}

    def set_state(self, state: dict[str, Any]) -> None:
        pass


@dataclass(frozen=True)
class FrozenBody(Architecture):
    """A small network whose body is frozen when it is built, in a model of its own."""

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        layers = [keras.layers.Flatten(), keras.layers.Dense(8, activation="relu")]
        inner = keras.Sequential(layers)
        outputs = inner(images)
        inner.trainable = False
        return outputs


def trained(images: str, folder: Path, *changes: str, **more: Any) -> zookit.Run:
    arguments = {"architecture": BODY, "runs_dir": folder, **THREE, **more}
    return zookit.run(images, callbacks=Changing(changes), **arguments)


@pytest.mark.parametrize(
    ("change", "trained_epochs"),
    [
        ("on_train_batch_begin 1 freeze", 1),
        ("on_epoch_begin 1 freeze_variable", 1),
        _slow("on_train_begin 0 freeze", 0),
        _slow("on_epoch_begin 1 freeze", 1),
        _slow("on_epoch_end 1 freeze", 2),
    ],
)
def test_frozen_weights_are_no_longer_trained(
    images: str, tmp_path: Path, change: str, trained_epochs: int
) -> None:
    sums = trained(images, tmp_path, change).history["body"]
    assert len(set(sums)) == max(1, trained_epochs)


@cache
def _whole(images: str) -> zookit.Run:
    return trained(images, shared_folder() / "thawed", *FROZEN_FIRST)


@pytest.mark.slow
def test_layers_that_are_thawed_are_trained(images: str) -> None:
    assert len(set(_whole(images).history["body"])) == 3


@pytest.mark.parametrize("after", [_slow(6), 18, _slow(30)])
def test_a_run_stopped_in_any_phase_ends_like_one_that_was_not(
    images: str, tmp_path: Path, after: int
) -> None:
    stopped = trained(images, tmp_path, *FROZEN_FIRST, listeners=Interrupt(after))
    assert stopped.status == "interrupted"
    assert different_ends(stopped.resume(quiet=True).folder, _whole(images).folder) == []


def test_an_architecture_that_is_built_frozen_can_be_thawed(images: str, tmp_path: Path) -> None:
    run = trained(images, tmp_path, "on_epoch_begin 2 thaw", architecture=FrozenBody())
    first, second, third = run.history["body"]
    assert first == second != third


def test_keras_does_not_ask_to_compile_again(images: str, tmp_path: Path) -> None:
    """Its warning, an error here, comes before the validation."""
    trained(images, tmp_path, *FROZEN_FIRST, validation=0.2)


@pytest.mark.parametrize(
    "change", ["drop", _slow("activate"), "decay", _slow("rate"), "constrain", _slow("regularize")]
)
def test_changed_attributes_are_used(
    images: str, tmp_path: Path, finished: Path, change: str
) -> None:
    run = trained(images, tmp_path, f"on_epoch_begin 1 {change}", epochs=2)
    as_before = zookit.open_run(finished).history["loss"]
    assert run.history["loss"][0] == as_before[0]
    assert run.history["loss"][1] != as_before[1]


TRACED: list[str] = []


class Counting(keras.layers.Layer):  # type: ignore[misc]
    """Counts its calls in an attribute, as some layers do."""

    calls = 0

    def call(self, inputs: Any) -> Any:
        self.calls += 1
        TRACED.append("call")
        return inputs


@dataclass(frozen=True)
class Counted(Architecture):
    """Has such a layer."""

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        return keras.layers.Flatten()(Counting()(images))


@pytest.mark.slow
def test_a_layer_that_changes_itself_is_not_traced_in_every_epoch(
    images: str, tmp_path: Path
) -> None:
    def traces(epochs: int) -> int:
        TRACED.clear()
        options = {**SMALL, "batch_size": 5, "validation": 0.1, "epochs": epochs}
        zookit.run(images, Counted(), runs_dir=tmp_path, **options)
        return len(TRACED)

    assert traces(6) == traces(3)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ("on_epoch_begin 0 freeze_all", "frozen"),
        ("on_epoch_end 0 compile", "compiled the model"),
        ("on_epoch_begin 1 schedule", "schedule"),
        _slow("on_train_batch_begin 1 compile", "compiled the model"),
    ],
)
def test_what_cannot_be_followed_fails_the_run(
    images: str, tmp_path: Path, change: str, part: str
) -> None:
    with pytest.raises(TrainingFailed, match=part):
        trained(images, tmp_path, change)


@pytest.mark.parametrize(
    "change",
    ["on_epoch_end 0 freeze", _slow("on_epoch_end 2 freeze"), _slow("on_epoch_begin 1 freeze")],
)
def test_averages_of_weights_need_all_layers(images: str, tmp_path: Path, change: str) -> None:
    with pytest.raises(BadExperiment, match="use_ema"):
        trained(images, tmp_path, change, optimizer="adam:use_ema=true")


def test_averages_of_weights_of_an_architecture_built_frozen_are_refused(
    images: str, tmp_path: Path
) -> None:
    options = {**SMALL, "optimizer": "adam:use_ema=true", "learning_rate": None}
    with pytest.raises(BadExperiment, match="use_ema"):
        zookit.run(images, FrozenBody(), runs_dir=tmp_path / "runs", **options)
    assert not (tmp_path / "runs").exists()


@dataclass(frozen=True)
class Thawing(Listener):
    """Thaws all layers, although listeners only listen."""

    @hookimpl
    def keras_callbacks(self, run: RunContext) -> list[keras.callbacks.Callback]:
        return [_Changing([["on_epoch_begin", "0", "thaw"]])]


def test_only_a_callback_of_the_experiment_can_thaw(images: str, tmp_path: Path) -> None:
    """A run of an earlier version, whose optimizer is as small, fails in the same way."""
    with pytest.raises(TrainingFailed, match="unfrozen"):
        zookit.run(images, FrozenBody(), listeners=Thawing(), runs_dir=tmp_path, **THREE)
