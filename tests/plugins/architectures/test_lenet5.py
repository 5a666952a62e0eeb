"""The layers of `lenet5`, which are those of the paper, and the images that it refuses."""

import keras
import numpy as np
import pytest

from zookit.core import ImageShapeRefused
from zookit.plugins import LeNet5


def layers(architecture: LeNet5, shape: tuple[int, int, int]) -> dict[str, tuple[object, int]]:
    """The output shape and the number of parameters of each layer that the paper names."""
    images = keras.Input(shape)
    model = keras.Model(images, architecture.features(architecture.normalize(images)))
    table: dict[str, tuple[object, int]] = {}
    for layer in model.layers:
        name = layer.name.partition("_")[0]
        if name in ("C1", "S2", "C3", "S4", "C5", "F6"):
            parameters = table.get(name, (None, 0))[1] + layer.count_params()
            table[name] = (layer.output.shape[1:], parameters)
    assert sum(count for _, count in table.values()) == model.count_params()
    return table


def test_the_layers_are_those_of_the_paper() -> None:
    table = layers(LeNet5(table=True), (28, 28, 1))
    assert table == {
        "C1": ((28, 28, 6), 156),
        "S2": ((14, 14, 6), 12),
        "C3": ((10, 10, 16), 1516),
        "S4": ((5, 5, 16), 32),
        "C5": ((1, 1, 120), 48_120),
        "F6": ((84,), 10_164),
    }
    assert sum(count for _, count in table.values()) == 60_000


def test_without_the_table_all_maps_are_connected() -> None:
    with_table, without = (layers(LeNet5(each), (32, 32, 3)) for each in (True, False))
    assert without.pop("C3") == ((10, 10, 16), 16 * (6 * 25 + 1))
    assert with_table.pop("C3") == ((10, 10, 16), 1516)
    assert without == with_table


def test_images_are_scaled_and_surrounded_by_background() -> None:
    images = keras.Input((28, 20, 1))
    lenet5 = LeNet5()
    scaled = lenet5.normalize(images)
    model = keras.Model(images, [scaled, lenet5.features(scaled)])
    padded = next(layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)).input
    black = np.zeros((1, 28, 20, 1))
    ends = np.concatenate([black, black + 255])
    assert keras.Model(images, scaled)(ends).numpy().ravel()[[0, -1]] == pytest.approx(
        [-0.1, 1.175]
    )
    assert np.allclose(keras.Model(images, padded)(black), np.full((1, 32, 32, 1), -0.1))


@pytest.mark.parametrize(
    ("shape", "problem"),
    [((19, 28, 1), "19 x 28 are too small"), ((300, 300, 3), "300 x 300 are too large")],
)
def test_other_images_are_refused(shape: tuple[int, int, int], problem: str) -> None:
    with pytest.raises(ImageShapeRefused, match=f"{problem}.*20 to 32.*size=32"):
        LeNet5().check(shape)
