"""Keep images out of a split that are in another one too."""

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from zookit.core.data.split import subset
from zookit.core.data.threads import in_threads
from zookit.core.dataset import Split, Splits
from zookit.core.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

_BLOCK = 64
"""Images to add up in one task."""


def without_duplicates(splits: Splits) -> tuple[Splits, dict[str, int]]:
    """Leave out validation and test images that are training images too, pixel by pixel.

    The training split keeps all its images; the test split also loses those of the validation
    split. An image counts whatever its label.

    Returns:
        The splits, and how many images were left out of each split that lost some.

    Raises:
        DataError: no image of a split remains.
    """
    counts: dict[str, int] = {}
    for name, split, copies in _copies(splits):
        if len(copies) == len(split):
            raise DataError(
                f"each image of the {name} split is in another split too, pixel by pixel. Put "
                f"other images into the {name} split."
            )
        if copies:
            kept = subset(split, np.setdiff1d(np.arange(len(split)), copies))
            by_name = {**splits.by_name(), name: kept}
            splits = Splits(**by_name, left_out=splits.left_out)
            counts[name] = len(copies)
    return splits, counts


def count_duplicates(splits: Splits) -> dict[str, int]:
    """Return how many images `without_duplicates` would leave out of each split."""
    return {name: len(copies) for name, _, copies in _copies(splits) if copies}


def _copies(splits: Splits) -> "Iterator[tuple[str, Split, list[int]]]":
    """Yield each split after the first, and the indices of its images that are in earlier ones."""
    earlier = [_Hashed(splits.train)]
    for name in ("validation", "test"):
        split = splits.by_name().get(name)
        if split is not None:
            hashed = _Hashed(split)
            yield name, split, hashed.copies_of(earlier)
            earlier.append(hashed)


def copies_in(split: Split) -> list[list[int]]:
    """Return the indices of images that are equal pixel by pixel, in one list for each of them."""
    hashed = _Hashed(split)
    _, inverse, counts = np.unique(hashed.sums, return_inverse=True, return_counts=True)
    groups: dict[bytes, list[int]] = {}
    for at, digest in hashed.hashes(counts[inverse] > 1).items():
        groups.setdefault(digest, []).append(at)
    return [each for each in groups.values() if len(each) > 1]


class _Hashed:
    """Images that can be compared fast: by sums, and by hashes where sums are equal."""

    def __init__(self, split: Split) -> None:
        self.images = split.images
        self.sums = _sums(split.images)

    def copies_of(self, others: "Sequence[_Hashed]") -> list[int]:
        """Return the indices of the images that are among the others."""
        seen: set[bytes] = set()
        for other in others:
            seen.update(other.hashes(np.isin(other.sums, self.sums)).values())
        maybe = np.isin(self.sums, np.concatenate([other.sums for other in others]))
        return [at for at, digest in self.hashes(maybe).items() if digest in seen]

    def hashes(self, where: "npt.NDArray[np.bool_]") -> dict[int, bytes]:
        """Return the hashes of some images, by index."""
        return {
            int(at): hashlib.sha256(self.images[at].tobytes()).digest()
            for at in np.flatnonzero(where)
        }


def _sums(images: "npt.NDArray[np.uint8]") -> "npt.NDArray[np.uint64]":
    """Return the sum of each image, taken as numbers of 64 bits; reading takes longer."""
    pixels = images.reshape(len(images), -1)
    whole = pixels.shape[1] // 8 * 8

    def add(start: int) -> "npt.NDArray[np.uint64]":
        block = pixels[start : start + _BLOCK]
        numbers = block[:, :whole].view(np.uint64)
        total: npt.NDArray[np.uint64] = numbers.sum(1, np.uint64)
        total += block[:, whole:].sum(1, np.uint64)
        return total

    with in_threads(add, range(0, len(images), _BLOCK)) as sums:
        return np.concatenate(list(sums))
