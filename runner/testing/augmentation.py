"""The contract of augmentations."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from zookit.core import Augmentation, ImageShapeRefused
from zookit.core.calling import call_declared
from zookit.testing.check import ContractBroken, compiled, require, require_fresh
from zookit.testing.target import NotApplicable, Target
from zookit.testing.trial_training import small_training

if TYPE_CHECKING:
    import keras
    import numpy.typing as npt

    Array = npt.NDArray[np.float32]

_SHAPES = ((12, 10, 1), (12, 10, 3), (32, 32, 3), (224, 224, 3))
"""Image shapes that are tried, if an augmentation refuses others."""
_COUNT, _CLASSES = 8, 3
_CALLS = 20
_MARGIN = 1.0
"""How far outside of 0 to 255 a pixel may be: interpolation rounds."""


class _Batch(NamedTuple):
    """Images, and labels for those that mix them."""

    images: "Array"
    labels: "Array"


def builds_fresh_layers(target: Target) -> None:
    """`build` returns a keras.layers.Layer, a new one each time."""
    import keras

    require_fresh(lambda: _built(target), keras.layers.Layer, "keras.layers.Layer")


def images_stay_images(target: Target) -> None:
    """From float32 images it makes float32 images of the same shape, finite and 0 to 255.

    It does so for grey and coloured images, at every precision of training.
    """
    for shape in _shapes(target):
        given = _batch(shape)
        for policy in ("float32", "mixed_bfloat16"):
            with _precision(policy):
                layer = _built(target)
                for _ in range(3):
                    _require_images(_called(target, layer, given).images, given.images, policy)


def labels_stay_labels(target: Target) -> None:
    """If it mixes labels, each row of them still adds up to 1, and they change with the images.

    It can mix labels that are mixed already.
    """
    _require_mixing(target)
    given = _batch(_shapes(target)[0])
    layer = _built(target)
    changed = False
    for _ in range(_CALLS):
        once = _called(target, layer, given)
        for found in (once, _called(target, layer, once)):
            labels = found.labels
            require(
                labels.shape == given.labels.shape and labels.dtype == np.float32,
                f"from labels float32 {given.labels.shape} it makes {labels.dtype} {labels.shape}",
            )
            sums = labels.sum(axis=1)
            require(
                np.allclose(sums, 1, atol=1e-4) and labels.min() >= 0,
                f"it makes labels whose rows add up to {sums.min():g} to {sums.max():g}, with "
                f"{labels.min():g} as the smallest",
            )
        changed |= not np.allclose(once.labels, given.labels)
    require(changed, f"the labels are the same after {_CALLS} calls, though it mixes labels")


def changes_images_only_in_training(target: Target) -> None:
    """With training=True it changes some images, with training=False none.

    Layers that mix labels need not know training=False, as zookit never calls them so.
    """
    given = _batch(_shapes(target)[0])
    layer = _built(target)
    outputs = [_called(target, layer, given).images for _ in range(_CALLS)]
    require(
        any(not np.array_equal(each, given.images) for each in outputs),
        f"the images are the same after {_CALLS} calls in training",
    )
    if not target.component.mixes_labels:
        still = np.asarray(layer(given.images, training=False))
        require(np.array_equal(still, given.images), "it changes images with training=False")


def random_state_is_in_its_variables(target: Target) -> None:
    """Another layer that receives its variables, also before its first call, continues exactly.

    Draw random numbers with a keras.random.SeedGenerator that is an attribute of the layer.
    """
    given = _batch(_shapes(target)[0])
    one, two = _built(target), _built(target)
    _called(target, one, given)
    _called(target, one, given)
    counts = len(two.variables), len(one.variables)
    require(
        counts[0] == counts[1],
        f"it has {counts[0]} variables before the first call and {counts[1]} after",
    )
    for mine, its in zip(two.variables, one.variables, strict=True):
        mine.assign(its)
    for _ in range(3):
        pair = [_called(target, each, given) for each in (one, two)]
        require(
            np.array_equal(pair[0].images, pair[1].images)
            and np.array_equal(pair[0].labels, pair[1].labels),
            "another layer with its variables changes the images otherwise",
        )


def compiles(target: Target) -> None:
    """TensorFlow can compile it for any number of images, and so can XLA if its `xla` is true.

    Two calls of what is compiled still draw different random numbers.
    """
    import tensorflow as tf

    given = _batch(_shapes(target)[0])
    layer = _built(target)
    shapes = [(None, *each.shape[1:]) for each in given]
    changed = [_called(target, layer, given).images for _ in range(_CALLS)]
    for xla in (False, True) if target.component.xla else (False,):
        function = compiled(partial(_call, target, layer), *shapes, xla=xla)
        images = [np.asarray(function(*map(tf.constant, given))[0]) for _ in range(_CALLS)]
        require(
            not _all_equal(images) or _all_equal(changed),
            f"compiled, {_CALLS} calls change the images in the same way",
        )


def works_during_training(target: Target) -> None:
    """Training with it runs to the end, and the loss stays finite."""
    shape = _shapes(target)[0]
    small_training(augment=target.component, shape=shape)


def _built(target: Target) -> "keras.layers.Layer":
    augmentation: Augmentation = target.component
    return call_declared(augmentation.build)


def _shapes(target: Target) -> "list[tuple[int, int, int]]":
    """Return a shape of one and a shape of three channels, or one, of those that it accepts."""
    augmentation: Augmentation = target.component
    accepted: dict[int, tuple[int, int, int]] = {}
    for shape in _SHAPES:
        try:
            augmentation.check(shape)
        except ImageShapeRefused:
            continue
        accepted.setdefault(shape[2], shape)
    require(accepted, f"it refuses every image shape: {', '.join(map(str, _SHAPES))}")
    return list(accepted.values())


def _batch(shape: tuple[int, int, int]) -> _Batch:
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (_COUNT, *shape)).astype(np.float32)
    return _Batch(images, np.eye(_CLASSES, dtype=np.float32)[np.arange(_COUNT) % _CLASSES])


def _called(target: Target, layer: "keras.layers.Layer", given: _Batch) -> _Batch:
    return _Batch(*(np.asarray(each) for each in _call(target, layer, *given)))


def _call(target: Target, layer: "keras.layers.Layer", images: Any, labels: Any) -> tuple[Any, Any]:
    """Call a layer as the training step does, and return images and labels."""
    if not target.component.mixes_labels:
        found = layer(images, training=True)
        require(hasattr(found, "shape"), f"called with images, it returned {type(found).__name__}")
        return found, labels
    found = layer({"images": images, "labels": labels}, training=True)
    require(
        isinstance(found, dict) and {"images", "labels"} <= set(found),
        "called with a dictionary of images and labels, it did not return one",
    )
    return found["images"], found["labels"]


def _require_images(found: "Array", given: "Array", policy: str) -> None:
    require(
        found.shape == given.shape and found.dtype == np.float32,
        f"from images float32 {given.shape} it makes {found.dtype} {found.shape}, with the "
        f"precision {policy}",
    )
    require(np.all(np.isfinite(found)), "it makes pixels that are not finite")
    lowest, highest = float(found.min()), float(found.max())
    require(
        lowest >= -_MARGIN and highest <= 255 + _MARGIN,
        f"it makes pixels from {lowest:g} to {highest:g}",
    )


def _all_equal(arrays: "list[Array]") -> bool:
    return all(np.array_equal(each, arrays[0]) for each in arrays)


def _require_mixing(target: Target) -> None:
    if target.component.mixes_labels:
        return
    given = _batch(_shapes(target)[0])
    try:
        found = _built(target)({"images": given.images, "labels": given.labels}, training=True)
    except Exception:  # noqa: BLE001 - it knows images alone, as it says
        raise NotApplicable("it does not mix labels") from None
    if isinstance(found, dict) and not np.array_equal(np.asarray(found["labels"]), given.labels):
        raise ContractBroken("it mixes labels, but its mixes_labels is False")
    raise NotApplicable("it does not mix labels")


@contextmanager
def _precision(policy: str) -> Iterator[None]:
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


CHECKS = (
    builds_fresh_layers,
    images_stay_images,
    labels_stay_labels,
    changes_images_only_in_training,
    random_state_is_in_its_variables,
    compiles,
    works_during_training,
)
