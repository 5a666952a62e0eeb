"""The loss `poly`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge

from zookit.core import Doc, Loss

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Poly(Loss):
    """Crossentropy plus a term that falls in a straight line, Poly-1 (Leng et al., 2022)."""

    epsilon: Annotated[
        float,
        Ge(-1),
        Doc("Factor of the added term, which is 1 minus the probability of the true class."),
    ] = 1.0

    def build(self, classes: int) -> "keras.losses.Loss":
        """Return the Keras loss."""
        from zookit.plugins.losses.keras_classes.poly import Poly as KerasPoly

        return KerasPoly(self.epsilon)
