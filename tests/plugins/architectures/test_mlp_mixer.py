"""The layers of `mlp_mixer`, which are those of the paper."""

import keras
import pytest
from networks import body

from zookit.core import ImageShapeRefused
from zookit.plugins import MlpMixer


def test_the_layers_are_those_of_the_paper() -> None:
    model = body(MlpMixer(width=10, depth=2), (28, 28, 1))
    dense = [each for each in model.layers if isinstance(each, keras.layers.Dense)]
    mixing = [(10, 5), (10, 49), (49, 40), (49, 10)]
    assert [layer.output.shape[1:] for layer in dense] == [(49, 10), *mixing, *mixing]
    assert [layer.activation.__name__ for layer in dense[1:]] == ["gelu", "linear"] * 4
    normal = [each for each in model.layers if isinstance(each, keras.layers.LayerNormalization)]
    assert len(normal) == 5
    assert model.output.shape == (None, 10)


def test_the_parameters_are_those_of_the_paper() -> None:
    """S/16 has 18 million with the head; here two of its eight equal layers are built."""
    two, one = (
        body(MlpMixer(16, width=512, depth=depth), (224, 224, 3)).count_params() for depth in (2, 1)
    )
    head = (512 + 1) * 1000
    assert two + 6 * (two - one) + head == 18_528_264


def test_dropout() -> None:
    layers = body(MlpMixer(width=2, depth=2, dropout=0.25), (28, 28, 1)).layers
    assert [x.rate for x in layers if isinstance(x, keras.layers.Dropout)] == [0.25] * 4


def test_images_that_cannot_be_divided_are_refused() -> None:
    with pytest.raises(ImageShapeRefused, match=r"mlp_mixer: images of 31 x 28"):
        MlpMixer().check((31, 28, 1))
