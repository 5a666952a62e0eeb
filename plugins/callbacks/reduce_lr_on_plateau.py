"""The callback `reduce_lr_on_plateau`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Gt, Lt

from zookit.core import Callback, Doc, Example
from zookit.plugins.callbacks.monitored import Mode, Monitor

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class ReduceLrOnPlateau(Callback):
    """Lowers the learning rate when a logged value has stopped improving.

    This is Keras's ReduceLROnPlateau.
    """

    patience: Annotated[
        int, Ge(0), Doc("Epochs without improvement after which the learning rate is lowered.")
    ] = 10
    factor: Annotated[float, Gt(0), Lt(1), Doc("Factor to multiply the learning rate by.")] = 0.1
    monitor: Monitor = "val_loss"
    mode: Mode = "auto"
    min_delta: Annotated[float, Ge(0), Doc("Smallest change that counts as an improvement.")] = 1e-4
    cooldown: Annotated[
        int, Ge(0), Doc("Epochs to wait after lowering the rate before counting again.")
    ] = 0
    min_lr: Annotated[float, Ge(0), Doc("Lower bound of the learning rate.")] = 0.0

    adds = ("learning_rate",)
    examples = (
        Example({"val_loss": (0.5,) * 11}, learning_rate=0.1),
        Example({"val_loss": (0.5,) * 10}, learning_rate=1.0),
        Example(
            {"val_loss": (0.5, 0.5, 0.5, 0.4, 0.4)},
            learning_rate=0.5,
            parameters={"patience": 2, "factor": 0.5},
        ),
        Example(
            {"val_loss": (0.5,) * 5},
            learning_rate=0.25,
            parameters={"patience": 1, "factor": 0.5, "cooldown": 2},
        ),
        Example(
            {"val_loss": (0.5,) * 9},
            learning_rate=0.3,
            parameters={"patience": 1, "factor": 0.5, "min_lr": 0.3},
        ),
        Example(
            {"accuracy": (0.5, 0.6, 0.6)},
            learning_rate=0.1,
            parameters={"patience": 1, "monitor": "accuracy", "mode": "max"},
        ),
    )

    @property
    def monitors(self) -> tuple[str, ...]:
        """The value of `monitor`."""
        return (self.monitor,)

    @property
    def sets_learning_rate(self) -> bool:
        """True."""
        return True

    def build(self) -> "keras.callbacks.Callback":
        """Return a ReduceLROnPlateau that reports each change and can be resumed exactly."""
        from zookit.plugins.callbacks.keras_classes import reduce_lr_on_plateau

        return reduce_lr_on_plateau.ReduceLrOnPlateau(
            monitor=self.monitor,
            factor=self.factor,
            patience=self.patience,
            mode=self.mode,
            min_delta=self.min_delta,
            cooldown=self.cooldown,
            min_lr=self.min_lr,
        )
