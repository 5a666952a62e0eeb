"""The blocks of `cnn`, by image size and by parameters, and the images that it refuses."""

import keras
import pytest

from zookit.core import ImageShapeRefused
from zookit.plugins import Cnn


@pytest.mark.parametrize(
    ("side", "filters"),
    [
        (4, (64,)),
        (8, (64,)),
        (28, (64, 64)),
        (32, (64, 64)),
        (64, (32, 64, 64)),
        (128, (16, 32, 64, 64)),
        (300, (16, 32, 64, 64, 64)),
        (600, (16, 32, 64, 64, 64, 64)),
    ],
)
def test_the_image_size_decides_the_blocks(side: int, filters: tuple[int, ...]) -> None:
    cnn = Cnn()
    cnn.check((side, side, 3))
    assert cnn.blocks((side, side, 3)) == filters


def test_the_shorter_side_limits_the_blocks() -> None:
    Cnn().check((32, 256, 3))
    assert Cnn().blocks((32, 256, 3)) == (32, 64, 64)
    assert Cnn().features(keras.Input((32, 256, 3))).shape == (None, 128)


def test_parameters() -> None:
    images = keras.Input((40, 30, 3))
    features = Cnn(filters=(4, 8), kernel=5, pool=3, units=(7, 6), dropout=0.5).features(images)
    model = keras.Model(images, features)
    convolutions = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    assert [(layer.filters, layer.kernel_size) for layer in convolutions] == [
        (4, (5, 5)),
        (8, (5, 5)),
    ]
    assert [layer.pool_size for layer in model.layers if hasattr(layer, "pool_size")] == [
        (3, 3)
    ] * 2
    assert sum(isinstance(layer, keras.layers.Dropout) for layer in model.layers) == 3
    assert features.shape == (None, 6)


@pytest.mark.parametrize(
    ("cnn", "shape"),
    [
        (Cnn(), (3, 3, 1)),
        (Cnn(filters=(4, 4, 4, 4)), (28, 28, 1)),
        (Cnn(filters=(4, 4), kernel=11), (28, 28, 1)),
        (Cnn(filters=(4,), pool=40), (28, 28, 1)),
        (Cnn(), (300, 3, 1)),
    ],
)
def test_images_are_refused_if_keras_cannot_build(cnn: Cnn, shape: tuple[int, int, int]) -> None:
    with pytest.raises(ImageShapeRefused, match=r"too small.* kernel or pool"):
        cnn.check(shape)
    with pytest.raises(ValueError, match=r".*"):
        cnn.features(keras.Input(shape))
