"""What the convolutional networks `resnet`, `vgg` and `mobilenet_small` share."""

from typing import TYPE_CHECKING

from zookit.core import ImageShapeRefused

if TYPE_CHECKING:
    import keras


def check_sides(name: str, image_shape: tuple[int, int, int], smallest: int) -> None:
    """Raise ImageShapeRefused if a side is shorter than `smallest` pixels.

    `name` is that of the architecture, for the message.
    """
    height, width = image_shape[:2]
    if min(height, width) < smallest:
        raise ImageShapeRefused(
            f"{name}: images of {height} x {width} are too small: expected at least {smallest} x "
            f"{smallest}. Use larger images, or another architecture, such as cnn."
        )


def batch_normalized(outputs: "keras.KerasTensor", epsilon: float) -> "keras.KerasTensor":
    """Apply batch normalization, which makes a bias before it useless."""
    from keras import layers

    # Keras's momentum of 0.99 needs more steps than short trainings on small data have.
    return layers.BatchNormalization(momentum=0.9, epsilon=epsilon)(outputs)
