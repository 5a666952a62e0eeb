"""The loss `squared`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zookit.core import Loss

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Squared(Loss):
    """The squared differences between labels and probabilities, summed up (Brier, 1950).

    Single images that are badly predicted weigh less than with crossentropy: at most 2.

    Other names: MSE, mean_squared_error.
    """

    def build(self, classes: int) -> "keras.losses.Loss":
        """Return the Keras loss."""
        from zookit.plugins.losses.keras_classes.squared import Squared as KerasSquared

        return KerasSquared()
