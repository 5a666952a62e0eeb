"""Drawings as inline SVG."""

import re
from xml.etree import ElementTree as ET

from matplotlib.figure import Figure

from zookit.report.drawing import colour, svg


def draw(figure: Figure) -> None:
    axes = figure.add_subplot()
    axes.plot([1, 2], [3, 4], color=colour(2), marker="o")
    axes.set_title("<b>&")


def test_ids_are_unique_and_colours_are_the_pages() -> None:
    one, other = (svg(name, 'a "label"', (200, 100), draw) for name in ("one", "other"))
    root = ET.fromstring(one)
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'a "label"'
    assert root.get("viewBox") == "0 0 200 100"
    assert "var(--series-2)" in one
    assert "currentColor" in one
    assert "#0000" not in one
    ids = [set(re.findall(r' id="([^"]+)"', each)) for each in (one, other)]
    assert ids[0]
    assert not ids[0] & ids[1]
    for name in re.findall(r'(?:href="#|url\(#)([^")]+)', one):
        assert name in ids[0]


def test_equal_drawings_are_equal_text() -> None:
    assert svg("a", "b", (200, 100), draw) == svg("a", "b", (200, 100), draw)
    assert "&lt;b&gt;&amp;" in svg("a", "b", (200, 100), draw)
