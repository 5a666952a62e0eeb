"""Class probabilities of images, in bounded memory."""

import math
from typing import TYPE_CHECKING

import numpy as np

from zookit.core import Architecture, BadParameter, BadRun
from zookit.core.messages import option
from zookit.inference.rebuild import rebuild_model
from zookit.runs.run import RunRecord

if TYPE_CHECKING:
    import keras
    import numpy.typing as npt

    Pixels = npt.NDArray[np.uint8]
    Probabilities = npt.NDArray[np.float32]

_SURE = 0.5
_LARGEST_BATCH = 256
_BATCH_BYTES = 4_000_000
"""Bytes of the images of a batch; the activations of a convolution take a hundred times as much."""


class Predictor:
    """A model compiled for prediction, for any number of images uint8 (N, H, W, C)."""

    def __init__(self, model: "keras.Model") -> None:
        import tensorflow as tf

        from zookit.modeling.one_form import all_classes  # imports Keras

        self._shape: tuple[int, ...] = tuple(model.input_shape[1:])
        self._classes = class_count(model)
        self.batch_size = batch_size(self._shape)
        self.model = model  # the traced function does not keep its variables
        # Traced once. TensorFlow would warn about retracing after the fifth model in a process.
        self._run = tf.function(
            lambda images: all_classes(model(images, training=False)), autograph=False
        ).get_concrete_function(tf.TensorSpec((None, *self._shape), tf.uint8))

    def __call__(self, images: "Pixels") -> "Probabilities":
        """Return the probabilities of all classes, float32 (N, classes), 0 to 1.

        Raises BadParameter if the images are not uint8 of the model's shape, and BadRun if the
        weights of the model are not finite.
        """
        check_images(images, self._shape)
        probabilities = np.empty((len(images), self._classes), np.float32)
        for at in range(0, len(images), self.batch_size):
            part = slice(at, at + self.batch_size)
            probabilities[part] = self._run(np.ascontiguousarray(images[part])).numpy()
        check_finite(probabilities)
        return probabilities


def check_images(images: "Pixels", shape: tuple[int, ...]) -> None:
    """Raise BadParameter unless images are uint8 (N, H, W, C) of a model's shape (H, W, C)."""
    if images.shape[1:] != shape or images.dtype != np.uint8:
        raise BadParameter(
            f"images have dtype {images.dtype} and shape {images.shape}, expected uint8 "
            f"and (N, {', '.join(map(str, shape))}), with pixels from 0 to 255."
        )


def check_finite(outputs: "npt.NDArray[np.float32]") -> None:
    """Raise BadRun if what a model computes is NaN or infinite."""
    if not np.isfinite(outputs).all():
        raise BadRun(
            "the model has NaN or infinite weights: the training diverged. Train again "
            f"with a lower {option('--learning-rate', 'learning_rate')}."
        )


def batch_size(shape: tuple[int, ...]) -> int:
    """Return how many images of this shape to predict at once; more only take more memory."""
    return max(1, min(_LARGEST_BATCH, _BATCH_BYTES // math.prod(shape)))


def class_count(model: "keras.Model") -> int:
    """Return the number of classes of a model; one output stands for two classes."""
    outputs: int = model.output_shape[-1]
    return max(2, outputs)


def is_unsure(probabilities: "Probabilities") -> bool:
    """Whether a prediction, float32 (classes,), is unsure.

    It is if the most probable class has less than one half, or less than twice as much as the next.
    """
    second, first = np.sort(probabilities)[-2:].tolist()
    return bool(first < max(_SURE, 2 * second))


def predict(
    run: RunRecord, images: "Pixels", architecture: Architecture | None = None
) -> "Probabilities":
    """Return a run's probabilities of all classes, float32 (N, C), in the order of its labels.

    To predict many times, create a `Predictor` of `rebuild_model(run)` once.

    Args:
        run: a run that has ended.
        images: uint8 (N, H, W, C), 0 to 255, of the shape that the run was trained on.
        architecture: the instance that the run was trained with, if no entry point names its class.

    Raises:
        BadParameter: the images are not of that shape or type.
        BadRun: the model cannot be rebuilt.
    """
    return Predictor(rebuild_model(run, architecture))(images)
