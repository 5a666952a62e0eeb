"""What is `cnn`'s and `dense`'s own."""

import keras
import pytest

from zookit.core import ImageShapeRefused
from zookit.plugins.architectures.cnn import Cnn
from zookit.plugins.architectures.dense import Dense


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
def test_cnn_takes_blocks_by_the_images_size(side: int, filters: tuple[int, ...]) -> None:
    cnn = Cnn()
    cnn.check((side, side, 3))
    assert cnn.blocks((side, side, 3)) == filters


def test_cnn_takes_no_more_blocks_than_the_shorter_side_allows() -> None:
    Cnn().check((32, 256, 3))
    assert Cnn().blocks((32, 256, 3)) == (32, 64, 64)
    assert Cnn().features(keras.Input((32, 256, 3))).shape == (None, 128)


def test_cnn_blocks_can_be_set() -> None:
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
def test_cnn_refuses_exactly_what_cannot_be_built(cnn: Cnn, shape: tuple[int, int, int]) -> None:
    with pytest.raises(ImageShapeRefused, match="too small"):
        cnn.check(shape)
    with pytest.raises(ValueError, match=r".*"):
        cnn.features(keras.Input(shape))


def test_dense_has_the_layers_asked_for() -> None:
    images = keras.Input((6, 5, 2))
    model = keras.Model(images, Dense((9, 8), "tanh", 0.25).features(images))
    dense = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    assert [(layer.units, layer.activation.__name__) for layer in dense] == [
        (9, "tanh"),
        (8, "tanh"),
    ]
    dropouts = [layer for layer in model.layers if isinstance(layer, keras.layers.Dropout)]
    assert [layer.rate for layer in dropouts] == [0.25, 0.25]
