"""Matplotlib drawings as inline SVG, in the colours of the page and with a text alternative."""

import io
import re
import warnings
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree as ET

import matplotlib.style
from markupsafe import Markup
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

INK = "#000000"
"""The colour of text and axes. In the page it becomes the colour of the surrounding text."""
PAPER = "#0000ff"
"""The colour behind a drawing, which the page's style sheet replaces."""

_STYLE: dict[str, Any] = {
    "axes.grid": True,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 11.5,
    "figure.dpi": 72,  # one point is one pixel
    "font.size": 11,
    "grid.alpha": 0.15,
    "grid.color": INK,
    "legend.frameon": False,
    "lines.linewidth": 2,
    "lines.markersize": 6,
    # Text stays text, and equal runs give equal pages.
    "svg.fonttype": "none",
    "svg.hashsalt": "zookit",
    "text.parse_math": False,
    "xtick.labelsize": 10.5,
    "ytick.labelsize": 10.5,
}
_COLOUR = re.compile("#0000([0-9a-f]{2})")
_REFERENCE = re.compile(r"^(|url\()#([mp][0-9a-f]{10})\b")
"""A reference to a marker or a clipping path, as Matplotlib names them."""


def colour(series: int) -> str:
    """Return the colour of series 1, 2, ..., which the page's style sheet replaces."""
    return f"#0000{series:02x}"


def svg(name: str, label: str, size: tuple[float, float], draw: Callable[[Figure], None]) -> Markup:
    """Return a drawing as an `<svg>` element.

    Args:
        name: an id that is unique within the page.
        label: the text alternative.
        size: width and height in pixels.
        draw: draws on the figure that it receives.
    """
    text = io.StringIO()
    # Neither pyplot's state nor a user's matplotlibrc has an influence.
    with matplotlib.style.context(["default", _STYLE]), warnings.catch_warnings():
        # The browser's fonts may have letters that Matplotlib's font lacks.
        warnings.filterwarnings("ignore", "Glyph .* missing")
        figure = Figure(figsize=(size[0] / 72, size[1] / 72), layout="constrained")
        FigureCanvasSVG(figure)
        draw(figure)
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
    root = ET.fromstring(text.getvalue())  # noqa: S314 - Matplotlib has just written it
    _cleaned(root, name)
    width, height = size
    root.attrib = {
        "viewBox": f"0 0 {width:g} {height:g}",
        "role": "img",
        "aria-label": label,
        "style": f"--width: {width:g}px",
    }
    # It is serialized from a parsed tree, so it is safe in HTML too.
    return Markup(ET.tostring(root, encoding="unicode"))  # noqa: S704


def _cleaned(root: ET.Element, name: str) -> None:
    """Remove what inline SVG does not need, and make ids unique within the page."""
    for element in list(root.iter()):
        element.tag = element.tag.rpartition("}")[2]
        for child in list(element):
            if child.tag.rpartition("}")[2] in ("metadata", "style"):
                element.remove(child)
        for key in [key for key in element.attrib if key.endswith("}href")]:
            element.set("href", element.attrib.pop(key))
    used = {found for each in root.iter() for found in _referred(each)}
    for element in root.iter():
        if element.get("id") in used:
            element.set("id", f"{name}-{element.get('id')}")
        else:
            element.attrib.pop("id", None)
        for key, value in element.attrib.items():
            own = _REFERENCE.sub(rf"\1#{name}-\2", value)
            element.set(key, _COLOUR.sub(_variable, own))
        if element.tag == "text":  # in the page's font
            element.set("style", re.sub(r"font-family:[^;]*;? ?", "", element.get("style", "")))


def _referred(element: ET.Element) -> Iterator[str]:
    for key in ("href", "clip-path"):
        found = _REFERENCE.match(element.get(key, ""))
        if found:
            yield found[2]


def _variable(found: re.Match[str]) -> str:
    if found[0] == PAPER:
        return "var(--card)"
    series = int(found[1], 16)
    return f"var(--series-{series})" if series else "currentColor"
