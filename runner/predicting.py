"""What a model says of images: class probabilities, in bounded memory."""

import math
from typing import TYPE_CHECKING

import numpy as np

from zookit.core import Evaluation, Split

if TYPE_CHECKING:
    import keras
    import numpy.typing as npt

_MOST = 256
_BATCH_BYTES = 4_000_000
"""Of a batch's images; a convolution's values are a hundred times as large."""
_MISTAKES = 25
_SIDE = 128
"""The most pixels that a kept mistake has in height and in width, or nearly."""


class Predictor:
    """A model, ready for images uint8 (N, H, W, C) of any number.

    `batch_size` is how many should be given at once where they are read bit by bit.
    """

    def __init__(self, model: "keras.Model") -> None:
        import tensorflow as tf

        shape = tuple(model.input_shape[1:])
        self.batch_size = max(1, min(_MOST, _BATCH_BYTES // math.prod(shape)))

        def say(images: tf.Tensor) -> tf.Tensor:
            return model(images, training=False)

        self._say = tf.function(
            say, input_signature=[tf.TensorSpec((None, *shape), tf.uint8)], autograph=False
        )

    def __call__(self, images: "npt.NDArray[np.uint8]") -> "npt.NDArray[np.float32]":
        """The probabilities of all classes, float32 (N, classes), 0 to 1."""
        parts = [
            self._say(np.ascontiguousarray(images[at : at + self.batch_size])).numpy()
            for at in range(0, len(images), self.batch_size)
        ]
        outputs = np.concatenate(parts)
        # With two classes the head says how probable the second one is.
        return np.hstack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs


def evaluate(predict: Predictor, split: Split) -> Evaluation:
    """What the model says of each image of a split. The probabilities are not kept whole."""
    predicted = np.empty(len(split), np.int64)
    probability = np.empty(len(split), np.float32)
    for at in range(0, len(split), predict.batch_size):
        part = slice(at, at + predict.batch_size)
        said = predict(split.images[part])
        predicted[part], probability[part] = said.argmax(1), said.max(1)
    labels = np.asarray(split.labels, np.int64)
    wrong = np.flatnonzero(predicted != labels)
    surest = wrong[np.argsort(-probability[wrong], kind="stable")][:_MISTAKES]
    down, across = (math.ceil(side / _SIDE) for side in split.images.shape[1:3])
    images = np.stack([split.images[at, ::down, ::across] for at in surest] or [_none_of(split)])
    return Evaluation(labels, predicted, probability, surest, images[: len(surest)])


def _none_of(split: Split) -> "npt.NDArray[np.uint8]":
    return np.empty((1, 1, split.images.shape[3]), np.uint8)
