"""The loss `generalized_crossentropy`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Gt, Le

from zookit.core import Doc, Loss

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class GeneralizedCrossentropy(Loss):
    """Crossentropy that wrong labels disturb less (Zhang and Sabuncu, 2018)."""

    q: Annotated[
        float,
        Gt(0),
        Le(1),
        Doc("Close to 0 it is crossentropy, at 1 the probability of the other classes."),
    ] = 0.7

    def build(self, classes: int) -> "keras.losses.Loss":
        """Return the Keras loss."""
        from zookit.plugins.losses.keras_classes import generalized_crossentropy

        return generalized_crossentropy.GeneralizedCrossentropy(self.q)
