"""The contract of architectures."""

import tempfile
import warnings
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from zookit.core import Architecture, DatasetInfo, Preference
from zookit.core.messages import counted
from zookit.modeling.model import build_model
from zookit.testing.check import ContractBroken, require
from zookit.testing.export import exports_to_every_format
from zookit.testing.shapes import Shape, accepted_shapes, smallest_shape
from zookit.testing.target import Target
from zookit.testing.trial_training import small_training

if TYPE_CHECKING:
    import keras

_SEEDS = 10


def builds_for_every_data_set(target: Target) -> None:
    """It builds a body, from (N, H, W, C) to (N, features), for every installed data set's shape.

    Shapes that its `check` refuses by raising ImageShapeRefused are exempt. For all others it also
    states a Preference.
    """
    architecture: Architecture = target.component
    for shape in accepted_shapes(target):
        preference = architecture.preference(shape, 32)
        require(
            isinstance(preference, Preference) and (preference.threads or 1) >= 1,
            f"for images {shape} its preference is {preference!r}",
        )
        build_model(DatasetInfo(shape, ("a", "b", "c")), architecture, normalize=True)


def trains(target: Target) -> None:
    """Training with its preferred settings runs to the end, and the loss stays finite."""
    small_training(target.component, shape=smallest_shape(target))


def every_trainable_weight_learns(target: Target) -> None:
    """Every trainable weight has a gradient, so each of them influences the output."""
    import keras

    body = _builds(target).one
    unmoved = _without_gradient(body)
    # A few units can all be dead by chance, but not with every seed.
    for seed in range(_SEEDS):
        if not unmoved:
            return
        keras.utils.set_random_seed(seed)
        unmoved &= _without_gradient(_body(target.component, body.input_shape[1:]))
    if unmoved:
        numbers = ", ".join(sorted(unmoved))
        raise ContractBroken(f"these trainable weights have no gradient: {numbers}")


def builds_share_nothing(target: Target) -> None:
    """Two builds are alike and share no weight, and building does not change the component."""
    builds = _builds(target)
    one, two = ([tuple(each.shape) for each in body.weights] for body in (builds.one, builds.two))
    require(one == two, f"one build has weights {one}, another {two}")
    shared = {id(each) for each in builds.one.weights} & {id(each) for each in builds.two.weights}
    require(not shared, f"two builds share {counted(len(shared), 'weight')}")
    require(builds.after == builds.before, "building changed the component")


def survives_saving_and_loading(target: Target) -> None:
    """Another build with its weights, by position, predicts the same, and so does a saved model.

    Register layers of your own with keras.saving.register_keras_serializable.
    """
    import keras

    builds = _builds(target)
    shape = builds.one.input_shape[1:]
    images = np.random.default_rng(0).integers(0, 256, (3, *shape)).astype(np.float32)
    _perturb(builds.one)
    expected = _predict(builds.one, images)
    builds.two.set_weights(builds.one.get_weights())
    _require_alike(_predict(builds.two, images), expected, "another build with its weights")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = Path(folder, "model.keras")
        with warnings.catch_warnings():
            # Keras triggers NumPy's.
            warnings.simplefilter("ignore", DeprecationWarning)
            builds.one.save(path)
            loaded = keras.saving.load_model(path)
    _require_alike(_predict(loaded, images), expected, "Keras's saved model")


@dataclass(frozen=True)
class _Builds:
    """Two bodies of one new component, and its attributes before and after building them."""

    before: dict[str, Any]
    one: "keras.Model"
    two: "keras.Model"
    after: dict[str, Any]


@lru_cache(maxsize=1)
def _builds(target: Target) -> _Builds:
    """Build both bodies once for all checks of a target."""
    architecture: Architecture = target.build().component
    shape = smallest_shape(target)
    before = dict(vars(architecture))
    one, two = _body(architecture, shape), _body(architecture, shape)
    return _Builds(before, one, two, dict(vars(architecture)))


def _body(architecture: Architecture, shape: Shape) -> "keras.Model":
    import keras

    images = keras.Input(shape)
    return keras.Model(images, architecture.features(architecture.normalize(images)))


def _without_gradient(body: "keras.Model") -> set[str]:
    """The position and name of each trainable weight whose gradient is zero or missing."""
    import tensorflow as tf

    images = np.random.default_rng(0).integers(0, 256, (4, *body.input_shape[1:]))
    with tf.GradientTape() as tape:
        outputs = body(images.astype("float32"), training=True)
        # A distant goal, so that everything that influences the output has a gradient.
        loss = tf.reduce_mean((outputs - 100.0) ** 2)
    weights = body.trainable_weights
    gradients = tape.gradient(loss, [each.value for each in weights])
    return {
        f"{at} ({weight.name})"
        for at, (weight, gradient) in enumerate(zip(weights, gradients, strict=True))
        if gradient is None or not np.any(tf.convert_to_tensor(gradient))
    }


def _predict(model: "keras.Model", images: "np.ndarray[Any, Any]") -> Any:
    return np.asarray(model(images, training=False))


def _perturb(model: "keras.Model") -> None:
    """Change the weights as training would; initial ones, such as zeros, would hide errors."""
    random = np.random.default_rng(1)
    model.set_weights(
        [
            weight + 0.01 * random.random(weight.shape).astype(weight.dtype)
            if np.issubdtype(weight.dtype, np.floating)
            else weight
            for weight in model.get_weights()
        ]
    )


def _require_alike(found: Any, expected: Any, what: str) -> None:
    apart = float(np.abs(found - expected).max())
    require(np.allclose(found, expected, atol=1e-5), f"{what} predicts otherwise, by {apart:.2g}")


CHECKS = (
    builds_for_every_data_set,
    builds_share_nothing,
    every_trainable_weight_learns,
    survives_saving_and_loading,
    trains,
    exports_to_every_format,
)
