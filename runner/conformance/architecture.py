"""What is asked of architectures."""

import math
import tempfile
import warnings
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from zookit.conformance.check import require
from zookit.conformance.subject import Subject
from zookit.conformance.training import accepts, small_training
from zookit.core import Architecture, DatasetInfo, Preference, Settings, ZookitError
from zookit.model import build_model
from zookit.registry import default

if TYPE_CHECKING:
    import keras

Shape = tuple[int, int, int]

_SHAPES: tuple[Shape, ...] = ((28, 28, 1), (32, 32, 3), (64, 48, 3))
"""Tried beside those of the installed data sets."""


def fits_every_data_set(subject: Subject) -> None:
    """It builds a body, from (N, H, W, C) to (N, features), for every installed data set's shape.

    But for those that its `check` refuses by raising ImageShapeRefused; for all others it also
    states a Preference.
    """
    architecture: Architecture = subject.component
    for shape in _accepted(subject):
        preference = architecture.preference(shape, 32)
        require(
            isinstance(preference, Preference) and (preference.threads or 1) >= 1,
            f"for images {shape} its preference is {preference!r}",
        )
        _whole(architecture, shape)


def trains(subject: Subject) -> None:
    """It goes through a training as its preference asks for it, with a loss that stays finite."""
    small_training(subject.component, shape=_smallest(subject))


def every_trainable_weight_learns(subject: Subject) -> None:
    """A step of training moves every trainable weight: none lies beside the way to the output."""
    one = _body(subject.component, _smallest(subject))
    before = [weight.numpy() for weight in one.trainable_weights]
    _train_a_step(one)
    for weight, was in zip(one.trainable_weights, before, strict=True):
        require(not np.array_equal(weight.numpy(), was), f"{weight.path} got no gradient")


def builds_share_nothing(subject: Subject) -> None:
    """Two builds are alike and share no weight, and the component is as it was before."""
    architecture: Architecture = subject.build()
    before = dict(vars(architecture))
    shape = _smallest(subject)
    one, two = _body(architecture, shape), _body(architecture, shape)
    shapes = [[tuple(weight.shape) for weight in body.weights] for body in (one, two)]
    require(shapes[0] == shapes[1], f"one build has weights {shapes[0]}, another {shapes[1]}")
    shared = {id(weight) for weight in one.weights} & {id(weight) for weight in two.weights}
    require(not shared, f"two builds share {len(shared)} weight(s)")
    require(vars(architecture) == before, "building changed the component")


def survives_saving_and_loading(subject: Subject) -> None:
    """Its weights, by position, make another build predict the same, and so does a saved model.

    Register layers of your own with keras.saving.register_keras_serializable.
    """
    import keras

    architecture, shape = subject.component, _smallest(subject)
    images = np.random.default_rng(0).integers(0, 256, (3, *shape), dtype=np.uint8)
    one, two = _whole(architecture, shape), _whole(architecture, shape)
    _shake(one)
    expected = _predicted(one, images)
    two.set_weights(one.get_weights())
    _require_alike(_predicted(two, images), expected, "another build with its weights")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.keras")
        with warnings.catch_warnings():
            # Keras's own, of NumPy.
            warnings.simplefilter("ignore", DeprecationWarning)
            one.save(path)
            loaded = keras.saving.load_model(path)
    _require_alike(_predicted(loaded, images), expected, "Keras's saved model")


def _predicted(model: "keras.Model", images: "np.ndarray[Any, Any]") -> Any:
    return np.asarray(model(images, training=False))


def _shake(model: "keras.Model") -> None:
    """Weights as after a training: initial ones, such as zeros, would hide much."""
    drawn = np.random.default_rng(1)
    model.set_weights(
        [
            weight + 0.01 * drawn.random(weight.shape).astype(weight.dtype)
            if np.issubdtype(weight.dtype, np.floating)
            else weight
            for weight in model.get_weights()
        ]
    )


def _require_alike(found: Any, expected: Any, what: str) -> None:
    apart = float(np.abs(found - expected).max())
    require(np.allclose(found, expected, atol=1e-5), f"{what} predicts otherwise, by {apart:.2g}")


def _accepted(subject: Subject) -> tuple[Shape, ...]:
    architecture: Architecture = subject.component
    shapes = tuple(shape for shape in _shapes() if accepts(architecture, shape))
    require(shapes, f"it refuses every image shape: {', '.join(map(str, _shapes()))}")
    return shapes


def _smallest(subject: Subject) -> Shape:
    return min(_accepted(subject), key=math.prod)


@cache
def _shapes() -> tuple[Shape, ...]:
    """The image shapes of all data sets that are installed and need no parameters, and ours."""
    shapes = set(_SHAPES)
    for entry in default.datasets.entries():
        try:
            shapes.add(default.datasets.build(entry.full_name)[0].info.image_shape)
        except ZookitError:
            continue  # it needs parameters, or is broken, which is not this subject's fault
    return tuple(sorted(shapes))


def _whole(architecture: Architecture, shape: Shape) -> "keras.Model":
    return build_model(DatasetInfo(shape, ("a", "b", "c")), architecture, Settings())


def _body(architecture: Architecture, shape: Shape) -> "keras.Model":
    import keras

    images = keras.Input(shape)
    return keras.Model(images, architecture.features(architecture.normalize(images)))


def _train_a_step(body: "keras.Model") -> None:
    images = np.random.default_rng(0).integers(0, 256, (4, *body.input_shape[1:]))
    body.compile("sgd", "mse")
    # Far from what is given, so that whatever reaches the output gets a gradient.
    body.train_on_batch(images.astype("float32"), np.full((4, body.output_shape[-1]), 100.0))


CHECKS = (
    fits_every_data_set,
    builds_share_nothing,
    every_trainable_weight_learns,
    survives_saving_and_loading,
    trains,
)
