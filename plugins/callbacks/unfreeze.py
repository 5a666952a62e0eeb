"""The callback `unfreeze`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Gt

from zookit.core import Callback, Doc, Example, Unfreezing

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Unfreeze(Callback):
    """Trains from an epoch on what `--freeze` froze, often with a lower learning rate."""

    epoch: Annotated[int, Ge(2), Doc("First epoch that trains everything, counted from 1.")]
    learning_rate: Annotated[
        float | None, Gt(0), Doc("Learning rate from this epoch on; unchanged if not given.")
    ] = None
    batch_norm: Annotated[
        bool,
        Doc("Train batch normalization too, and normalize with each batch's own statistics."),
    ] = False

    adds = ()
    examples = (
        Example(
            {"loss": (0.5, 0.4, 0.3)},
            learning_rate=0.01,
            parameters={"epoch": 3, "learning_rate": 0.01},
        ),
        Example(
            {"loss": (0.5, 0.4)},
            learning_rate=1.0,
            parameters={"epoch": 3, "learning_rate": 0.01},
        ),
        Example({"loss": (0.5, 0.4)}, learning_rate=1.0, parameters={"epoch": 2}),
    )

    @property
    def unfreezing(self) -> Unfreezing:
        """The epoch, and whether batch normalization is trained too."""
        return Unfreezing(self.epoch, self.batch_norm)

    @property
    def sets_learning_rate(self) -> bool:
        """Whether a learning rate is given."""
        return self.learning_rate is not None

    def build(self) -> "keras.callbacks.Callback":
        """Return a callback that sets the learning rate and reports what is trained."""
        from zookit.plugins.callbacks.keras_classes import unfreeze

        return unfreeze.Unfreeze(self.epoch, self.learning_rate)
