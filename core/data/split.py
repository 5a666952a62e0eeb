"""Divide a split, and join splits."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from zookit.core.data.scratch import empty_images
from zookit.core.dataset import Split
from zookit.core.errors import DataError
from zookit.core.progress import Progress, silent

if TYPE_CHECKING:
    import numpy.typing as npt

    Indices = npt.NDArray[np.int64]

_BLOCK = 10_000
"""The number of images that are copied at a time."""


def hold_out(
    labels: "Indices", fraction: float, seed: int, class_names: Sequence[str] = ()
) -> "tuple[Indices, Indices]":
    """Choose a fraction of each class at random, for example as a test split.

    At least one image of each class is held out and at least one is kept. The choice within a class
    depends only on the seed, the label and the indices of that class.

    Args:
        labels: the labels (N,).
        fraction: the fraction of each class to hold out, between 0 and 1; the count is rounded.
        seed: the seed of the random choice.
        class_names: the names of the classes, for messages.

    Returns:
        The indices to keep and the indices held out, each sorted.

    Raises:
        DataError: a class has only one image.
    """
    held = []
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        if len(members) < 2:
            name = repr(class_names[label]) if class_names else label
            raise DataError(
                f"class {name} has only one image, which cannot be split. Add images to it."
            )
        count = min(max(round(len(members) * fraction), 1), len(members) - 1)
        held.append(np.random.default_rng([seed, int(label)]).permutation(members)[:count])
    chosen = np.sort(np.concatenate(held))
    return np.setdiff1d(np.arange(len(labels)), chosen), chosen


def subset(split: Split, indices: "Indices") -> Split:
    """Return the images and labels at these indices, in their order.

    The images are copied one by one to disk (see `zookit.core.data.empty_images`), so they may be
    larger than memory. Raises DataError if there is too little space.
    """
    images = empty_images((len(indices), *split.images.shape[1:]))
    for at, index in enumerate(indices):
        images[at] = split.images[index]
    return Split(images, split.labels[indices])


def concatenated(parts: Sequence[Split], progress: Progress = silent) -> Split:
    """Return the images and labels of several splits, one after the other.

    The images are copied to disk (see `zookit.core.data.empty_images`), so they may be larger than
    memory. A single split whose images lie in order is returned as it is.

    Args:
        parts: at least one split; all have images of one shape.
        progress: reports the number of images copied, usually `source.progress`.

    Raises:
        DataError: there is too little space.
    """
    if len(parts) == 1 and parts[0].images.flags.c_contiguous:
        return parts[0]
    count = sum(map(len, parts))
    images, end = empty_images((count, *parts[0].images.shape[1:])), 0
    with progress("putting the images in order", count, "images") as advance:
        for part in parts:
            for at in range(0, len(part), _BLOCK):
                block = part.images[at : at + _BLOCK]
                begin, end = end, end + len(block)
                images[begin:end] = block
                advance(len(block))
    return Split(images, np.concatenate([part.labels for part in parts]))
