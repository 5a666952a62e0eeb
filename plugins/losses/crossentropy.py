"""The loss `crossentropy`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Lt

from zookit.core import Doc, Loss

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Crossentropy(Loss):
    """The negative logarithm of the probability of the true class.

    Other names: categorical_crossentropy, binary_crossentropy, BCE, NLL, log_loss.
    """

    label_smoothing: Annotated[
        float, Ge(0), Lt(1), Doc("Share of each label that is spread evenly over all classes.")
    ] = 0.0

    def build(self, classes: int) -> "keras.losses.Loss":
        """Return Keras's categorical crossentropy."""
        from keras.losses import CategoricalCrossentropy

        return CategoricalCrossentropy(label_smoothing=self.label_smoothing)
