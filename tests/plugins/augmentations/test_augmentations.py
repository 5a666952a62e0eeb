"""Augmentations: what NumPy says about the images that they return."""

from functools import cache
from typing import Any, cast

import keras
import numpy as np
import numpy.typing as npt
import pytest
import tensorflow as tf

from zookit.core import Augmentation, BadParameter, ImageShapeRefused
from zookit.modeling.runtime import keras_configured
from zookit.registry import augmentations, default

Array = npt.NDArray[np.float32]
NAMES = [name for name in augmentations if augmentations[name].distribution == "zookit"]
MIXERS = ["mixup", "cutmix"]
CHANGERS = [name for name in NAMES if name not in MIXERS]
COLORS = ["hue", "saturation", "grayscale"]


def component(words: str) -> Augmentation:
    return default.augmentations.build(words).component


def layer_of(words: str) -> keras.layers.Layer:
    with keras_configured("mixed_bfloat16"):
        return component(words).build()


@cache
def noise(channels: int = 3, count: int = 100) -> Array:
    """Random images, away from black and white, of odd height and even width."""
    random = np.random.default_rng(0)
    return random.integers(60, 190, (count, 13, 16, channels)).astype(np.float32)


def changed(words: str, images: Array) -> Array:
    keras.utils.set_random_seed(0)
    return np.asarray(layer_of(words)(tf.constant(images), training=True))


def mixed(words: str, images: Array, classes: int = 5) -> tuple[Array, Array, Array]:
    """The mixed images, their labels, and the labels that were given."""
    keras.utils.set_random_seed(0)
    labels = np.eye(classes, dtype=np.float32)[np.arange(len(images)) % classes]
    given = {"images": tf.constant(images), "labels": tf.constant(labels)}
    result = layer_of(words)(given, training=True)
    return np.asarray(result["images"]), np.asarray(result["labels"]), labels


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", CHANGERS)
def test_every_layer(name: str, channels: int) -> None:
    images = noise(channels)
    if channels == 1 and name in COLORS:
        with pytest.raises(ImageShapeRefused, match=r"1 channel, expected 3\. Remove it"):
            component(name).check((13, 16, 1))
        return
    component(name).check((13, 16, channels))
    keras.utils.set_random_seed(0)
    layer = layer_of(name)
    spec = tf.TensorSpec((None, 13, 16, channels), "float32")
    function = tf.function(
        lambda images: layer(images, training=True), input_signature=[spec], autograph=False
    )
    outputs = function.get_concrete_function().structured_outputs
    assert outputs.shape.as_list() == [None, 13, 16, channels]
    (state,) = layer.variables  # where resuming finds it
    before = np.asarray(state)
    first, second = (np.asarray(function(images)) for _ in range(2))
    assert first.dtype == np.float32
    assert np.isfinite(first).all()
    assert first.min() >= 0
    assert first.max() <= 255
    assert not np.array_equal(first, second)
    state.assign(before)
    np.testing.assert_array_equal(first, np.asarray(function(images)))
    np.testing.assert_array_equal(images, np.asarray(layer(images, training=False)))
    # Each image is changed in its own way.
    same = changed(name, np.repeat(images[:1], 60, 0))
    assert len(np.unique(same, axis=0)) > 1


@pytest.mark.parametrize(
    "words", ["rotation", "zoom", "zoom:0.3,width=0", "translation", "shear",
              "gaussian_blur", "sharpness", "crop:fill=reflect"],
)  # fmt: skip
def test_even_images_stay_even(words: str) -> None:
    """Borders are no darker than the rest."""
    even = np.full((20, 13, 16, 3), 120, np.float32)
    np.testing.assert_allclose(changed(words, even), even, rtol=1e-5)


@pytest.mark.parametrize(
    "words",
    ["rotation:0.2", "zoom:0.3", "translation:0.3", "shear:0.5", "perspective:0.3"],
)
def test_what_is_beyond_the_borders(words: str) -> None:
    even = np.full((50, 13, 16, 1), 100, np.float32)
    fill = "" if words.startswith("perspective") else ",fill=constant"
    result = changed(f"{words}{fill},value=200,interpolation=nearest", even)
    assert set(np.unique(result)) == {100, 200}


def test_flips() -> None:
    images = noise()
    kinds = {
        "horizontal": [images, images[:, :, ::-1]],
        "vertical": [images, images[:, ::-1]],
        "both": [images, images[:, :, ::-1], images[:, ::-1], images[:, ::-1, ::-1]],
    }
    for mode, possible in kinds.items():
        result = changed(f"flip:{mode}", images)
        found = np.stack([(result == each).all((1, 2, 3)) for each in possible])
        assert found.any(0).all()
        assert (found.mean(1) > 0.6 / len(possible)).all(), mode


