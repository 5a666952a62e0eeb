"""The layers of `vgg`, which are those of the papers, and the images that it refuses."""

import math
from typing import Literal

import keras
import pytest
from networks import body

from zookit.core import ImageShapeRefused
from zookit.plugins import Vgg


@pytest.mark.parametrize(
    ("depth", "blocks"),
    [
        (11, (1, 1, 2, 2, 2)),
        (19, (2, 2, 4, 4, 4)),
    ],
)
def test_the_layers_are_those_of_the_papers(
    depth: Literal[11, 19], blocks: tuple[int, ...]
) -> None:
    model = body(Vgg(depth, width=2), (32, 32, 3))
    found = [each for each in model.layers if isinstance(each, keras.layers.Conv2D)]
    expected = zip(blocks, (32, 16, 8, 4, 2), (2, 4, 8, 16, 16), strict=True)
    assert [layer.output.shape[1:] for layer in found] == [
        (side, side, filters) for count, side, filters in expected for _ in range(count)
    ]
    assert {layer.kernel_size for layer in found} == {(3, 3)}
    assert len(found) + 3 == depth  # one dense layer and the head stand for three dense layers
    assert model.output.shape == (None, 16)


def test_the_parameters_are_those_of_the_paper() -> None:
    """The convolutions of configuration A have 9,217,728 weights without biases."""
    model = body(Vgg(width=64), (32, 32, 3))
    found = [each for each in model.layers if isinstance(each, keras.layers.Conv2D)]
    assert sum(math.prod(layer.kernel.shape) for layer in found) == 9_217_728


@pytest.mark.parametrize(("shape", "last"), [((28, 28, 1), 1), ((300, 300, 3), 10)])
def test_all_sizes_have_maps_to_average(shape: tuple[int, int, int], last: int) -> None:
    layers = body(Vgg(width=2), shape).layers
    averages = next(x for x in layers if isinstance(x, keras.layers.GlobalAveragePooling2D))
    assert averages.input.shape == (None, last, last, 16)


def test_dropout_is_before_the_dense_layer_and_the_head() -> None:
    layers = body(Vgg(width=2, dropout=0.25), (32, 32, 3)).layers
    assert [x.rate for x in layers if isinstance(x, keras.layers.Dropout)] == [0.25, 0.25]
    layers = body(Vgg(width=2, dropout=0), (32, 32, 3)).layers
    assert not any(isinstance(each, keras.layers.Dropout) for each in layers)


def test_small_images_are_refused() -> None:
    Vgg().check((16, 16, 1))
    with pytest.raises(ImageShapeRefused, match=r"15 x 28 are too small.*16 x 16"):
        Vgg().check((15, 28, 1))
