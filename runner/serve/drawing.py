"""Drawings, brought to the form of the images that a model was trained on.

The images of MNIST are white digits on black: a digit was scaled into a box of 20 x 20 with its
aspect kept, and that box put into 28 x 28 so that the centre of mass is in the middle (Y. LeCun, C.
Cortes and C. J. C. Burges, "The MNIST database of handwritten digits"; Y. LeCun et al.,
"Gradient-based learning applied to document recognition", Proceedings of the IEEE 86(11), 1998).
Those of Fashion-MNIST are bright garments on black: the longest side was scaled to 28, the garment
put into the middle (H. Xiao, K. Rasul and R. Vollgraf, "Fashion-MNIST", arXiv:1708.07747, 2017).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from zookit.core import BadParameter
from zookit.core.data.images import over_white

if TYPE_CHECKING:
    import numpy.typing as npt
    from PIL import Image

    Pixels = npt.NDArray[np.uint8]
    Ink = npt.NDArray[np.float32]

SIDE = 28
"""Height and width of the images of MNIST and Fashion-MNIST."""
_BOX = 20
_MIDDLE = 14
"""The row and column with the centre of mass: in MNIST's images it is from 13.5 to 14.5."""
_NARROWEST = 2.2
"""The least width of strokes in pixels. As `_stroke_width` measures them, those of MNIST's test
images are 2.7 wide on average, and nine tenths are 1.8 to 4."""
_WORKING = 100
"""The longest side at which strokes are widened; larger drawings are made smaller first."""
_FAINTEST = 48
"""The smallest difference from the background, of 255, that is a stroke."""
_NOISE = 0.2
"""What is fainter than this part of the darkest stroke belongs to the background."""
_CLOTH = 0.6
"""How bright the inside of an outline becomes; the outline itself is 1. Of the ten outlines in
tests/support/handwriting.py, in three widths, fashion_mnist_cnn recognises 8 or 9 with 0.4 to 0.75,
and 3 to 5 if they are not filled."""
_GAP = 3
"""Half the widest gap in an outline that is closed before it is filled, of at most 100 pixels."""


def is_written(class_names: Sequence[str]) -> bool:
    """Return whether the classes are digits or letters, which MNIST's convention is for."""
    return bool(class_names) and all(len(name) == 1 and name.isalnum() for name in class_names)


def prepare_drawing(image: "Image.Image", class_names: Sequence[str]) -> "Pixels":
    """Return a drawing as a model of 28 x 28 pixels with these classes expects it, uint8 (28, 28).

    Digits and letters follow MNIST, everything else follows Fashion-MNIST. Raises BadParameter if
    the drawing is empty.
    """
    return to_digit(image) if is_written(class_names) else to_garment(image)


def to_digit(image: "Image.Image") -> "Pixels":
    """Return a drawn digit as MNIST has it, uint8 (28, 28): white, 255, on black, 0.

    Args:
        image: strokes on a plain background, dark on light or light on dark, of any size and mode.
            What is transparent is white.

    Strokes that would become thinner than MNIST's are widened, so that a fine pen on a large canvas
    stays visible. Raises BadParameter if there are no strokes.
    """
    ink = _usual_width(_smaller(_cropped(_ink_of(image))))
    box = _scaled(ink, _BOX)
    height, width = box.shape
    top = _start(box.sum(axis=1), SIDE - height)
    left = _start(box.sum(axis=0), SIDE - width)
    return _placed(box, top, left)


def to_garment(image: "Image.Image") -> "Pixels":
    """Return a drawn garment as Fashion-MNIST has it, uint8 (28, 28): bright on black, 0.

    The inside of closed outlines is filled. See `to_digit` for `image` and the error.
    """
    ink = _scaled(_filled(_smaller(_cropped(_ink_of(image)))), SIDE)
    height, width = ink.shape
    return _placed(ink, (SIDE - height) // 2, (SIDE - width) // 2)


def _ink_of(image: "Image.Image") -> "Ink":
    """Return how much ink each pixel has, float32 (H, W), 0 to 1 with 1 at the darkest stroke."""
    grey = np.asarray(over_white(image).convert("L"), np.float32)
    border = np.concatenate([grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]])
    background = float(np.median(border))
    darker, lighter = background - float(grey.min()), float(grey.max()) - background
    strongest = max(darker, lighter)
    if strongest < _FAINTEST:
        raise BadParameter(
            "the drawing is empty: every pixel is about as bright as its border. Draw dark strokes "
            "on a light background, or light strokes on a dark one."
        )
    ink = (background - grey if darker >= lighter else grey - background) / strongest
    return np.asarray(np.clip((ink - _NOISE) / (1 - _NOISE), 0, 1), np.float32)


