"""The data set `svhn`."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from zookit.core import DataError, Dataset, DatasetInfo, Doc, Split, Splits
from zookit.core.data import RemoteFile, Source, concatenated
from zookit.plugins.datasets.mat_files import read_mat

_SCHEMES = ("http", "https")  # the same server, as TensorFlow Datasets and others address it
_SHAPE = (32, 32, 3)


def _file(part: str, sha256: str, size: int) -> RemoteFile:
    name = f"{part}_32x32.mat"
    urls = tuple(f"{scheme}://ufldl.stanford.edu/housenumbers/{name}" for scheme in _SCHEMES)
    return RemoteFile(name, sha256, urls, size)


# As TensorFlow Datasets publishes them.
_TRAIN = _file(
    "train", "435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8", 182_040_794
)
_TEST = _file(
    "test", "cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b", 64_275_384
)
_EXTRA = _file(
    "extra", "a133a4beb38a00fcdda90c9489e0c04f900b660ce8a316a5e854838379a71eb3", 1_329_278_602
)


@dataclass(frozen=True)
class Svhn(Dataset):
    """SVHN: 32 x 32 colour photos of single digits of house numbers, from Google Street View.

    Images are uint8 (N, 32, 32, 3), with the digit in the middle and often parts of others beside
    it; labels are the digits 0 to 9. There are 73,257 training and 26,032 test images (Netzer and
    others 2011). With `extra`, the 531,131 easier images of a third file of 1.3 GB are training
    images too. They are for non-commercial use only, so no sample is bundled.

    Other names: svhn_cropped, street_view_house_numbers, house_numbers.
    """

    extra: Annotated[bool, Doc("Add the 531,131 extra images to the training split.")] = False

    files = (_TRAIN, _TEST)
    home = "svhn"

    def __post_init__(self) -> None:
        """Add the file that the parameter asks for."""
        if self.extra:
            object.__setattr__(self, "files", (*self.files, _EXTRA))

    @property
    def info(self) -> DatasetInfo:
        """The published sizes and classes."""
        return DatasetInfo(
            image_shape=_SHAPE,
            class_names=tuple("0123456789"),
            sizes={"train": 73_257 + (531_131 if self.extra else 0), "test": 26_032},
            license="for non-commercial use only",
            citation="Netzer, Wang, Coates, Bissacco, Wu, Ng: Reading Digits in Natural Images "
            "with Unsupervised Feature Learning. 2011",
            homepage="http://ufldl.stanford.edu/housenumbers/",
        )

    def load(self, source: Source) -> Splits:
        """Read the MATLAB files."""
        train = (_TRAIN, _EXTRA) if self.extra else (_TRAIN,)
        return Splits(_read(source, train), _read(source, (_TEST,)))


def _read(source: Source, files: tuple[RemoteFile, ...]) -> Split:
    return concatenated([_part(source, file.name) for file in files], source.progress)


def _part(source: Source, name: str) -> Split:
    """Return the images and labels of a file, in which a 0 has the label 10."""
    path = source.file(name)
    found = read_mat(path, "X", "y", progress=source.progress)
    pixels, labels = found["X"], found["y"].reshape(-1)
    if pixels.dtype != np.uint8 or pixels.shape != (*_SHAPE, len(labels)):
        raise DataError(
            f"{path} has images of dtype {pixels.dtype} and shape {pixels.shape} for "
            f"{len(labels):,} labels. Expected uint8 and (32, 32, 3, N)."
        )
    unknown = labels[~np.isin(labels, np.arange(1, 11))]
    if len(unknown):
        raise DataError(f"{path} has the label {unknown[0]}. Expected 1 to 10.")
    return Split(np.moveaxis(pixels, -1, 0).view(np.uint8), labels.astype(np.int64) % 10)
