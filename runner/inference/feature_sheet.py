"""A picture of a model's filters, and of its feature maps for an image."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import colormaps
from PIL import Image

from zookit.core.contact_sheet import image_of
from zookit.core.messages import counted
from zookit.inference.feature_maps import FeatureMaps, Filters
from zookit.inference.picture import GAP, Page, enlarged

if TYPE_CHECKING:
    import numpy.typing as npt

    from zookit.inference.predict import Pixels

MOST_LAYERS = 20
"""The most convolutions of a picture."""
_WIDTH = 912
_MAP, _MAP_ROWS = 72, 2
"""The longer side of a map in pixels, and the most rows of a layer."""
_FILTER, _FILTER_ROWS = 34, 4
_IMAGE = 144
_BETWEEN, _LINE = 4, 20
_MAPS, _AROUND_ZERO = "viridis", "RdBu_r"


@dataclass(frozen=True, eq=False)
class _Block:
    """Tiles of one size in rows, below a line of text."""

    title: str
    tiles: list[Image.Image]

    @property
    def step(self) -> tuple[int, int]:
        width, height = self.tiles[0].size
        return width + _BETWEEN, height + _BETWEEN

    @property
    def columns(self) -> int:
        return max(1, _WIDTH // self.step[0])

    @property
    def height(self) -> int:
        return _LINE + -(-len(self.tiles) // self.columns) * self.step[1]

    def draw(self, page: Page, top: int) -> None:
        page.text(GAP, top, self.title, _WIDTH, bold=True)
        across, down = self.step
        for at, tile in enumerate(self.tiles):
            row, column = divmod(at, self.columns)
            page.paste(GAP + column * across, top + _LINE + row * down, tile)


def feature_sheet(
    image: "Pixels", caption: str, filters: Filters, maps: Sequence[FeatureMaps]
) -> bytes:
    """Return a PNG: an image, a model's first filters, and its feature maps for the image.

    Of many convolutions it shows 20 in even steps, of a convolution the first two rows of maps, and
    the first four rows of filters. The captions say how many there are.

    The maps of a convolution share one scale, from dark blue, their lowest value, to yellow, their
    highest. Each filter has a scale of its own, up to its largest weight without the sign. Filters
    of colour images are drawn in colour, where grey is 0; others in red above 0 and in blue below.

    Args:
        image: uint8 (H, W, C).
        caption: what the image is.
        filters: the filters of the first convolution.
        maps: the feature maps of each convolution, at least one.
    """
    chosen = np.unique(np.linspace(0, len(maps) - 1, MOST_LAYERS).round().astype(int)).tolist()
    some = f"{len(chosen)} of the " if len(chosen) < len(maps) else ""
    blocks = [
        _Block(caption, [enlarged(image_of(image), _IMAGE)]),
        _block_of_filters(filters),
        *(_block_of_maps(maps[at], f"Convolution {at + 1}") for at in chosen),
    ]
    heading = f"Feature maps of {some}{counted(len(maps), 'convolution')}"
    page = Page(_WIDTH + 2 * GAP, _LINE + 2 * GAP + sum(each.height + 2 * GAP for each in blocks))
    page.text(GAP, GAP, heading, _WIDTH)
    top = _LINE + 2 * GAP
    for block in blocks:
        block.draw(page, top)
        top += block.height + 2 * GAP
    return page.png()


def _block_of_maps(layer: FeatureMaps, heading: str) -> _Block:
    height, width, count = layer.maps.shape
    low, high = float(layer.maps.min()), float(layer.maps.max())
    scaled = (layer.maps - low) / ((high - low) or 1)
    shown = _fitting(count, _MAP, width / height, _MAP_ROWS)
    tiles = [_coloured(scaled[..., at], _MAPS, _MAP) for at in range(shown)]
    text = f"{heading}, {layer.name}: {_of(shown, count, 'map')} of {height} x {width}"
    return _Block(f"{text}, from {low:.3g} to {high:.3g}", tiles)


def _block_of_filters(filters: Filters) -> _Block:
    height, width, channels, count = filters.kernels.shape
    largest = np.abs(filters.kernels).max((0, 1, 2))
    scaled = filters.kernels / np.where(largest > 0, 2 * largest, 1) + 0.5
    shown = _fitting(count, _FILTER, width / height, _FILTER_ROWS)
    if channels == 3:
        pixels = np.rint(scaled * 255).astype(np.uint8)
        tiles = [enlarged(image_of(pixels[..., at]), _FILTER) for at in range(shown)]
        colours = "in colour, grey is 0"
    else:
        tiles = [_coloured(scaled[..., at].mean(2), _AROUND_ZERO, _FILTER) for at in range(shown)]
        mean = "" if channels == 1 else f", the mean of {channels} channels"
        colours = f"red above 0, blue below{mean}"
    size = f"{height} x {width} x {channels}"
    text = f"Filters of {filters.name}: {_of(shown, count, 'filter')} of {size}"
    return _Block(f"{text}, each scaled by itself, {colours}", tiles)


def _fitting(count: int, side: int, aspect: float, rows: int) -> int:
    """Return how many of `count` tiles fit into rows."""
    across = max(1, round(side * min(1, aspect))) + _BETWEEN
    return min(count, rows * max(1, _WIDTH // across))


def _of(shown: int, count: int, noun: str) -> str:
    return counted(count, noun) if shown == count else f"{shown} of {counted(count, noun)}"


def _coloured(values: "npt.NDArray[Any]", colours: str, side: int) -> Image.Image:
    """Return values (H, W), 0 to 1, as colours."""
    pixels = np.rint(colormaps[colours](values)[..., :3] * 255).astype(np.uint8)
    return enlarged(Image.fromarray(pixels), side)
