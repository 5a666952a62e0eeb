"""The architecture `dense`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_types import Ge, Gt, Le, Lt, MinLen

from zookit.core import Architecture, Doc

if TYPE_CHECKING:
    import keras


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

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        """Flatten, then the layers: (N, H, W, C) to (N, last of units)."""
        from keras import layers

        outputs = layers.Flatten()(images)
        for units in self.units:
            outputs = layers.Dense(units, activation=self.activation)(outputs)
            if self.dropout:
                outputs = layers.Dropout(self.dropout)(outputs)
        return outputs