def test_geometry() -> None:
    """A bright spot in the middle stays there, and the rest moves no further than is asked."""
    spot = np.zeros((200, 41, 41, 1), np.float32)
    spot[:, 18:23, 18:23] = 250
    for words in ("rotation:0.5", "shear:0.3", "zoom:0.2"):
        assert changed(words, spot)[:, 20, 20].min() > 240, words
    line = np.zeros((200, 41, 41, 1), np.float32)
    line[:, 5] = 200  # sheared down or up, by at most 0.2 * 20 at its ends
    at = changed("shear:0.2,fill=nearest", line).argmax(1)[..., 0]
    assert 3 < np.abs(at - 5).max() <= 4
    moved = changed("translation:0.1,width=0.3,fill=constant", spot)
    centers = [
        (moved * np.arange(41).reshape(shape)).sum((1, 2, 3)) / moved.sum((1, 2, 3)) - 20
        for shape in ((1, 41, 1, 1), (1, 1, 41, 1))
    ]
    for center, most in zip(centers, (4.1, 12.3), strict=True):
        assert 0.9 * most < np.abs(center).max() < 1.01 * most
        assert abs(center.mean()) < 0.2 * most
    corners = np.zeros((200, 41, 41, 1), np.float32)
    corners[:, :3, :3] = corners[:, -3:, :3] = corners[:, :3, -3:] = corners[:, -3:, -3:] = 250
    result = changed("perspective:0.1", corners)
    for rows in (slice(0, 3), slice(-3, None)):
        for columns in (slice(0, 3), slice(-3, None)):
            kept = result[:, rows, columns].mean((1, 2, 3))
            assert kept.std() > 20  # each corner moves in some images


def test_crops_move_by_whole_pixels() -> None:
    images = noise(3, 300)
    for fill, mode in (("constant", "constant"), ("reflect", "reflect")):
        padded = np.pad(images, ((0, 0), (2, 2), (2, 2), (0, 0)), mode)  # type: ignore[call-overload]
        possible = [padded[:, y : y + 13, x : x + 16] for y in range(5) for x in range(5)]
        result = changed(f"crop:2,fill={fill}", images)
        found = np.stack([(result == each).all((1, 2, 3)) for each in possible])
        assert found.any(0).all()
        assert found.any(1).all()
    with pytest.raises(ImageShapeRefused, match=r"^padding is 8"):
        component("crop:8").check((8, 20, 1))


def test_brightness_and_contrast() -> None:
    images = noise()
    moves = (changed("brightness:0.1", images) - images).mean((1, 2, 3))
    assert -25.6 < moves.min() < -20
    assert 20 < moves.max() < 25.6
    ratios = changed("contrast:0.3", images).std((1, 2)) / images.std((1, 2))
    assert 0.69 < ratios.min() < 0.75
    assert 1.25 < ratios.max() < 1.31
    np.testing.assert_allclose(changed("contrast", images).mean((1, 2)), images.mean((1, 2)), 1e-4)


def test_colors() -> None:
    images = noise()
    grey = np.repeat(noise(1), 3, -1)
    for words in ("hue:1", "saturation:1", "grayscale:1"):
        np.testing.assert_allclose(changed(words, grey), grey, rtol=0.001)
    turned = changed("hue:0.5", images)
    np.testing.assert_allclose(turned.max(-1), images.max(-1), rtol=1e-4)
    np.testing.assert_allclose(turned.min(-1), images.min(-1), rtol=1e-4)
    spread = images.max(-1) - images.min(-1)
    result = changed("saturation:0.3", images)
    ratios = np.median((result.max(-1) - result.min(-1)) / np.maximum(spread, 1), (1, 2))
    assert 0.69 < ratios.min() < 0.75
    assert 1.2 < ratios.max() < 1.31
    is_grey = np.ptp(changed("grayscale:0.3", images), -1).max((1, 2)) < 0.01
    assert 0.2 < is_grey.mean() < 0.4


def test_blur_and_sharpness() -> None:
    images = noise()
    smoother = changed("gaussian_blur:2", images).std((1, 2, 3)) / images.std((1, 2, 3))
    assert smoother.min() < 0.4
    assert 0.97 < smoother.max() < 1.001
    both = changed("sharpness:1", images).std((1, 2, 3)) / images.std((1, 2, 3))
    assert both.min() < 0.5
    assert both.max() > 1.3
    with pytest.raises(ImageShapeRefused, match=r"^sigma is 5"):
        component("gaussian_blur:5").check((8, 20, 1))


