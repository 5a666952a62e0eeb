"""The data set `emnist`."""

from dataclasses import dataclass, replace
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Annotated, Literal

from zookit.core import DataError, Dataset, DatasetInfo, Doc, Split, Splits
from zookit.core.data import Progress, RemoteFile, Source, read_idx_splits, unpacked

_ARCHIVE, _FOLDER = "gzip.zip", "gzip"
# Capital and small letters that look alike are one class, named after the capital letter.
_MERGED = digits + ascii_uppercase + "abdefghnqrt"
# The class names, and the numbers of training and test images.
_SPLITS = {
    "balanced": (_MERGED, 112_800, 18_800),
    "byclass": (digits + ascii_uppercase + ascii_lowercase, 697_932, 116_323),
    "bymerge": (_MERGED, 697_932, 116_323),
    "digits": (digits, 240_000, 40_000),
    "letters": (ascii_lowercase, 124_800, 20_800),
    "mnist": (digits, 60_000, 10_000),
}
_BLOCK = 10_000
"""The number of images that are turned at a time."""


@dataclass(frozen=True)
class Emnist(Dataset):
    """EMNIST: 28 x 28 grey images of handwritten digits and letters.

    Images are uint8 (N, 28, 28, 1), 0 (background) to 255, and upright, unlike in the published
    files; labels are from 0, in the order of the class names. All splits come from one archive of
    562 MB (Cohen, Afshar, Tapson, van Schaik 2017, arXiv:1702.05373):

    - balanced: 47 classes of equal size, with letters that look alike merged; 112,800 training and
      18,800 test images.
    - byclass: 62 classes, the digits, capital and small letters; 697,932 and 116,323 images.
    - bymerge: the same images in the 47 classes.
    - digits: 240,000 and 40,000 images.
    - letters: 26 classes, capital and small letters together; 124,800 and 20,800 images.
    - mnist: 60,000 and 10,000 digits, made as MNIST was.

    No licence is stated, so no sample is bundled; the images come from NIST Special Database 19. A
    folder `emnist` in ZOOKIT_DATA_DIR may have the archive, or the files of the split.

    Other names: extended_mnist.
    """

    split: Annotated[
        Literal["balanced", "byclass", "bymerge", "digits", "letters", "mnist"],
        Doc("Which characters, in which classes; NIST calls it a split."),
    ] = "balanced"

    # As TensorFlow Datasets publishes it.
    files = (
        RemoteFile(
            _ARCHIVE,
            "fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e",
            (f"https://biometrics.nist.gov/cs_links/EMNIST/{_ARCHIVE}",),
            561_753_746,
        ),
    )
    home = "emnist"

    @property
    def info(self) -> DatasetInfo:
        """The published sizes and classes."""
        class_names, train, test = _SPLITS[self.split]
        return DatasetInfo(
            image_shape=(28, 28, 1),
            class_names=tuple(class_names),
            sizes={"train": train, "test": test},
            license="not stated (NIST Special Database 19: https://www.nist.gov/open/license)",
            citation="Cohen, Afshar, Tapson, van Schaik: EMNIST: Extending MNIST to handwritten "
            "letters. 2017. arXiv:1702.05373",
            homepage="https://www.nist.gov/itl/products-and-services/emnist-dataset",
        )

    def load(self, source: Source) -> Splits:
        """Read the four IDX files of the split from the archive, or from the folder."""
        parts = [f"emnist-{self.split}-{part}" for part in ("train", "test")]
        if source.origin != "full" and source.folder is not None:
            # The full data set is the pinned file, whatever else the folder contains.
            for folder in (source.folder, source.folder / _FOLDER):
                if any(folder.glob(f"{parts[0]}-*")):
                    return self._read(replace(source, folder=folder), *parts)
        names = [
            f"{_FOLDER}/{part}-{kind}-ubyte.gz"
            for part in parts
            for kind in ("images-idx3", "labels-idx1")
        ]
        with unpacked(source.file(_ARCHIVE), *names) as unzipped:
            return self._read(replace(source, folder=unzipped / _FOLDER), *parts)

    def _read(self, source: Source, train: str, test: str) -> Splits:
        splits = read_idx_splits(source, train, test)
        first = 1 if self.split == "letters" else 0  # the label of the first class in the files
        return Splits(
            _upright(splits.train, first, source.progress),
            _upright(splits.test, first, source.progress),
        )


def _upright(split: Split, first: int, progress: Progress) -> Split:
    """Exchange rows and columns, which the files have in the order of MATLAB, and count from 0."""
    images = split.images
    if images.shape[1] != images.shape[2]:
        raise DataError(f"expected images of 28 x 28 pixels, but they have {images.shape[1:3]}.")
    with progress("turning the images", len(images), "images") as advance:
        for begin in range(0, len(images), _BLOCK):
            block = images[begin : begin + _BLOCK]
            block[:] = block.transpose(0, 2, 1, 3).copy()
            advance(len(block))
    return Split(images, split.labels - first)