def _cropped(ink: "Ink") -> "Ink":
    """Return the box around all ink."""
    rows, columns = (np.flatnonzero((ink > 0).any(axis=axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _smaller(ink: "Ink") -> "Ink":
    """Return the ink with at most 100 pixels on its longest side; fine strokes stay.

    A pixel gets the darkest of those that it replaces: their mean would lose a fine stroke.
    """
    factor = -(-max(ink.shape) // _WORKING)
    whole = np.pad(ink, [(0, -size % factor) for size in ink.shape])
    height, width = (size // factor for size in whole.shape)
    return np.asarray(whole.reshape(height, factor, width, factor).max(axis=(1, 3)))


def _usual_width(ink: "Ink") -> "Ink":
    """Return the ink with strokes that are at least as wide as MNIST's once they are scaled."""
    missing = _NARROWEST * max(ink.shape) / _BOX - _stroke_width(ink)
    return _widened(ink, round(missing / 2)) if missing > 0 else ink


def _stroke_width(ink: "Ink") -> float:
    """Return the mean width of strokes in pixels: two areas by the length of the outline.

    The outline is counted along rows and columns, which is 4 / pi of its length on average over all
    directions (Cauchy and Crofton).
    """
    inside = np.pad(ink, 1)
    outline = sum(float(np.abs(np.diff(inside, axis=axis)).sum()) for axis in (0, 1))
    return 2 * float(ink.sum()) / (outline * np.pi / 4)


def _widened(ink: "Ink", radius: int) -> "Ink":
    """Return the ink grown by so many pixels on each side."""
    from PIL import Image, ImageFilter

    grown = Image.fromarray(np.pad(ink, radius))
    return np.asarray(grown.filter(ImageFilter.MaxFilter(2 * radius + 1)))


def _filled(ink: "Ink") -> "Ink":
    """Return the ink with what it encloses filled; small gaps are closed."""
    from PIL import Image, ImageDraw

    outlines = _widened(np.pad(ink, 1), _GAP)  # the margin lets the outside be one piece
    filled = Image.fromarray((outlines > 0).astype(np.uint8)).copy()  # the array is read-only
    ImageDraw.floodfill(filled, (0, 0), 1)
    enclosed = _widened((np.asarray(filled) == 0).astype(np.float32), _GAP)
    margin = slice(1 + 2 * _GAP, -1 - 2 * _GAP)
    return np.asarray(np.maximum(ink, _CLOTH * enclosed[margin, margin]), np.float32)


def _scaled(ink: "Ink", longest: int) -> "Ink":
    """Return the ink with that many pixels on its longest side, anti-aliased, its peak at 1."""
    from PIL import Image

    height, width = ink.shape
    size = [max(1, round(side * longest / max(ink.shape))) for side in (width, height)]
    scaled = np.asarray(Image.fromarray(ink).resize((size[0], size[1]), Image.Resampling.BICUBIC))
    return np.asarray(np.clip(scaled / max(float(scaled.max()), 1e-6), 0, 1), np.float32)


def _start(mass: "Ink", last: int) -> int:
    """Return where a box begins whose mass has its centre at 14, but from 0 to `last`.

    A symmetric digit has its centre between two pixels, so the start can be exactly half way
    between two numbers. The 0.02 that is subtracted makes that always round down, whatever the
    floating-point error is.
    """
    centre = float((mass * np.arange(len(mass))).sum() / mass.sum())
    return min(max(round(_MIDDLE - 0.02 - centre), 0), last)


def _placed(ink: "Ink", top: int, left: int) -> "Pixels":
    pixels = np.zeros((SIDE, SIDE), np.uint8)
    height, width = ink.shape
    pixels[top : top + height, left : left + width] = np.round(ink * 255)
    return pixels
