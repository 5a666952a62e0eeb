"""Augmentations, each wrong in one way; ENTRIES names the checks that each must fail."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from zookit.core import Augmentation

FRESH = "builds fresh layers"
IMAGES = "images stay images"
LABELS = "labels stay labels"
TRAINING = "changes images only in training"
STATE = "random state is in its variables"
COMPILES = "compiles"
TRAINS = "works during training"


def layer_of(change: Any, dtype: str | None = "float32") -> Any:
    """Return a Keras layer that calls `change(inputs, a random number, training)`."""
    import keras

    class Own(keras.layers.Layer):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(dtype=dtype)
            self.draws = keras.random.SeedGenerator()

        def call(self, inputs: Any, training: bool = False) -> Any:
            return change(inputs, keras.random.uniform((), seed=self.draws), training)

    return Own()


def darker(images: Any, draw: Any, training: bool) -> Any:
    return images * draw if training else images


def mixed(inputs: Any, draw: Any, training: bool) -> Any:
    import tensorflow as tf

    return {name: tf.reverse(each, [0]) * draw + each * (1 - draw) for name, each in inputs.items()}


@dataclass(frozen=True)
class Right(Augmentation):
    """Makes images darker; nothing is wrong."""

    xla = True

    def build(self) -> Any:
        return layer_of(darker)


@dataclass(frozen=True)
class RightMixer(Augmentation):
    """Mixes images and labels; nothing is wrong."""

    mixes_labels = True

    def build(self) -> Any:
        return layer_of(mixed)


@dataclass(frozen=True)
class Function(Right):
    """Returns a function."""

    def build(self) -> Any:
        return lambda images, training: images * 0.5 if training else images


@cache
def one_layer() -> Any:
    return layer_of(darker)


@dataclass(frozen=True)
class Shared(Right):
    """The same layer each time."""

    def build(self) -> Any:
        return one_layer()


@dataclass(frozen=True)
class Scales(Right):
    """Makes some pixels larger than 255."""

    def build(self) -> Any:
        return layer_of(lambda images, draw, training: images * (1 + draw) if training else images)


@dataclass(frozen=True)
class Crops(Right):
    """Makes smaller images in training."""

    def build(self) -> Any:
        def cropped(images: Any, draw: Any, training: bool) -> Any:
            return darker(images, draw, training)[:, 1:] if training else images

        return layer_of(cropped)


@dataclass(frozen=True)
class Coarse(Right):
    """Computes in the precision of training."""

    def build(self) -> Any:
        return layer_of(darker, dtype=None)


@dataclass(frozen=True)
class Idle(Right):
    """Changes nothing."""

    def build(self) -> Any:
        return layer_of(lambda images, draw, training: images)


@dataclass(frozen=True)
class Always(Right):
    """Changes images also outside of training."""

    def build(self) -> Any:
        return layer_of(lambda images, draw, training: images * draw)


@dataclass(frozen=True)
class NumPy(Right):
    """Draws with NumPy, once when it is compiled."""

    def build(self) -> Any:
        import numpy as np

        random = np.random.default_rng()
        return layer_of(lambda images, draw, training: darker(images, random.random(), training))


@dataclass(frozen=True)
class WithoutSeed(Right):
    """Draws from the generator that all share."""

    def build(self) -> Any:
        import keras

        def changed(images: Any, draw: Any, training: bool) -> Any:
            return darker(images, keras.random.uniform(()), training)

        return layer_of(changed)


@dataclass(frozen=True)
class NotForXla(Right):
    """Uses an operation that XLA does not have, and says that XLA can compile it."""

    def build(self) -> Any:
        import tensorflow as tf

        def changed(images: Any, draw: Any, training: bool) -> Any:
            own = tf.numpy_function(lambda each: each, [draw], tf.float32)
            return darker(images, tf.reshape(own, []), training)

        return layer_of(changed)


@dataclass(frozen=True)
class ConcealsMixing(RightMixer):
    """Mixes labels, and does not say so."""

    mixes_labels = False


@dataclass(frozen=True)
class ImagesAlone(RightMixer):
    """Mixes images without their labels."""

    def build(self) -> Any:
        def images_alone(inputs: Any, draw: Any, training: bool) -> Any:
            return {**mixed(inputs, draw, training), "labels": inputs["labels"]}

        return layer_of(images_alone)


@dataclass(frozen=True)
class AddsLabels(RightMixer):
    """Makes labels whose rows add up to 2."""

    def build(self) -> Any:
        def added(inputs: Any, draw: Any, training: bool) -> Any:
            images = mixed(inputs, draw, training)["images"]
            return {"images": images, "labels": inputs["labels"] * 2}

        return layer_of(added)


ENTRIES = {
    "right": (Right, ()),
    "right_mixer": (RightMixer, ()),
    "function": (Function, (FRESH, STATE, TRAINS)),
    "shared": (Shared, (FRESH, STATE)),
    "scales": (Scales, (IMAGES,)),
    "crops": (Crops, (IMAGES, TRAINS)),
    "coarse": (Coarse, (IMAGES,)),
    "idle": (Idle, (TRAINING,)),
    "always": (Always, (TRAINING,)),
    "num_py": (NumPy, (STATE, COMPILES)),
    "without_seed": (WithoutSeed, (STATE,)),
    "not_for_xla": (NotForXla, (COMPILES,)),
    "conceals_mixing": (ConcealsMixing, (IMAGES, LABELS, TRAINING, STATE, COMPILES, TRAINS)),
    "images_alone": (ImagesAlone, (LABELS,)),
    "adds_labels": (AddsLabels, (LABELS,)),
}
