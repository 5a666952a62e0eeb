"""A Keras callback that monitors a logged value."""

from typing import ClassVar

from zookit.core import TrainingFailed, reason_of
from zookit.plugins.callbacks.keras_classes.stateful import Logs, Stateful
from zookit.plugins.callbacks.monitored import monitored


class Monitoring(Stateful):
    """A base to put before one of Keras's callbacks that has a `monitor`.

    Keras's callbacks warn and carry on if the monitored value is not logged; these end the run.
    """

    name: ClassVar[str]
    """The component's name, for messages."""
    monitor: str

    @property
    def needs_value(self) -> bool:
        """Whether the monitored value must be logged."""
        return True

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Do what Keras's callback does. Raises TrainingFailed if the value cannot be monitored."""
        if self.needs_value:
            monitored(self.name, self.monitor, logs)
        try:
            super().on_epoch_end(epoch, logs)
        except ValueError as error:  # mode is auto, and Keras does not know the metric's direction
            raise TrainingFailed(
                f"{self.name}: it is not known whether a higher or a lower {self.monitor} is "
                f"better ({reason_of(error)}). Write mode=max or mode=min."
            ) from error
