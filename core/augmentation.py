"""Augmentations: random changes to the training images."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from zookit.core.component import Component

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Augmentation(Component, ABC):
    """Base class of augmentations.

        @dataclass(frozen=True)
        class Grey(Augmentation):
            '''Makes some images grey.'''

            factor: Annotated[float, Ge(0), Le(1), Doc("Fraction of the images.")] = 0.1

            def build(self):
                from keras import layers

                return layers.RandomGrayscale(self.factor, dtype="float32")

    The training step applies the layers in the order in which they are given. They are not part of
    the trained model, and never see validation and test images.
    """

    mixes_labels: ClassVar[bool] = False
    """Whether the layer mixes images, and their labels with them."""
    xla: ClassVar[bool] = False
    """Whether XLA can compile the layer. It cannot compile some of Keras's random layers, and the
    others are slower with it."""

    def check(self, image_shape: tuple[int, int, int]) -> None:
        """Raise ImageShapeRefused if the layer cannot be used on images of a shape.

        By default every shape is accepted. zookit calls this before it imports TensorFlow.

        Args:
            image_shape: height, width and channels.
        """

    @abstractmethod
    def build(self) -> "keras.layers.Layer":
        """Return a new Keras layer. Import Keras here, not at module level.

        It is called with `training=True` and images, float32 (N, H, W, C), 0 to 255, and returns
        such images. A layer that mixes labels is called, as Keras's own ones are, with a dictionary
        of `images` and `labels`, float32 (N, classes), whose rows add up to 1, and returns such a
        dictionary. Compute in float32 at every precision: bfloat16 cannot hold all pixel values.

        For a resumed run to be exact, random numbers must come from a `keras.random.SeedGenerator`
        that is an attribute of the layer.

        Raises:
            ValueError: a parameter cannot be used; zookit reports it as the user's error.
        """
