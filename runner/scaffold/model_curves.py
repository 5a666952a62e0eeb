"""The drawings of a model's card, as SVG files that any viewer shows."""

import re
from collections.abc import Iterator

from zookit.report.curves import alternative, draw_curves
from zookit.report.metrics import logged_metrics
from zookit.report.predictions import SplitResults
from zookit.runs.run import RunRecord

_COLOURS = {
    "currentColor": "#1d2733",
    "var(--card)": "#ffffff",
    "var(--series-1)": "#1f6fc5",
    "var(--series-2)": "#c9540a",
    "var(--series-3)": "#1a7f4b",
}
"""The light colours of the report's style sheet. The background is white, also on a dark page."""
_STYLED = re.compile("|".join(map(re.escape, _COLOURS)))
_OPENING = re.compile(r'<svg viewBox="0 0 ([\d.]+) ([\d.]+)"')


def drawings_of(run: RunRecord, results: SplitResults) -> Iterator[tuple[str, str, str]]:
    """Yield the name of each file, its text alternative, and its content."""
    for what, logged in logged_metrics(run, "").items():
        drawn = draw_curves(what, what, [logged])
        yield f"{what}.svg", alternative(what, [logged]), _file(str(drawn))
    drawn = results.confusion.drawing
    label = f"Confusion matrix of {len(results.confusion.names)} classes."
    yield "confusion.svg", label, _file(str(drawn))


def _file(inline: str) -> str:
    """Return an inline drawing as a file of its own."""
    width, height = _OPENING.match(inline).groups()  # type: ignore[union-attr]
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'font-family="sans-serif" viewBox="0 0 {width} {height}"'
    )
    coloured = _STYLED.sub(lambda found: _COLOURS[found[0]], _OPENING.sub(opening, inline, count=1))
    start, end, rest = coloured.partition(">")
    return f'{start}{end}<rect width="100%" height="100%" fill="#ffffff"/>{rest}\n'
