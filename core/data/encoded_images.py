"""Read images from a file that contains many of them, such as a table with a column of PNGs."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import numpy as np

from zookit.core.data.images import natural_shape, pixels_of, upright_image, without_warnings
from zookit.core.data.scratch import empty_images
from zookit.core.data.split import subset
from zookit.core.data.threads import in_threads
from zookit.core.dataset import Split
from zookit.core.errors import DataError
from zookit.core.progress import Progress, silent

Shape = tuple[int, int, int]

_BLOCK = 256
"""Images that are decoded at a time. The others stay where they are."""


def read_encoded_images(
    examples: Iterable[tuple[bytes, int]],
    count: int,
    shape: Shape,
    *,
    name: str,
    complaint: Callable[[Shape], str] = lambda _: "",
    progress: Progress = silent,
) -> tuple[Split, tuple[str, ...]]:
    """Decode images and store them on disk, on all processors and in bounded memory.

    An image that cannot be read is left out.

    Args:
        examples: the bytes of an image file and the label of each example, such as a generator that
            reads a block at a time.
        count: the number of examples.
        shape: height, width and channels (1 or 3) that each image is scaled to, as
            `zookit.core.data.read_image` does.
        name: the name of the split, for messages.
        complaint: takes the shape of an image as it is, and returns what is wrong with it, to
            follow "image 3 of the train split"; an empty text if nothing is.
        progress: reports the number of images read, usually `source.progress`.

    Returns:
        The split, in the order of the examples, and one line for each image that was left out.

    Raises:
        DataError: there is a complaint, no image can be read, there are more or fewer examples than
            `count`, or there is too little space.
    """
    images, labels = empty_images((count, *shape)), np.zeros(count, np.int64)
    reasons: list[str] = []
    with without_warnings(), progress(f"reading {name}", count, "images") as advance:
        for start, block in _blocks(examples):
            if start + len(block) > count:
                raise DataError(
                    f"the {name} split has more images than the {count:,} that were announced."
                )
            labels[start : start + len(block)] = [label for _, label in block]
            read = _Reading([image for image, _ in block], start, images, name, complaint)
            with in_threads(read, range(len(block))) as read_images:
                for reason in read_images:
                    reasons.append(reason)
                    advance(1)
    if len(reasons) != count:
        raise DataError(
            f"the {name} split has {len(reasons):,} images, but {count:,} were announced."
        )
    readable = np.flatnonzero([not reason for reason in reasons])
    left_out = tuple(filter(None, reasons))
    if len(readable) == 0:
        raise DataError(f"no image of the {name} split can be read: {'; '.join(left_out[:1])}.")
    split = Split(images, labels)
    return (subset(split, readable) if left_out else split), left_out


def _blocks(
    examples: Iterable[tuple[bytes, int]],
) -> Iterator[tuple[int, list[tuple[bytes, int]]]]:
    """Yield the examples in blocks, each with the index of its first."""
    start, remaining = 0, iter(examples)
    while block := list(islice(remaining, _BLOCK)):
        yield start, block
        start += len(block)


class _Reading:
    """Decodes an image of a block into its place; returns why it cannot, or an empty text."""

    def __init__(
        self,
        block: list[bytes],
        start: int,
        images: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]",
        name: str,
        complaint: Callable[[Shape], str],
    ) -> None:
        self._block, self._start, self._images = block, start, images
        self._name, self._complaint = name, complaint

    def __call__(self, at: int) -> str:
        """Decode the image at this place of the block."""
        where = f"image {self._start + at:,} of the {self._name} split"
        try:
            with upright_image(self._block[at]) as image:
                shape = natural_shape(image)
                height, width, channels = self._images.shape[1:]
                pixels = pixels_of(image, (height, width, channels))
        except DataError as error:
            return f"{where} {error}"
        wrong = self._complaint(shape)
        if wrong:
            raise DataError(f"{where} {wrong}")
        self._images[self._start + at] = pixels
        return ""
