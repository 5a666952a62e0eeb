"""Runs a callback through simulated epochs with given logs, without training a model."""

import shutil
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from zookit.core import Callback, CallbackRun
from zookit.modeling.tensorflow_import import import_keras
from zookit.registry import default
from zookit.testing.trial_training import trial_run
from zookit.training.experiment_callbacks import build_callback

if TYPE_CHECKING:
    import keras

Logs = Mapping[str, Sequence[float]]


def new_run() -> CallbackRun:
    """Return a run, whose folder is removed when nothing refers to the run any more."""
    folder = tempfile.mkdtemp(prefix="zookit-callback-")
    run = trial_run(Path(folder))
    weakref.finalize(run, shutil.rmtree, folder, ignore_errors=True)
    return run


@dataclass(eq=False)
class Harness:
    """A real Keras model and callback, in epochs that train nothing and log given values.

    The model is one for the images of `run`. Before each epoch all its weights are set to the
    epoch's number. The learning rate starts at 1.
    """

    callback: "keras.callbacks.Callback"
    epoch: int = 0
    learning_rate: float = 1.0
    run: CallbackRun = field(default_factory=new_run)
    model: "keras.Model" = field(init=False)

    def __post_init__(self) -> None:
        import_keras()
        import keras

        classes = len(self.run.class_names)
        layers = [keras.layers.Flatten(), keras.layers.Dense(classes, activation="softmax")]
        self.model = keras.Sequential([keras.Input(self.run.image_shape), *layers])
        # With an average of the weights, for a callback that uses one.
        optimizer = keras.optimizers.SGD(self.learning_rate, use_ema=True)
        loss = "sparse_categorical_crossentropy"
        # Eagerly: a callback may predict, and tracing that takes longer.
        self.model.compile(optimizer, loss, metrics=["accuracy"], run_eagerly=True)
        self.model.optimizer.build(self.model.trainable_variables)
        self.model.stop_training = False
        self._callbacks = keras.callbacks.CallbackList(
            [self.callback], model=self.model, epochs=1000, steps=1
        )

    @classmethod
    def of(cls, component: Callback, epoch: int = 0, learning_rate: float = 1.0) -> "Harness":
        """Return the harness of what a component builds."""
        run = new_run()
        return cls(build_callback(component, run), epoch, learning_rate, run)

    def begin(self, state: Mapping[str, Any] | None = None) -> None:
        """Begin training; with a callback's state, resume it."""
        self._callbacks.on_train_begin()
        if state is not None:
            self.callback.set_state(state)

    def train(self, logs: Logs, until: int | None = None) -> None:
        """Simulate the epochs of the logs, up to `until` or until the callback stops training."""
        last = min(map(len, logs.values())) if until is None else until
        while self.epoch < last and not self.model.stop_training:
            values = {name: float(series[self.epoch]) for name, series in logs.items()}
            batch = {name: value for name, value in values.items() if not name.startswith("val_")}
            self.run.run_files.ended = None
            self._callbacks.on_epoch_begin(self.epoch)
            self._callbacks.on_train_batch_begin(0)
            self.model.set_weights([np.full(w.shape, self.epoch) for w in self.model.weights])
            self._callbacks.on_train_batch_end(0, batch)
            self.run.run_files.ended = self.epoch + 1
            self._callbacks.on_epoch_end(self.epoch, values)
            self.epoch += 1

    def end(self) -> None:
        """End training and read the learning rate."""
        self._callbacks.on_train_end()
        self.learning_rate = float(self.model.optimizer.learning_rate)


def run_through(callback: Callback, logs: Logs) -> Harness:
    """Run a callback through the epochs of the logs, to their end or until it stops training."""
    harness = Harness.of(callback)
    harness.begin()
    harness.train(logs)
    harness.end()
    return harness


def epochs_trained(callback: str | Callback, **logs: Sequence[float]) -> int:
    """Return after how many epochs this callback ends training.

        assert epochs_trained("stop_at_loss:0.4", loss=[0.9, 0.3, 0.2]) == 2

    Imports Keras.

    Args:
        callback: words, or an instance.
        **logs: for each logged name, one value for each epoch.

    Raises the registry's errors, such as UnknownName and BadParameter.
    """
    return run_through(default.callbacks.build(callback).component, logs).epoch
