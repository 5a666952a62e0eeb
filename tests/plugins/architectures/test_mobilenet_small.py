"""The layers of `mobilenet_small`, which are those of the paper, and the images it refuses."""

import keras
import pytest
from networks import body, trained

from zookit.core import ImageShapeRefused
from zookit.plugins import MobileNetSmall


def test_the_layers_are_those_of_the_paper() -> None:
    """Table 2: kernel, expanded filters and side of the maps after each bottleneck."""
    model = body(MobileNetSmall(), (224, 224, 3))
    found = [each for each in model.layers if isinstance(each, keras.layers.DepthwiseConv2D)]
    assert [(each.kernel_size[0], *each.output.shape[2:]) for each in found] == [
        (3, 56, 16),
        (3, 28, 72),
        (3, 28, 88),
        (5, 14, 96),
        (5, 14, 240),
        (5, 14, 240),
        (5, 14, 120),
        (5, 14, 144),
        (5, 7, 288),
        (5, 7, 576),
        (5, 7, 576),
    ]
    assert sum(isinstance(each, keras.layers.Multiply) for each in model.layers) == 9
    assert sum(isinstance(each, keras.layers.Add) for each in model.layers) == 6
    # 2.5 million in the paper's table 3, with a head for 1,000 classes: 2,542,856.
    assert trained(model) == 2_542_856 - (1024 + 1) * 1000


@pytest.mark.parametrize(
    ("side", "last", "architecture", "features"),
    [
        (28, 4, MobileNetSmall(width=0.5, dropout=0), 512),
        (300, 10, MobileNetSmall(width=0.1), 104),
    ],
)
def test_image_size_width_and_dropout(
    side: int, last: int, architecture: MobileNetSmall, features: int
) -> None:
    layers = body(architecture, (side, side, 1)).layers
    averages = [x for x in layers if isinstance(x, keras.layers.GlobalAveragePooling2D)][-1]
    assert averages.input.shape[1:3] == (last, last)
    assert layers[-1].output.shape == (None, features)
    has_dropout = isinstance(layers[-1], keras.layers.Dropout)
    assert has_dropout == (architecture.dropout > 0)


def test_small_images_are_refused() -> None:
    MobileNetSmall().check((16, 16, 1))
    with pytest.raises(ImageShapeRefused, match=r"15 x 28 are too small.*16 x 16"):
        MobileNetSmall().check((15, 28, 1))
