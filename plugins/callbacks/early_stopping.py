"""The callback `early_stopping`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge

from zookit.core import Callback, Doc, Example
from zookit.plugins.callbacks.monitored import Mode, Monitor

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class EarlyStopping(Callback):
    """Stops training when a logged value has stopped improving; Keras's EarlyStopping."""

    patience: Annotated[
        int, Ge(0), Doc("Epochs without improvement after which training stops.")
    ] = 0
    monitor: Monitor = "val_loss"
    min_delta: Annotated[float, Ge(0), Doc("Smallest change that counts as an improvement.")] = 0.0
    mode: Mode = "auto"
    baseline: Annotated[
        float | None, Doc("Value to improve on; until then, epochs count as no improvement.")
    ] = None
    restore_best_weights: Annotated[
        bool, Doc("Restore the weights of the best epoch when training ends.")
    ] = False
    start_from_epoch: Annotated[int, Ge(0), Doc("Epochs to wait before monitoring begins.")] = 0

    adds = ()
    examples = (
        Example({"val_loss": (0.5, 0.4, 0.4, 0.3)}, epochs=3),
        Example({"val_loss": (0.5, 0.4, 0.3)}),
        Example(
            {"val_loss": (0.5, 0.4, 0.45, 0.39, 0.42, 0.4, 0.3)},
            epochs=6,
            parameters={"patience": 2, "restore_best_weights": True},
        ),
        Example(
            {"loss": (0.5, 0.4, 0.3), "accuracy": (0.7, 0.8, 0.75)},
            epochs=3,
            parameters={"monitor": "accuracy", "mode": "max"},
        ),
        Example({"val_loss": (0.5, 0.4, 0.35, 0.1)}, epochs=3, parameters={"min_delta": 0.07}),
        Example(
            {"val_loss": (0.5, 0.6, 0.7, 0.8, 0.9)}, epochs=4, parameters={"start_from_epoch": 2}
        ),
        Example(
            {"val_loss": (0.5, 0.45, 0.46, 0.1)},
            epochs=3,
            parameters={"patience": 2, "baseline": 0.2},
        ),
    )

    @property
    def monitors(self) -> tuple[str, ...]:
        """The value of `monitor`."""
        return (self.monitor,)

    def build(self) -> "keras.callbacks.Callback":
        """Return an EarlyStopping that reports when it stops and can be resumed exactly."""
        from zookit.plugins.callbacks.keras_classes import early_stopping

        return early_stopping.EarlyStopping(
            monitor=self.monitor,
            min_delta=self.min_delta,
            patience=self.patience,
            mode=self.mode,
            baseline=self.baseline,
            restore_best_weights=self.restore_best_weights,
            start_from_epoch=self.start_from_epoch,
        )
