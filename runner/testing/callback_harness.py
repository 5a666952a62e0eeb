"""Driving a callback through a training that goes as told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from zookit.core import Callback
from zookit.modeling.tensorflow_import import import_keras
from zookit.registry import default

if TYPE_CHECKING:
    import keras

Logs = Mapping[str, Sequence[float]]


@dataclass(eq=False)
class Drive:
    """A real Keras model and callback, told of epochs whose logged values are made up.

    Before each epoch all of the model's weights are set to the epoch's number; its learning rate
    begins at 1.
    """

    callback: "keras.callbacks.Callback"
    epoch: int = 0
    learning_rate: float = 1.0
    model: "keras.Model" = field(init=False)

    def __post_init__(self) -> None:
        import_keras()
        import keras

        self.model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        # With an average of the weights, for a callback that wants one.
        self.model.compile(keras.optimizers.SGD(self.learning_rate, use_ema=True), "mse")
        self.model.optimizer.build(self.model.trainable_variables)
        self.model.stop_training = False
        self._told = keras.callbacks.CallbackList(
            [self.callback], model=self.model, epochs=1000, steps=1
        )

    def begin(self, state: Mapping[str, Any] | None = None) -> None:
        """Begin, or with a callback's state go on."""
        self._told.on_train_begin()
        if state is not None:
            self.callback.set_state(state)

    def go_on(self, logs: Logs, until: int | None = None) -> None:
        """Go through the epochs that the logs have, or until one, unless the callback stops."""
        count = min(map(len, logs.values()))
        while self.epoch < (count if until is None else until) and not self.model.stop_training:
            values = {name: float(series[self.epoch]) for name, series in logs.items()}
            batch = {name: value for name, value in values.items() if not name.startswith("val_")}
            self._told.on_epoch_begin(self.epoch)
            self._told.on_train_batch_begin(0)
            self.model.set_weights([np.full(w.shape, self.epoch) for w in self.model.weights])
            self._told.on_train_batch_end(0, batch)
            self._told.on_epoch_end(self.epoch, values)
            self.epoch += 1

    def end(self) -> None:
        """End, and read the learning rate."""
        self._told.on_train_end()
        self.learning_rate = float(self.model.optimizer.learning_rate)


def driven(callback: Callback, logs: Logs) -> Drive:
    """A callback driven through these epochs, to their end or its own."""
    drive = Drive(callback.build())
    drive.begin()
    drive.go_on(logs)
    drive.end()
    return drive


def epochs_trained(callback: str | Callback, **logs: Sequence[float]) -> int:
    """After how many epochs a training with this callback ends.

        assert epochs_trained("stop_at_loss:0.4", loss=[0.9, 0.3, 0.2]) == 2

    Args:
        callback: words, or an instance.
        **logs: for each logged name one value an epoch.

    Raises ZookitError as the registry does. Imports Keras.
    """
    return driven(default.callbacks.build(callback).component, logs).epoch
