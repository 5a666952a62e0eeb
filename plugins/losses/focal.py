"""The loss `focal`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Gt, Lt

from zookit.core import Doc, Loss

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Focal(Loss):
    """Crossentropy that counts images less the better they are predicted (Lin et al., 2017)."""

    gamma: Annotated[
        float, Ge(0), Doc("How strongly well-predicted images are discounted; 0 for not at all.")
    ] = 2.0
    alpha: Annotated[float, Gt(0), Doc("Factor of the loss.")] = 0.25
    label_smoothing: Annotated[
        float, Ge(0), Lt(1), Doc("Share of each label that is spread evenly over all classes.")
    ] = 0.0

    def build(self, classes: int) -> "keras.losses.Loss":
        """Return Keras's categorical focal crossentropy."""
        from keras.losses import CategoricalFocalCrossentropy

        return CategoricalFocalCrossentropy(
            alpha=self.alpha, gamma=self.gamma, label_smoothing=self.label_smoothing
        )
