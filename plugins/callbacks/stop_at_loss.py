"""The callback `stop_at_loss`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from annotated_types import Gt

from zookit.core import Callback, Doc, Example

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class StopAtLoss(Callback):
    """Stops training after the first epoch whose loss is at or below a threshold."""

    threshold: Annotated[float, Gt(0), Doc("Loss to reach.")] = 0.4
    monitor: Annotated[str, Doc("The logged value to monitor, such as val_loss.")] = "loss"

    adds = ()
    mode: ClassVar[str] = "min"
    examples = (
        Example({"loss": (0.9, 0.41, 0.4, 0.3)}, epochs=3),
        Example({"loss": (0.9, 0.41)}),
        Example(
            {"loss": (0.1, 0.1), "val_loss": (0.7, 0.5)},
            epochs=2,
            parameters={"threshold": 0.5, "monitor": "val_loss"},
        ),
    )

    @property
    def monitors(self) -> tuple[str, ...]:
        """The value of `monitor`."""
        return (self.monitor,)

    def build(self) -> "keras.callbacks.Callback":
        """Return a callback that stops training once the value is at most the threshold."""
        from zookit.plugins.callbacks.keras_classes.stop_at_threshold import StopAtThreshold

        return StopAtThreshold("stop_at_loss", self.monitor, at_most=self.threshold)
