"""What is asked of architectures."""

import math
import tempfile
import warnings
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from zookit.core import (
    Architecture,
    DatasetInfo,
    ImageShapeRefused,
    Preference,
    Words,
)
from zookit.modeling.model import build_model
from zookit.registry import default
from zookit.testing.check import ContractBroken, require
from zookit.testing.subprocess_checks import ask_all
from zookit.testing.target import Subject
from zookit.testing.trial_training import small_training

if TYPE_CHECKING:
    import keras

Shape = tuple[int, int, int]

_SHAPES: tuple[Shape, ...] = ((28, 28, 1), (32, 32, 3), (64, 48, 3))
"""Tried beside those of the installed data sets."""
_SECONDS = 20
"""How long another's data set may take to say its shape."""
_SEEDS = 10


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
    import keras

    unmoved: set[str] | None = None
    # Few units may all be dead at first; that none ever moves is no chance.
    for seed in range(_SEEDS):
        keras.utils.set_random_seed(seed)
        body = _body(subject.component, _smallest(subject))
        before = [weight.numpy() for weight in body.trainable_weights]
        _train_a_step(body)
        still = {
            f"{at} ({weight.name})"
            for at, (weight, was) in enumerate(zip(body.trainable_weights, before, strict=True))
            if np.array_equal(weight.numpy(), was)
        }
        unmoved = still if unmoved is None else unmoved & still
        if not unmoved:
            return
    numbers = ", ".join(sorted(unmoved or ()))
    raise ContractBroken(f"of its trainable weights, number {numbers} never moved")


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
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
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
    shapes = tuple(shape for shape in _shapes() if _accepts(architecture, shape))
    require(shapes, f"it refuses every image shape: {', '.join(map(str, _shapes()))}")
    return shapes


def _accepts(architecture: Architecture, shape: Shape) -> bool:
    try:
        architecture.check(shape)
    except ImageShapeRefused:
        return False
    return True


def _smallest(subject: Subject) -> Shape:
    return min(_accepted(subject), key=math.prod)


@cache
def _shapes() -> tuple[Shape, ...]:
    """The image shapes of all data sets that are installed and need no parameters, and ours.

    Asked in processes of their own: what is wrong with another's data set is not this one's fault.
    """
    others = [Subject(entry, Words(entry.name)) for entry in default.datasets.entries()]
    asked = {tuple(shape) for shape in ask_all(others, "shape", _SECONDS)}
    return tuple(sorted({*_SHAPES, *asked}))


def _whole(architecture: Architecture, shape: Shape) -> "keras.Model":
    return build_model(DatasetInfo(shape, ("a", "b", "c")), architecture, normalize=True)


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
