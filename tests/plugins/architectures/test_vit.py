"""The layers of `vit`, which are those of the paper."""

import keras
import numpy as np
import pytest
from networks import body

from zookit.core import ImageShapeRefused
from zookit.plugins import Vit


def test_the_layers_are_those_of_the_paper() -> None:
    model = body(Vit(width=8, depth=2, heads=2), (28, 28, 1))
    found = [type(each).__name__ for each in model.layers if each.weights]
    block = ["LayerNormalization", "MultiHeadAttention", "LayerNormalization", "Dense", "Dense"]
    assert found == ["EinsumDense", *block, *block, "LayerNormalization"]
    attention = next(x for x in model.layers if isinstance(x, keras.layers.MultiHeadAttention))
    assert (attention.num_heads, attention.key_dim) == (2, 4)
    dense = [each for each in model.layers if isinstance(each, keras.layers.Dense)]
    assert [layer.output.shape[1:] for layer in dense] == [(50, 32), (50, 8)] * 2
    assert dense[0].activation.__name__ == "gelu"
    assert model.output.shape == (None, 8)


def test_the_parameters_are_those_of_the_paper() -> None:
    """Base/16 has 86 million: 85,798,656 without the head; here 2 of its 12 layers are built."""
    two, one = (
        body(Vit(16, width=768, depth=depth, heads=12), (224, 224, 3)).count_params()
        for depth in (2, 1)
    )
    sums = 2 * 768  # the class token and its position, and the bias and those of the patches
    assert two + 10 * (two - one) == 85_798_656 - sums


def test_patches_differ_by_position() -> None:
    model = body(Vit(width=8, depth=1, heads=2), (8, 8, 1))
    image = np.zeros((1, 8, 8, 1), np.float32)
    image[:, 0, 0] = 1
    assert not np.allclose(model(image), model(image[:, ::-1]))


def test_dropout() -> None:
    layers = body(Vit(width=4, depth=2, dropout=0.25), (28, 28, 1)).layers
    assert [x.rate for x in layers if isinstance(x, keras.layers.Dropout)] == [0.25] * 7


def test_the_heads_must_divide_the_width() -> None:
    with pytest.raises(ValueError, match="got width=10 and heads=4"):
        Vit(width=10)


def test_images_that_cannot_be_divided_are_refused() -> None:
    with pytest.raises(ImageShapeRefused, match=r"vit: images of 31 x 28"):
        Vit().check((31, 28, 1))
