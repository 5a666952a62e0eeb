"""A picture of images beside where a model looked in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from zookit.core.contact_sheet import image_of
from zookit.core.messages import printable
from zookit.inference.explanation import Explanation, overlay
from zookit.inference.picture import GAP, Page, enlarged
from zookit.inference.predict import is_unsure

if TYPE_CHECKING:
    import numpy.typing as npt

    from zookit.inference.predict import Pixels, Probabilities

MOST = 24
"""The most images of a picture."""
_PAIRS, _SIDE, _SIDE_OF_ONE = 3, 168, 320
"""Pairs in a row, and the longer side of an image: of several, and of a single one, in pixels."""
_LINE = 18


@dataclass(frozen=True, eq=False)
class ExplainedImage:
    """An image, its name, and what a model predicts; `true` is its class if that is known."""

    name: str
    pixels: "Pixels"
    probabilities: "Probabilities"
    true: str | None = None


def explanation_sheet(
    images: Sequence[ExplainedImage], explanation: Explanation, class_names: Sequence[str]
) -> bytes:
    """Return a PNG: each image with its name, and beside it where the model looked for a class.

    Args:
        images: at least one image.
        explanation: the class of each image, and where the model looked for it.
        class_names: the names of the classes.
    """
    side = _SIDE_OF_ONE if len(images) == 1 else _SIDE
    pairs = min(_PAIRS, len(images))
    height = max(_shown(each.pixels, side).height for each in images) + 2 * _LINE
    rows = -(-len(images) // pairs)
    width = 2 * side + 3 * GAP
    page = Page(pairs * width + GAP, 2 * _LINE + 2 * GAP + rows * (height + 2 * GAP))
    page.text(
        GAP, GAP, f"Where the model looked: {explanation.method}", page.width - 2 * GAP, bold=True
    )
    page.text(
        GAP,
        GAP + _LINE,
        "bright: raises the score of the class that is named",
        page.width - 2 * GAP,
    )
    of_each = zip(images, explanation.labels.tolist(), explanation.maps, strict=True)
    for at, (each, label, where) in enumerate(of_each):
        left = at % pairs * width + GAP
        top = at // pairs * (height + 2 * GAP) + 2 * _LINE + 3 * GAP
        second = left + side + GAP
        page.text(left, top, printable(each.name), side)
        page.text(left, top + _LINE, "" if each.true is None else f"true: {each.true}", side)
        page.text(second, top, class_names[label], side, bold=True)
        page.text(second, top + _LINE, _certainty(each, label), side)
        shown = _shown(each.pixels, side)
        page.paste(left, top + 2 * _LINE, shown)
        page.paste(second, top + 2 * _LINE, _covered(shown, where))
    return page.png()


def _certainty(image: ExplainedImage, label: int) -> str:
    text = f"{float(image.probabilities[label]):.1%}"
    return f"{text}, unsure" if is_unsure(image.probabilities) else text


def _shown(pixels: "Pixels", side: int) -> Image.Image:
    return enlarged(image_of(pixels), side)


def _covered(shown: Image.Image, where: "npt.NDArray[np.float32]") -> Image.Image:
    smooth = Image.fromarray(where).resize(shown.size, Image.Resampling.BILINEAR)
    pixels = np.asarray(shown)
    return Image.fromarray(overlay(pixels.reshape(*pixels.shape[:2], -1), np.asarray(smooth)))
