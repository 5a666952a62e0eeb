"""What the model is fed: batches gathered from memory-mapped arrays, in an order of its own."""

import math
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from zookit.core import Split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
        self.batch_size = batch_size
        self._chosen = np.arange(len(split)) if chosen is None else chosen
        self._seed = seed
        self._weights = weights
        self.epoch = 0
        """The epoch, counted from 0, that the next pass is of."""

    def __len__(self) -> int:
        """The number of batches; the last may be smaller."""
        return math.ceil(self.size / self.batch_size)

    @property
    def size(self) -> int:
        """The number of images."""
        return len(self._chosen)

    @property
    def batch_bytes(self) -> int:
        """The bytes of a whole batch's images."""
        return self.batch_size * math.prod(self._split.images.shape[1:])

    def dataset(self) -> "tf.data.Dataset":
        """A batch an element: images (B, H, W, C), labels (B,) and, where there are, weights (B,).

        Each pass reads `epoch` anew.
        """
        return self._as_dataset(self._batches, self._signature((None,)))

    def chunks(self, steps: int) -> "tf.data.Dataset":
        """Many batches an element, all of one shape, so that one compiled program serves them.

        An element is the number of its batches, then what they hold: images (steps, B, H, W, C),
        labels and weights (steps, B). The last may hold fewer than `steps`, followed by what is not
        to be used. A smaller last batch of r images is an element by itself, (1, r, H, W, C). The
        cardinality is that of the batches, which Keras counts; it ends with an error beyond the
        last element.
        """
        import tensorflow as tf

        signature = (tf.TensorSpec((), tf.int32), *self._signature((None, None)))
        return self._as_dataset(partial(self._chunks, steps), signature)

    def _batches(self) -> "Iterator[tuple[npt.NDArray[Any], ...]]":
        order = self._order()
        for start in range(0, len(order), self.batch_size):
            yield self._gathered(order[start : start + self.batch_size])

    def _chunks(self, steps: int) -> "Iterator[tuple[Any, ...]]":
        order = self._order()
        whole = self.size // self.batch_size
        for start in range(0, whole, steps):
            count = min(steps, whole - start)
            at = order[start * self.batch_size : (start + count) * self.batch_size]
            at = np.pad(at, (0, (steps - count) * self.batch_size), mode="edge")
            yield np.int32(count), *self._gathered(at.reshape(steps, self.batch_size))
        rest = order[whole * self.batch_size :]
        if len(rest):
            yield np.int32(1), *self._gathered(rest[np.newaxis])

    def _order(self) -> "npt.NDArray[np.int64]":
        if self._seed is None:
            return self._chosen
        return np.random.default_rng([self._seed, self.epoch]).permutation(self._chosen)

    def _gathered(self, at: "npt.NDArray[np.int64]") -> "tuple[npt.NDArray[Any], ...]":
        labels = self._split.labels[at]
        batch = (self._split.images[at], labels)
        return batch if self._weights is None else (*batch, self._weights[labels])

    def _signature(self, leading: tuple[None, ...]) -> "tuple[tf.TensorSpec, ...]":
        import tensorflow as tf

        images = tf.TensorSpec((*leading, *self._split.images.shape[1:]), tf.uint8)
        labels = tf.TensorSpec(leading, tf.int64)
        if self._weights is None:
            return images, labels
        return images, labels, tf.TensorSpec(leading, tf.float32)

    def _as_dataset(
        self, elements: "Callable[[], Iterator[tuple[Any, ...]]]", signature: tuple[Any, ...]
    ) -> "tf.data.Dataset":
        """Of as many steps as there are batches, which is what Keras counts."""
        import tensorflow as tf

        made = tf.data.Dataset.from_generator(elements, output_signature=signature)
        return made.prefetch(2).apply(tf.data.experimental.assert_cardinality(len(self)))


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
