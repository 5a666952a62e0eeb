"""Augmentations: float32 layers that change images in training only."""

import keras
import numpy as np
import pytest

from zookit.core import BadParameter, UnknownName
from zookit.core.declaration import declaration_complaint
from zookit.modeling.augmentations import AUGMENTATIONS, create_augmentations
from zookit.modeling.runtime import keras_configured


def test_the_order_is_fixed() -> None:
    created = create_augmentations(["zookit/contrast", "flip", "zoom"])
    names = [each.spec.name for each in created]
    assert names == ["zookit/flip", "zookit/zoom", "zookit/contrast"]
    assert [type(each.component) for each in created] == [
        AUGMENTATIONS[name] for name in ("flip", "zoom", "contrast")
    ]
    assert create_augmentations([]) == ()


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_a_layer_changes_images_in_training_only(name: str) -> None:
    (built,) = create_augmentations([name])
    augmentation = built.component
    assert declaration_complaint(type(augmentation)) is None
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (8, 12, 12, 3)).astype(np.float32)
    keras.utils.set_random_seed(0)
    with keras_configured("mixed_bfloat16"):
        layer = augmentation.build()
    assert layer.compute_dtype == "float32"
    assert np.array_equal(layer(images, training=False), images)
    changed = np.asarray(layer(images, training=True))
    assert changed.dtype == np.float32
    assert changed.shape == images.shape
    assert not np.allclose(changed, images)
    assert changed.min() >= 0
    assert changed.max() <= 256


def test_errors() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'flip'"):
        create_augmentations(["flipp"])
    with pytest.raises(BadParameter, match=r"'flip'.*once"):
        create_augmentations(["flip", "zoom", "zookit/flip"])
