"""The confusion matrix, of the most confused classes if there are many."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from zookit.core.messages import counted
from zookit.inference.scores import Scores
from zookit.report.drawing import INK, colour, svg

if TYPE_CHECKING:
    import numpy.typing as npt

    Counts = npt.NDArray[np.int64]

MOST = 20
"""The most classes that are shown."""
_NAMED = 5
"""The confusions that are named."""
_LONGEST = 18
_LETTER, _CELL, _FEW, _EDGE = 6.5, 34, 150, 56


@dataclass(frozen=True, eq=False)
class Confusion:
    """Numbers of images by true class (rows) and predicted class (columns).

    `names` and `counts` are those of all classes or, if there are many, of the most confused ones.
    `worst` describes the most frequent confusions, `drawing` is an SVG.
    """

    names: list[str]
    counts: list[list[int]]
    worst: list[str]
    drawing: Markup


def confusion_of(name: str, scores: Scores, classes: Sequence[str]) -> Confusion:
    """Return the confusion matrix. `name` is the drawing's id within the page."""
    involved, confused = np.zeros(len(classes), np.int64), scores.confused()
    for true, predicted, images in confused:
        involved[[true, predicted]] += images
    shown = np.sort(np.argsort(-involved, kind="stable")[:MOST])
    counts = scores.confusion_among(shown)
    names = [classes[at] for at in shown]
    worst = [
        f"{classes[true]} predicted as {classes[predicted]}: {counted(times, 'time')}"
        for true, predicted, times in confused[:_NAMED]
    ]
    total = int(scores.support.sum())
    correct = total - sum(times for _, _, times in confused)
    label = (
        f"Confusion matrix of {len(names)} classes: {correct:,} of {total:,} test images correct. "
        f"Most often confused: {', '.join(worst) or 'none'}."
    )
    return Confusion(names, counts.tolist(), worst, _drawn(name, label, names, counts))


def _drawn(name: str, label: str, names: list[str], counts: "Counts") -> Markup:
    short = [each if len(each) <= _LONGEST else f"{each[:_LONGEST]}…" for each in names]
    cell = max(_CELL, _FEW / len(names))
    side = cell * len(names)
    longest = max(map(len, short)) * _LETTER
    is_long = longest > cell - 6
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for (row, column), count in np.ndenumerate(counts):
            # A square root makes one mistake in a hundred visible. At half strength, text of one
            # colour is readable on every shade.
            shade = colour(1 if row == column else 2) if count else INK
            strength = 0.5 * float(np.sqrt(shares[row, column])) or 0.03
            axes.add_patch(
                Rectangle((column, row), 0.94, 0.94, alpha=strength, color=shade, linewidth=0)
            )
            if count:
                axes.text(
                    column + 0.47, row + 0.5, f"{count}", ha="center", va="center_baseline", size=13
                )
        axes.set(xlim=(0, len(names)), ylim=(len(names), 0), aspect="equal")
        axes.grid(visible=False)
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        places = np.arange(len(names)) + 0.47
        slanted: dict[str, Any] = (
            {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if is_long else {}
        )
        axes.set_xticks(places, short, **slanted)
        axes.set_yticks(places, short)
        axes.set_xlabel("predicted")
        axes.set_ylabel("true", labelpad=8)

    below = longest * 0.72 + 10 if is_long else 18
    return svg(name, label, (side + longest + _EDGE - 20, side + below + _EDGE - 26), draw)
