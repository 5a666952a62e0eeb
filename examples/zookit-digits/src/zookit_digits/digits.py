"""The data set `digits`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from zookit.core import DataError, Dataset, DatasetInfo, Split, Splits

if TYPE_CHECKING:
    from zookit.core.data import Source

_TRAIN, _TEST = 1500, 297
_HIGHEST = 16
"""The largest value: a pixel of scikit-learn counts the inked cells in a block of 4 x 4."""


@dataclass(frozen=True)
class Digits(Dataset):
    """Handwritten digits of 8 x 8 grey pixels, which scikit-learn includes.

    Images are uint8 (N, 8, 8, 1), 0 (background) to 255 in 17 steps; labels are the digits 0 to 9.
    The first 1,500 images are for training and the last 297 for testing. No two images are equal.
    Licence CC BY 4.0.
    """

    @property
    def info(self) -> DatasetInfo:
        """The published sizes, classes and licence."""
        return DatasetInfo(
            image_shape=(8, 8, 1),
            class_names=tuple("0123456789"),
            sizes={"train": _TRAIN, "test": _TEST},
            license="CC BY 4.0 (E. Alpaydin, C. Kaynak)",
            citation="Kaynak: Methods of Combining Multiple Classifiers and Their Applications to "
            "Handwritten Digit Recognition. MSc Thesis, Institute of Graduate Studies in Science "
            "and Engineering, Bogazici University, 1995",
            homepage="https://archive.ics.uci.edu/dataset/80/",
        )

    def load(self, source: "Source") -> Splits:
        """Scale scikit-learn's images to 0 to 255. Raises DataError if their number is different."""
        from sklearn.datasets import load_digits  # a second or so to import

        del source  # the images are installed with scikit-learn
        loaded = load_digits()
        if loaded.images.shape != (_TRAIN + _TEST, 8, 8):
            raise DataError(
                f"digits: scikit-learn has images of shape {loaded.images.shape}. Expected "
                f"({_TRAIN + _TEST}, 8, 8). Install another version of scikit-learn."
            )
        images = np.rint(loaded.images * (255 / _HIGHEST)).astype(np.uint8)[..., None]
        labels = loaded.target.astype(np.int64)
        return Splits(
            Split(images[:_TRAIN], labels[:_TRAIN]), Split(images[_TRAIN:], labels[_TRAIN:])
        )
