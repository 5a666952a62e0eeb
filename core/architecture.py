"""What an architecture is: the body of a network, between the pixels and the head."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zookit.core.component import Component

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Architecture(Component, ABC):
    """Base of architectures.

    zookit makes what surrounds the body: input, augmentation, head, loss and metric. Import Keras
    inside the methods, not at module level.
    """

    @abstractmethod
    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        """The body, from normalised float images (N, H, W, C) to features (N, F).

        Structure only: calling it twice builds two alike and downloads nothing.
        """

    def normalize(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        """Pixels 0 to 255 (N, H, W, C) to what the body expects; here divided by 255.

        An architecture whose weights expect otherwise overrides it, and then the person's
        `--no-normalize` is refused.
        """
        import keras  # keeps TensorFlow out of start-up

        return keras.layers.Rescaling(1 / 255, name="normalize")(images)

    def check(self, image_shape: tuple[int, int, int]) -> None:
        """Refuse an image shape (height, width, channels) by raising ImageShapeRefused.

        Called before TensorFlow is imported. Takes every shape unless overridden.
        """

    def pretrained(self, model: "keras.Model") -> None:
        """Load weights into the built model; called once, when a fresh training starts."""
