"""A module that imports Keras at once."""

from dataclasses import dataclass
from typing import Any

import keras

from zookit.core import Architecture


@dataclass(frozen=True)
class Heavy(Architecture):
    """Flattens the images."""

    def features(self, images: Any) -> Any:
        return keras.layers.Flatten()(images)


ENTRIES = {"heavy": (Heavy, ("is known without tensorflow",))}
