"""What the model is fed: batches gathered from memory-mapped arrays, in an order of its own."""

import math
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from zookit.core import Split

if TYPE_CHECKING:
    from collections.abc import Callable

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
        self.split = split
        self.batch_size = batch_size
        self._chosen = np.arange(len(split)) if chosen is None else chosen
        self._seed = seed
        self._weights = weights
        self._drawn = -1, self._chosen
        self.epoch = 0
        """The epoch, counted from 0, that the next pass is of."""
        self.first_chunk = 0
        """The chunk that the next pass begins with; the chunks before it are not in it."""

    def __len__(self) -> int:
        """The number of batches; the last may be smaller."""
        return math.ceil(self.size / self.batch_size)

    @property
    def size(self) -> int:
        """The number of images."""
        return len(self._chosen)

    @property
    def whole(self) -> int:
        """The number of batches that are not smaller."""
        return self.size // self.batch_size

    @property
    def batch_bytes(self) -> int:
        """The bytes of a whole batch's images."""
        return self.batch_size * math.prod(self.split.images.shape[1:])

    def dataset(self) -> "tf.data.Dataset":
        """A batch an element: images (B, H, W, C), labels (B,) and, where there are, weights (B,).

        Each pass reads `epoch` anew.
        """
        return self._as_dataset(self._batch, len(self), leading=(None,))

    def chunks(self, steps: int) -> "tf.data.Dataset":
        """Many batches an element, all of one shape, so that one compiled program serves them.

        An element is the number of its batches, then what they hold: images (steps, B, H, W, C),
        labels and weights (steps, B). The last may hold fewer than `steps`, followed by what is not
        to be used. A smaller last batch of r images is an element by itself, (1, r, H, W, C). The
        cardinality is that of the batches, which Keras counts; it ends with an error beyond the
        last element. Each pass reads `epoch` and `first_chunk` anew.
        """
        import tensorflow as tf

        count = math.ceil(self.whole / steps) + (len(self) - self.whole)
        return self._as_dataset(
            partial(self._chunk, steps), count, tf.TensorSpec((), tf.int32), leading=(None, None)
        )

    def first(self) -> "tuple[npt.NDArray[Any], ...]":
        """The first batch by itself."""
        return self._batch(0)

    def _batch(self, at: int) -> "tuple[npt.NDArray[Any], ...]":
        return self._gathered(self._order()[at * self.batch_size : (at + 1) * self.batch_size])

    def _chunk(self, steps: int, at: int) -> tuple[Any, ...]:
        at += self.first_chunk
        whole = self.size // self.batch_size
        count = min(steps, whole - at * steps)
        if count <= 0:
            return np.int32(1), *self._gathered(
                self._order()[np.newaxis, whole * self.batch_size :]
            )
        first = at * steps * self.batch_size
        images = self._order()[first : first + count * self.batch_size]
        padded = np.pad(images, (0, (steps - count) * self.batch_size), mode="edge")
        return np.int32(count), *self._gathered(padded.reshape(steps, self.batch_size))

    def _order(self) -> "npt.NDArray[np.int64]":
        if self._seed is None:
            return self._chosen
        epoch, order = self._drawn
        if epoch != self.epoch:
            epoch = self.epoch
            order = np.random.default_rng([self._seed, epoch]).permutation(self._chosen)
            self._drawn = epoch, order
        return order

    def _gathered(self, at: "npt.NDArray[np.int64]") -> "tuple[npt.NDArray[Any], ...]":
        labels = self.split.labels[at]
        batch = (self.split.images[at], labels)
        return batch if self._weights is None else (*batch, self._weights[labels])

    def _as_dataset(
        self,
        element: "Callable[[int], tuple[Any, ...]]",
        count: int,
        *more: "tf.TensorSpec",
        leading: tuple[None, ...],
    ) -> "tf.data.Dataset":
        """The elements from 0 to `count`, of as many steps as there are batches."""
        import tensorflow as tf

        specs = [
            *more,
            tf.TensorSpec((*leading, *self.split.images.shape[1:]), tf.uint8),
            tf.TensorSpec(leading, tf.int64),
        ]
        if self._weights is not None:
            specs.append(tf.TensorSpec(leading, tf.float32))

        def read(at: tf.Tensor) -> tuple[tf.Tensor, ...]:
            # Set up in a fraction of the time that from_generator takes.
            parts = tf.numpy_function(element, [at], [spec.dtype for spec in specs])
            return tuple(
                tf.ensure_shape(part, spec.shape) for part, spec in zip(parts, specs, strict=True)
            )

        made = tf.data.Dataset.range(count).map(tf.autograph.experimental.do_not_convert(read))
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
