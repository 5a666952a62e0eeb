"""What a model says of images: class probabilities, in bounded memory."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from zookit.core import BadParameter, BadRun, Evaluation, Split
from zookit.inference.rebuild import rebuild_model
from zookit.runs.run import RunRecord

if TYPE_CHECKING:
    import keras
    import numpy.typing as npt

    Pixels = npt.NDArray[np.uint8]
    Probabilities = npt.NDArray[np.float32]

_MOST = 256
_BATCH_BYTES = 4_000_000
"""Of a batch's images; a convolution's values are a hundred times as large."""
_MISTAKES = 25
_SIDE = 128
"""The most pixels that a kept mistake has in height and in width, or nearly."""


class Predictor:
    """A model, ready for images uint8 (N, H, W, C) of any number."""

    def __init__(self, model: "keras.Model") -> None:
        import tensorflow as tf

        self._shape: tuple[int, ...] = tuple(model.input_shape[1:])
        outputs = model.output_shape[-1]
        # With two classes the head says how probable the second one is.
        self._classes = 2 if outputs == 1 else outputs
        self.batch_size = batch_size(self._shape)

        def say(images: tf.Tensor) -> tf.Tensor:
            said = model(images, training=False)
            return tf.concat([1 - said, said], 1) if outputs == 1 else said

        self._say = tf.function(
            say, input_signature=[tf.TensorSpec((None, *self._shape), tf.uint8)], autograph=False
        )

    def __call__(self, images: "Pixels") -> "Probabilities":
        """The probabilities of all classes, float32 (N, classes), 0 to 1.

        Raises BadParameter where the images are not uint8 of the model's shape, and BadRun where
        the model's weights are not finite.
        """
        if images.shape[1:] != self._shape or images.dtype != np.uint8:
            raise BadParameter(
                f"images are {images.dtype} {images.shape}; the model takes uint8 "
                f"(N, {', '.join(map(str, self._shape))}): pixels 0 to 255, channels last."
            )
        said = np.empty((len(images), self._classes), np.float32)
        for at in range(0, len(images), self.batch_size):
            part = slice(at, at + self.batch_size)
            said[part] = self._say(np.ascontiguousarray(images[part])).numpy()
        if np.isnan(said).any():
            raise BadRun(
                "the model's probabilities are no numbers: its weights are not finite, as after a "
                "training that failed. Train again with a lower --learning-rate."
            )
        return said


def batch_size(shape: tuple[int, ...]) -> int:
    """How many images of this shape a model is best given at once; more cost only memory."""
    return max(1, min(_MOST, _BATCH_BYTES // math.prod(shape)))


def predict(run: RunRecord, images: "Pixels") -> "Probabilities":
    """What a kept run's model says of images: the probabilities of all classes, float32 (N, C).

    `images` are uint8 (N, H, W, C), 0 to 255, of the shape the run was trained on; classes are in
    the order of its labels. For calls in number, keep a `Predictor` of `rebuild_model(run)`.

    Raises BadParameter where the images do not fit, and BadRun as `rebuild_model` does.
    """
    return Predictor(rebuild_model(run))(images)


def evaluate(
    predict: Predictor, split: Split, check: Callable[[], None] = lambda: None
) -> Evaluation:
    """What the model says of each image of a split. The probabilities are not kept whole.

    `check` is called before each batch, so that it can end this.
    """
    predicted = np.empty(len(split), np.int64)
    probability = np.empty(len(split), np.float32)
    for at in range(0, len(split), predict.batch_size):
        check()
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
