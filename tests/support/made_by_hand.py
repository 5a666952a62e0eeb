"""Components that are not registered under an entry point."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from zookit.core import Architecture, Dataset, DatasetInfo, Split, Splits

if TYPE_CHECKING:
    import keras

    from zookit.core.data import Source


@dataclass(frozen=True)
class Mean(Architecture):
    """The mean over all pixels of each channel."""

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        from keras import layers

        return layers.GlobalAveragePooling2D()(images)


@dataclass(frozen=True)
class Constant(Architecture):
    """Returns ones for every image, so that only the head's bias and one weight can learn."""

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        from keras import layers, ops

        return ops.ones_like(layers.GlobalAveragePooling2D()(images))


@dataclass(frozen=True)
class Lopsided(Dataset):
    """Nine of ten images are of the second class."""

    @property
    def info(self) -> DatasetInfo:
        return DatasetInfo((8, 8, 1), ("rare", "common"))

    def load(self, source: "Source") -> Splits:
        labels = (np.arange(200) % 10 != 0).astype(np.int64)
        split = Split(np.zeros((200, 8, 8, 1), np.uint8), labels)
        return Splits(split, split)
