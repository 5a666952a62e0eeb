"""Parts of a split: set aside by class and by seed, or any."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from zookit.core.data.scratch import empty_images
from zookit.core.dataset import Split
from zookit.core.errors import DataError

if TYPE_CHECKING:
    import numpy.typing as npt

    Indices = npt.NDArray[np.int64]


def hold_out(
    labels: "Indices", fraction: float, seed: int, class_names: Sequence[str] = ()
) -> "tuple[Indices, Indices]":
    """The indices to keep and those held out, each sorted.

    Of every class the fraction is held out, rounded, but at least one image and never all; which
    ones is drawn from (seed, class) alone.

    Raises DataError where a class has a single image; `class_names` are for its message.
    """
    held = []
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        if len(members) < 2:
            name = repr(class_names[label]) if class_names else label
            raise DataError(
                f"class {name} has a single image, which cannot be split; add pictures to it."
            )
        count = min(max(round(len(members) * fraction), 1), len(members) - 1)
        held.append(np.random.default_rng([seed, int(label)]).permutation(members)[:count])
    chosen = np.sort(np.concatenate(held))
    return np.setdiff1d(np.arange(len(labels)), chosen), chosen


def subset(split: Split, indices: "Indices") -> Split:
    """The images and labels at these indices, in their order.

    The images are copied one by one into an array of `zookit.core.data.empty_images`, so that
    memory need hold neither all of them nor the part. Raises DataError where there is no room.
    """
    images = empty_images((len(indices), *split.images.shape[1:]))
    for at, index in enumerate(indices):
        images[at] = split.images[index]
    return Split(images, split.labels[indices])
