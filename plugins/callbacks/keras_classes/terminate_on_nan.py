"""Keras's TerminateOnNaN with a message instead of a print."""

import math

from zookit.core import say
from zookit.plugins.callbacks.keras_classes.stateful import Logs, Stateful


class TerminateOnNan(Stateful):
    """Stops training at a loss that is NaN or infinite, as Keras's TerminateOnNaN does."""

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Stop training if the loss is not finite."""
        loss = float((logs or {}).get("loss", 0.0))
        if not math.isfinite(loss):
            self.model.stop_training = True
            say(f"terminate_on_nan: the loss became {loss} by step {batch + 1}; stopping.")
