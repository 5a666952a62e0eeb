"""The architecture `dense`."""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_types import Ge, Gt, Le, Lt, MinLen

from zookit.core import Architecture, Doc, Preference

if TYPE_CHECKING:
    import keras


_FOR_ONE_THREAD = 8_000_000
"""Multiplications of the largest matrix product up to which a second processor only costs:

28 x 28 images in batches of 32 took as long on one as on two at 256 units (6.4 million), longer at
384 (9.6 million).
"""

_Count = Annotated[int, Gt(0), Le(1_000_000_000)]


@dataclass(frozen=True)
class Dense(Architecture):
    """Every pixel into layers of units that are connected to all of the layer before."""

    units: Annotated[tuple[_Count, ...], MinLen(1), Doc("Units of each layer.")] = (128,)
    activation: Annotated[
        Literal["relu", "gelu", "selu", "silu", "sigmoid", "tanh"], Doc("What follows each layer.")
    ] = "relu"
    dropout: Annotated[
        float, Ge(0), Lt(1), Doc("Fraction of each layer's outputs dropped in training.")
    ] = 0.0

    def preference(self, image_shape: tuple[int, int, int], batch_size: int) -> Preference:
        """XLA but for dropout, which it draws slowly; one thread while the matrices are small."""
        sizes = (math.prod(image_shape), *self.units)
        largest = batch_size * max(rows * columns for rows, columns in pairwise(sizes))
        return Preference(xla=not self.dropout, threads=1 if largest <= _FOR_ONE_THREAD else None)

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        """Flatten, then the layers: (N, H, W, C) to (N, last of units)."""
        from keras import layers

        outputs = layers.Flatten()(images)
        for units in self.units:
            outputs = layers.Dense(units, activation=self.activation)(outputs)
            if self.dropout:
                outputs = layers.Dropout(self.dropout)(outputs)
        return outputs
