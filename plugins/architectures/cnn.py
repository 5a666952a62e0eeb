"""The architecture `cnn`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Gt, Le, Lt

from zookit.core import Architecture, Doc, ImageShapeRefused, Preference

if TYPE_CHECKING:
    import keras

_FLATTENED_SIDE = 7
"""The side that maps are brought down to by default; 7 x 7 x 64 into 128 units is 0.4 M weights."""
_WIDEST = 64
_NARROWEST = 16


_Count = Annotated[int, Gt(0), Le(1_000_000_000)]


@dataclass(frozen=True)
class Cnn(Architecture):
    """Blocks of a convolution and a max-pooling each, then dense layers.

    By default as many blocks as bring the longer side down to 7 or less, but at least two and never
    more than the shorter side allows, with 64 filters each, fewer in the first ones where there are
    more than two: 64+64 for 28 x 28, 16+32+64+64+64 for 300 x 300.
    """

    filters: Annotated[
        tuple[_Count, ...],
        Doc("Filters of each block; by the image's size if empty."),
    ] = ()
    kernel: Annotated[int, Gt(0), Doc("Height and width of the convolutions, in pixels.")] = 3
    pool: Annotated[int, Gt(0), Doc("Height and width of the max-pooling, in pixels.")] = 2
    units: Annotated[
        tuple[_Count, ...],
        Doc("Units of each dense layer after the blocks."),
    ] = (128,)
    dropout: Annotated[
        float,
        Ge(0),
        Lt(1),
        Doc("Fraction dropped in training before each dense layer and before the head."),
    ] = 0.0

    def check(self, image_shape: tuple[int, int, int]) -> None:
        """Refuse images that the blocks asked for would shrink to nothing."""
        filters = self.blocks(image_shape)
        possible = self._possible(image_shape)
        if len(filters) > possible:
            mend = (
                f"Name fewer filters (cnn:filters={'+'.join(map(str, filters[:possible]))}) or a"
                if possible
                else "Take larger images or a"
            )
            raise ImageShapeRefused(
                f"cnn: images of {image_shape[0]} x {image_shape[1]} are too small for "
                f"{len(filters)} blocks: block {possible + 1} would leave nothing. {mend} smaller "
                "kernel."
            )

    def preference(self, image_shape: tuple[int, int, int], batch_size: int) -> Preference:
        """No XLA, which makes convolutions slower; bfloat16 takes 0.7 of the time of float32."""
        del image_shape, batch_size
        return Preference(bfloat16=True)

    def blocks(self, image_shape: tuple[int, int, int]) -> tuple[int, ...]:
        """The filters of each block for images of this shape (height, width, channels)."""
        if self.filters:
            return self.filters
        side, count = max(image_shape[:2]), 0
        # A pool of 1 would never come down to it.
        while count < 2 or (side > _FLATTENED_SIDE and self.pool > 1):
            side, count = self._shrunk(side), count + 1
        count = max(min(count, self._possible(image_shape)), 1)
        # The last two have 64; each before them half of the next, but never under 16.
        first = max(4 - count, 0)
        return tuple(min(_WIDEST, _NARROWEST << (first + block)) for block in range(count))

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        """The blocks, flattened, then the dense layers: (N, H, W, C) to (N, last of units)."""
        from keras import layers

        outputs = images
        for filters in self.blocks(tuple(images.shape[1:])):
            outputs = layers.Conv2D(filters, self.kernel, activation="relu")(outputs)
            outputs = layers.MaxPooling2D(self.pool)(outputs)
        outputs = layers.Flatten()(outputs)
        for units in self.units:
            outputs = self._dropped(outputs)
            outputs = layers.Dense(units, activation="relu")(outputs)
        return self._dropped(outputs)

    def _dropped(self, outputs: "keras.KerasTensor") -> "keras.KerasTensor":
        from keras import layers

        return layers.Dropout(self.dropout)(outputs) if self.dropout else outputs

    def _possible(self, image_shape: tuple[int, int, int]) -> int:
        """How many blocks the shorter side lasts for; a hundred stands for no end."""
        side, count = min(image_shape[:2]), 0
        while count < 100 and (side := self._shrunk(side)) >= 1:
            count += 1
        return count

    def _shrunk(self, side: int) -> int:
        return (side - self.kernel + 1) // self.pool
