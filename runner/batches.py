"""What the model is fed: batches gathered from memory-mapped arrays, in an order of its own."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from zookit.core import Split

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt
    import tensorflow as tf


class Batches:
    """Batches of a split's images and labels, or of the part of it that `chosen` indexes.

    With a seed the order of each epoch is drawn from (seed, epoch) alone, so that it is known
    without the epochs before; without one the order is that of the split. `weights`, one a class,
    weigh each image's loss.
    """

    def __init__(
        self,
        split: Split,
        batch_size: int,
        *,
        chosen: "npt.NDArray[np.int64] | None" = None,
        seed: int | None = None,
        weights: "npt.NDArray[np.float32] | None" = None,
    ) -> None:
        self._split = split
        self._batch_size = batch_size
        self._chosen = np.arange(len(split)) if chosen is None else chosen
        self._seed = seed
        self._weights = weights
        self.epoch = 0
        """The epoch, counted from 0, that the next pass is of."""

    def __len__(self) -> int:
        """The number of batches; the last may be smaller."""
        return math.ceil(len(self._chosen) / self._batch_size)

    @property
    def size(self) -> int:
        """The number of images."""
        return len(self._chosen)

    def __iter__(self) -> "Iterator[tuple[npt.NDArray[Any], ...]]":
        order = self._chosen
        if self._seed is not None:
            order = np.random.default_rng([self._seed, self.epoch]).permutation(order)
        for start in range(0, len(order), self._batch_size):
            at = order[start : start + self._batch_size]
            labels = self._split.labels[at]
            batch = (self._split.images[at], labels)
            yield batch if self._weights is None else (*batch, self._weights[labels])

    def dataset(self) -> "tf.data.Dataset":
        """A tf.data view; each pass over it reads `epoch` anew."""
        import tensorflow as tf

        signature: list[Any] = [
            tf.TensorSpec((None, *self._split.images.shape[1:]), tf.uint8),
            tf.TensorSpec((None,), tf.int64),
        ]
        if self._weights is not None:
            signature.append(tf.TensorSpec((None,), tf.float32))
        made = tf.data.Dataset.from_generator(self.__iter__, output_signature=tuple(signature))
        return made.apply(tf.data.experimental.assert_cardinality(len(self))).prefetch(2)


def balanced_weights(labels: "npt.NDArray[np.int64]", classes: int) -> "npt.NDArray[np.float32]":
    """One weight a class, so that all classes count alike and the mean weight of an image is 1.

    N / (number of classes present * count of the class), scikit-learn's "balanced"; a class
    without an image weighs 0.
    """
    counts = np.bincount(labels, minlength=classes)
    present = np.count_nonzero(counts)
    with np.errstate(divide="ignore"):
        weights = np.where(counts > 0, len(labels) / (present * counts), 0.0)
    return weights.astype(np.float32)
