"""Architectures: the body of a network, between the pixels and the head."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from zookit.core.component import Component

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Preference:
    """How an architecture computes fastest. zookit follows it if the device supports it.

    Args:
        xla: whether to compile training steps with XLA on a CPU. XLA is faster for dense layers,
            takes about twice as long for convolutions, and longer still for dropout and other
            random layers.
        bfloat16: whether `--precision auto` may use mixed_bfloat16.
        threads: the number of CPU threads that one operation can use; None for all.
    """

    xla: bool = False
    bfloat16: bool = False
    threads: int | None = None


@dataclass(frozen=True)
class Architecture(Component, ABC):
    """Base class of architectures.

    zookit adds the input, the augmentation, the head, the loss and the metrics, so an architecture
    fits every data set. Import Keras inside the methods, not at module level: it takes seconds, and
    listing and completion import this module.

        @dataclass(frozen=True)
        class Mean(Architecture):
            '''The mean of each channel.'''

            def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
                from keras import layers

                return layers.GlobalAveragePooling2D()(images)

    A `pathlib.Path` parameter names a file that the architecture reads, such as weights. The
    content is part of an experiment's identity, and each run keeps a copy. Read the file in
    `features` or `pretrained`, not later.
    """

    reads_paths: ClassVar[bool] = True

    @abstractmethod
    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        """Build the body with Keras's functional API.

        Each call builds new layers. Do not download or load anything here; use `pretrained`.

        Args:
            images: normalized images, float (N, H, W, C).

        Returns:
            The features, float (N, F).
        """

    def normalize(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        """Scale the pixels as the body expects them; by default to the range 0 to 1.

        Override this if the body needs another range, for example for published weights. The user
        cannot switch an overridden method off with `--no-normalize`.

        Args:
            images: pixels from 0 to 255, float (N, H, W, C).

        Returns:
            Normalized images, float (N, H, W, C).
        """
        import keras  # keeps TensorFlow out of start-up

        return keras.layers.Rescaling(1 / 255, name="normalize")(images)

    def check(self, image_shape: tuple[int, int, int]) -> None:
        """Raise ImageShapeRefused if the body cannot be built for a shape.

        By default every shape is accepted. zookit calls this before it imports TensorFlow.

        Args:
            image_shape: height, width and channels.
        """

    def preference(self, image_shape: tuple[int, int, int], batch_size: int) -> Preference:
        """Return how the architecture computes fastest; by default no preference.

        zookit calls this before it imports TensorFlow.

        Args:
            image_shape: height, width and channels.
            batch_size: the number of images in a training step.
        """
        del image_shape, batch_size
        return Preference()

    def pretrained(self, model: "keras.Model") -> None:
        """Load weights into a new model, before training starts. By default nothing is loaded.

        Not called if the training starts from the weights of a trained model.

        Raise DataUnavailable if the weights cannot be downloaded.
        """