def test_erasing() -> None:
    images = noise(3, 400)
    for words, fills in (("erasing:0.4,smallest=0.1,largest=0.2", None), ("erasing:value=7", 7)):
        result = changed(words, images)
        erased = (result != images).all(-1)
        share = erased.any((1, 2)).mean()
        assert share == pytest.approx(0.4 if fills is None else 0.5, abs=0.07)
        if fills is None:
            areas = erased.mean((1, 2))[erased.any((1, 2))]
            assert areas.min() > 0.07
            assert areas.max() < 0.24
            assert abs(result[erased].mean() - 127.5) < 5
        else:
            assert set(np.unique(result[erased])) == {7}
        for each in erased[erased.any((1, 2))][:30]:
            rows, columns = each.any(1), each.any(0)
            assert each.sum() >= 0.9 * rows.sum() * columns.sum()  # noise may equal a pixel


@pytest.mark.parametrize("share", [0.6, 1.0])
def test_erased_areas_stay_in_their_range_where_the_image_limits_a_side(share: float) -> None:
    result = changed(f"erasing:1,smallest={share},largest={share},value=7", noise(1, 400))
    np.testing.assert_allclose((result == 7).mean((1, 2, 3)), share, atol=0.06)


@pytest.mark.parametrize("words", ["mixup", "mixup:1", "mixup:0.001", "cutmix", "cutmix:0.001"])
def test_mixed_labels(words: str) -> None:
    images, labels, before = mixed(words, noise(3, 400))
    assert images.dtype == labels.dtype == np.float32
    assert np.isfinite(images).all()
    assert images.min() >= 0
    assert images.max() <= 255
    np.testing.assert_allclose(labels.sum(1), 1, rtol=1e-5)
    assert labels.min() >= 0
    own = (labels * before).sum(1)
    if words == "mixup:0.001":
        assert np.minimum(own, 1 - own).mean() < 0.01
    if words.endswith("0.001"):
        return
    # Some go with an image of their own class, one in five.
    assert 0.15 < own.std() < 0.5
    assert len(np.unique(np.round(own, 3))) > 40


def test_images_are_mixed_as_their_labels_are() -> None:
    """Images of one value each, as many as classes: the mixture can be read off the pixels."""
    count = 60
    values = np.arange(count, dtype=np.float32)
    flat = np.broadcast_to(values[:, None, None, None], (count, 12, 10, 1)).copy()
    images, labels, _ = mixed("mixup:1", flat, count)
    np.testing.assert_allclose(images[:, 0, 0, 0], labels @ values, rtol=1e-4, atol=1e-4)
    assert np.ptp(images, (1, 2, 3)).max() < 1e-4
    images, labels, _ = mixed("cutmix", flat, count)
    for image, label, own in zip(images[..., 0], labels, values, strict=True):
        pasted = image != own
        assert set(np.unique(image[pasted])) <= set(np.flatnonzero(label))
        assert 1 - label[int(own)] == pytest.approx(pasted.mean(), abs=1e-5)
        rows, columns = pasted.any(1), pasted.any(0)
        assert pasted.sum() == rows.sum() * columns.sum()


def test_shares_are_from_a_beta_distribution() -> None:
    """For alpha 0.5 the arcsine distribution: variance 1/8, a third of it below 1/4."""
    count = 4000
    values = np.arange(count, dtype=np.float32)[:, None, None, None]
    _, labels, before = mixed("mixup:0.5", np.zeros_like(values), count)
    own = cast(Any, labels * before).sum(1)
    assert own.mean() == pytest.approx(0.5, abs=0.03)
    assert own.var() == pytest.approx(1 / 8, abs=0.01)
    assert (own < 0.25).mean() == pytest.approx(1 / 3, abs=0.03)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("rotation:2", "factor must be at most 1"),
        ("rotation:fill=mirror", "fill must be 'reflect'"),
        ("zoom:1", "less than 1"),
        ("flip:sideways", "mode must be"),
        ("mixup:0", "alpha must be greater than 0"),
        ("erasing:smallest=0.5", "erasing: largest is 0.33, .*Write largest=0.5 or more"),
        ("crop:0", "at least 1"),
    ],
)
def test_wrong_parameters_are_refused(words: str, expected: str) -> None:
    with pytest.raises(BadParameter, match=expected):
        component(words)
