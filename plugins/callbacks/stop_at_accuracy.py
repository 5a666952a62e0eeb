"""The callback `stop_at_accuracy`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from annotated_types import Gt, Le

from zookit.core import Callback, Doc, Example

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class StopAtAccuracy(Callback):
    """Stops training after the first epoch whose accuracy reaches a threshold."""

    threshold: Annotated[
        float, Gt(0), Le(1), Doc("Accuracy to reach, as a fraction from 0 to 1.")
    ] = 0.95
    monitor: Annotated[str, Doc("The logged value to monitor, such as val_accuracy.")] = "accuracy"

    adds = ()
    mode: ClassVar[str] = "max"
    examples = (
        Example({"accuracy": (0.9, 0.94, 0.95, 0.99)}, epochs=3),
        Example({"accuracy": (0.9, 0.94)}),
        Example(
            {"accuracy": (0.9, 0.9), "val_accuracy": (0.7, 0.8)},
            epochs=2,
            parameters={"threshold": 0.8, "monitor": "val_accuracy"},
        ),
    )

    @property
    def monitors(self) -> tuple[str, ...]:
        """The value of `monitor`."""
        return (self.monitor,)

    def build(self) -> "keras.callbacks.Callback":
        """Return a callback that stops training once the value is at least the threshold."""
        from zookit.plugins.callbacks.keras_classes.stop_at_threshold import StopAtThreshold

        return StopAtThreshold("stop_at_accuracy", self.monitor, at_least=self.threshold)
