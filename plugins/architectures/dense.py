"""The architecture `dense`."""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_types import Ge, Gt, Le, Lt, MinLen

from zookit.core import Architecture, Doc, Preference

if TYPE_CHECKING:
    import keras


_ONE_THREAD = 8_000_000
"""Multiplications in the largest matrix product up to which a second thread does not help.

Measured with 28 x 28 images in batches of 32: one thread was as fast as two with 256 units (6.4
million) and slower with 384 (9.6 million).
"""

_Count = Annotated[int, Gt(0), Le(1_000_000_000)]


@dataclass(frozen=True)
class Dense(Architecture):
    """Dense layers on the flattened pixels: a multilayer perceptron.

    Other names: MLP, DNN, a fully connected or plain neural network (NN). The images are flattened
    first.
    """

    units: Annotated[tuple[_Count, ...], MinLen(1), Doc("Units of each layer.")] = (128,)
    activation: Annotated[
        Literal["relu", "gelu", "selu", "silu", "sigmoid", "tanh"], Doc("Activation of each layer.")
    ] = "relu"
    dropout: Annotated[float, Ge(0), Lt(1), Doc("Dropout rate after each layer.")] = 0.0

    def preference(self, image_shape: tuple[int, int, int], batch_size: int) -> Preference:
        """Prefer XLA, except with dropout, which XLA slows down; one thread for small matrices."""
        sizes = (math.prod(image_shape), *self.units)
        largest = batch_size * max(rows * columns for rows, columns in pairwise(sizes))
        return Preference(xla=not self.dropout, threads=1 if largest <= _ONE_THREAD else None)

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        """Return the outputs of the last layer, (N, last of units)."""
        from keras import layers

        outputs = layers.Flatten()(images)
        for units in self.units:
            outputs = layers.Dense(units, activation=self.activation)(outputs)
            if self.dropout:
                outputs = layers.Dropout(self.dropout)(outputs)
        return outputs
