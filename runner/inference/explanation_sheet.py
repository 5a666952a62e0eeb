"""A picture of images beside where a model looked in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
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
    """An image, its name or path, and what a model predicts; `true` is its class if known."""

    name: str
    pixels: "Pixels"
    probabilities: "Probabilities"
    true: str | None = None


def explanation_sheet(
    images: Sequence[ExplainedImage],
    explanation: Explanation,
    class_names: Sequence[str],
    *,
    model: str,
    total: int,
) -> bytes:
    """Return a PNG: each image with its name, and beside it where the model looked for a class.

    Images in different folders have so much of their path as name that they differ.

    Args:
        images: at least one image.
        explanation: the class of each image, and where the model looked for it.
        class_names: the names of the classes.
        model: the name of the run or the model.
        total: how many images there are, of which these are the first.
    """
    side = _SIDE_OF_ONE if len(images) == 1 else _SIDE
    pairs = min(_PAIRS, len(images))
    height = max(_shown(each.pixels, side).height for each in images) + 2 * _LINE
    rows = -(-len(images) // pairs)
    width = 2 * side + 3 * GAP
    page = Page(pairs * width + GAP, 2 * _LINE + 2 * GAP + rows * (height + 2 * GAP))
    within, some = page.width - 2 * GAP, f"; the first {len(images)} of {total:,} images"
    heading = f"Where {model} looked: {explanation.method}"
    meaning = "bright: raises the score of the class that is named"
    page.text(GAP, GAP, printable(heading), within, bold=True)
    page.text(GAP, GAP + _LINE, meaning + some * (len(images) < total), within)
    names = short_names([each.name for each in images])
    of_each = zip(images, names, explanation.labels.tolist(), explanation.maps, strict=True)
    for at, (each, name, label, where) in enumerate(of_each):
        left = at % pairs * width + GAP
        top = at // pairs * (height + 2 * GAP) + 2 * _LINE + 3 * GAP
        second = left + side + GAP
        page.text(left, top, printable(name), side)
        page.text(left, top + _LINE, "" if each.true is None else f"true: {each.true}", side)
        page.text(second, top, class_names[label], side, bold=True)
        page.text(second, top + _LINE, _certainty(each, label), side)
        shown = _shown(each.pixels, side)
        page.paste(left, top + 2 * _LINE, shown)
        page.paste(second, top + 2 * _LINE, _covered(shown, where))
    return page.png()


def short_names(names: Sequence[str]) -> list[str]:
    """Return the ends of paths, of as few parts as tell them apart."""
    parts = [Path(each).parts for each in names]
    most, different = max(map(len, parts)), len(set(parts))
    for count in range(1, most + 1):
        ends = [str(Path(*each[-count:])) for each in parts]
        if len(set(ends)) == different:
            break
    return ends


def _certainty(image: ExplainedImage, label: int) -> str:
    text = f"{float(image.probabilities[label]):.1%}"
    return f"{text}, unsure" if is_unsure(image.probabilities) else text


def _shown(pixels: "Pixels", side: int) -> Image.Image:
    return enlarged(image_of(pixels), side)


def _covered(shown: Image.Image, where: "npt.NDArray[np.float32]") -> Image.Image:
    smooth = Image.fromarray(where).resize(shown.size, Image.Resampling.BILINEAR)
    pixels = np.asarray(shown)
    return Image.fromarray(overlay(pixels.reshape(*pixels.shape[:2], -1), np.asarray(smooth)))
