"""Keras's ReduceLROnPlateau with zookit's messages and a state that is saved."""

import keras

from zookit.core import say
from zookit.plugins.callbacks.keras_classes.monitoring import Monitoring
from zookit.plugins.callbacks.keras_classes.stateful import Logs


class ReduceLrOnPlateau(Monitoring, keras.callbacks.ReduceLROnPlateau):
    """Keras's ReduceLROnPlateau. It reports each change, and a resumed run continues its counters.

    The learning rate itself is part of the optimizer's state.
    """

    name = "reduce_lr_on_plateau"
    state_attributes = ("wait", "cooldown_counter", "best")

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Lower the learning rate if the patience is exhausted."""
        before = float(self.model.optimizer.learning_rate)
        super().on_epoch_end(epoch, logs)
        after = float(self.model.optimizer.learning_rate)
        if after < before:
            say(
                f"{self.name}: {self.monitor} has not improved on {self.best:.4f}; lowering the "
                f"learning rate from {before:g} to {after:g} after epoch {epoch + 1}."
            )
