"""What an architecture is: the body of a network, between the pixels and the head."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zookit.core.component import Component

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Preference:
    """What suits an architecture's mathematics; the runtime follows it if the device can.

    `xla`: on a CPU, compile the steps with XLA. That suits stacks of dense layers; it makes
    convolutions about twice slower, and dropout and other random layers slower still.
    `bfloat16`: `--precision auto` takes mixed_bfloat16 where the device multiplies such numbers.
    `threads`: how many of a CPU's processors one operation can make use of; None for all.
    """

    xla: bool = False
    bfloat16: bool = False
    threads: int | None = None


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

    def preference(self, image_shape: tuple[int, int, int], batch_size: int) -> Preference:
        """What the runtime should prefer.

        Images have the shape (height, width, channels), steps `batch_size` of them. Called before
        TensorFlow is imported. No preference unless overridden.
        """
        del image_shape, batch_size
        return Preference()

    def pretrained(self, model: "keras.Model") -> None:
        """Load weights into the built model; called once, when a fresh training starts."""
