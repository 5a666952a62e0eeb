"""Keras's EarlyStopping with zookit's messages and a state that is saved."""

import keras

from zookit.core import say
from zookit.plugins.callbacks.keras_classes.monitoring import Monitoring
from zookit.plugins.callbacks.keras_classes.stateful import Logs


class EarlyStopping(Monitoring, keras.callbacks.EarlyStopping):
    """Keras's EarlyStopping. It reports when it stops, and a resumed run continues its counters."""

    name = "early_stopping"
    state_attributes = ("wait", "stopped_epoch", "best", "best_epoch", "best_weights")

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Stop training if the patience is exhausted."""
        super().on_epoch_end(epoch, logs)
        if self.stopped_epoch == epoch > 0:
            say(
                f"{self.name}: {self.monitor} was best in epoch {self.best_epoch + 1} "
                f"({self.best:.4f}); stopping after epoch {epoch + 1}."
            )

    def on_train_end(self, logs: Logs = None) -> None:
        """Restore the best weights if `restore_best_weights` is set."""
        super().on_train_end(logs)
        if self.restore_best_weights and self.best_weights is not None:
            say(f"{self.name}: restored the weights of epoch {self.best_epoch + 1}.")
