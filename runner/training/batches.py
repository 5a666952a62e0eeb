"""Batches of images and labels, gathered from memory-mapped arrays in a reproducible order."""

import math
import weakref
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from zookit.core import Split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt
    import tensorflow as tf


class Batches:
    """Batches of a split, or of the part of it that `indices` selects.

    With a seed, the order of each epoch is drawn from (seed, epoch) alone, so an epoch's order does
    not depend on the epochs before it. Without a seed the order is that of the split. `weights`,
    float32 (classes,), weight each image's loss by its class.
    """

    def __init__(
        self,
        split: Split,
        batch_size: int,
        *,
        indices: "npt.NDArray[np.int64] | None" = None,
        seed: int | None = None,
        weights: "npt.NDArray[np.float32] | None" = None,
    ) -> None:
        self.split = split
        self.batch_size = batch_size
        self._indices = np.arange(len(split)) if indices is None else indices
        self._seed = seed
        self.weights = weights
        self._drawn = -1, self._indices
        self.epoch = 0
        """The epoch, counted from 0, of the next pass."""
        self.first_chunk = 0
        """The first chunk of the next pass; earlier ones are skipped."""

    def __len__(self) -> int:
        """Return the number of batches; the last one may be smaller."""
        return math.ceil(self.size / self.batch_size)

    @property
    def size(self) -> int:
        """The number of images."""
        return len(self._indices)

    @property
    def indices(self) -> "npt.NDArray[np.int64]":
        """The indices of the images in the split, int64 (N,)."""
        return self._indices

    @property
    def labels(self) -> "npt.NDArray[np.int64]":
        """The labels of the images, int64 (N,)."""
        return self.split.labels[self._indices]

    @property
    def whole(self) -> int:
        """The number of full batches."""
        return self.size // self.batch_size

    @property
    def batch_bytes(self) -> int:
        """The size of a full batch's images in bytes."""
        return self.batch_size * math.prod(self.split.images.shape[1:])

    def dataset(self) -> "tf.data.Dataset":
        """Return a data set in which each element is one batch.

        An element is images uint8 (B, H, W, C), labels int64 (B,) and, if there are weights,
        weights float32 (B,). Each pass uses the current `epoch`.
        """
        return self._as_dataset(Batches._batch, len(self), leading=(None,))

    def chunks(self, steps: int) -> "tf.data.Dataset":
        """Return a data set in which each element is a chunk of batches, all of one shape.

        An element is its number of batches, images (steps, B, H, W, C), labels and weights
        (steps, B). The last one may have fewer batches; the rest of it is padding. A smaller last
        batch of r images is an element by itself, (1, r, H, W, C). The cardinality is the number
        of batches, because Keras counts those; reading beyond the last element is an error. Each
        pass uses the current `epoch` and `first_chunk`.
        """
        import tensorflow as tf

        count = math.ceil(self.whole / steps) + (len(self) - self.whole)
        return self._as_dataset(
            partial(Batches._chunk, steps=steps),
            count,
            tf.TensorSpec((), tf.int32),
            leading=(None, None),
        )

    def first(self) -> "tuple[npt.NDArray[Any], ...]":
        """Return the first batch alone."""
        return self._batch(0)

    def _batch(self, at: int) -> "tuple[npt.NDArray[Any], ...]":
        return self._gathered(self._order()[at * self.batch_size : (at + 1) * self.batch_size])

    def _chunk(self, at: int, steps: int) -> tuple[Any, ...]:
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
            return self._indices
        epoch, order = self._drawn
        if epoch != self.epoch:
            epoch = self.epoch
            order = np.random.default_rng([self._seed, epoch]).permutation(self._indices)
            self._drawn = epoch, order
        return order

    def _gathered(self, at: "npt.NDArray[np.int64]") -> "tuple[npt.NDArray[Any], ...]":
        labels = self.split.labels[at]
        batch = (self.split.images[at], labels)
        return batch if self.weights is None else (*batch, self.weights[labels])

    def _as_dataset(
        self,
        element: "Callable[[Batches, int], tuple[Any, ...]]",
        count: int,
        *more: "tf.TensorSpec",
        leading: tuple[None, ...],
    ) -> "tf.data.Dataset":
        """Return the elements 0 to `count`, with the number of batches as cardinality."""
        import tensorflow as tf

        # TensorFlow keeps the function of a numpy_function forever: it must not keep the images.
        # The data set keeps `read`, which keeps these batches.
        get = partial(_get, weakref.ref(self), element)

        def read(at: tf.Tensor) -> tuple[tf.Tensor, ...]:
            # Takes a fraction of the set-up time of from_generator.
            specs = [*more, *self._specs(leading)]
            parts = tf.numpy_function(get, [at], [spec.dtype for spec in specs])
            return tuple(
                tf.ensure_shape(part, spec.shape) for part, spec in zip(parts, specs, strict=True)
            )

        made = tf.data.Dataset.range(count).map(tf.autograph.experimental.do_not_convert(read))
        return made.prefetch(2).apply(tf.data.experimental.assert_cardinality(len(self)))

    def _specs(self, leading: tuple[None, ...]) -> "Iterator[tf.TensorSpec]":
        import tensorflow as tf

        yield tf.TensorSpec((*leading, *self.split.images.shape[1:]), tf.uint8)
        yield tf.TensorSpec(leading, tf.int64)
        if self.weights is not None:
            yield tf.TensorSpec(leading, tf.float32)


def _get(
    batches: "weakref.ref[Batches]",
    element: "Callable[[Batches, int], tuple[Any, ...]]",
    at: int,
) -> tuple[Any, ...]:
    found = batches()
    if found is None:
        raise ReferenceError("the data set of these batches is not used any more")
    return element(found, at)


def balanced_weights(labels: "npt.NDArray[np.int64]", classes: int) -> "npt.NDArray[np.float32]":
    """Return a weight for each class that balances the classes; the mean weight of an image is 1.

    The weight is N / (number of classes present * count of the class), as in scikit-learn's
    "balanced"; a class without images has weight 0. Returns float32 (classes,).
    """
    counts = np.bincount(labels, minlength=classes)
    present = np.count_nonzero(counts)
    with np.errstate(divide="ignore"):
        weights = np.where(counts > 0, len(labels) / (present * counts), 0.0)
    return weights.astype(np.float32)
