"""The reliability diagram: how often predictions of a certain probability are right."""

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure

from zookit.inference.calibration import Calibration
from zookit.report.drawing import INK, colour, svg
from zookit.report.numbers import Number, number

_WIDTH, _HEIGHT = 380, 290
_FEW = 10
"""With fewer images than this the fraction that is right says little."""


@dataclass(frozen=True)
class Reliability:
    """The calibration of the predictions. `rows` has the bins that are not empty.

    A row has the limits of a bin, its number of images, their mean probability, and the fraction
    of them that is right. A bin with fewer than `few` images is drawn pale.
    """

    error: str
    probability: str
    accuracy: str
    rows: list[tuple[str, int, list[Number | None]]]
    few: int
    drawing: Markup


def reliability_of(name: str, calibration: Calibration, accuracy: float) -> Reliability:
    """Return the calibration for the page. `name` is the drawing's id within the page."""
    edges = calibration.edges
    rows = [
        (
            f"{edges[at]:.3f} to {edges[at + 1]:.3f}",
            int(calibration.images[at]),
            [number(each[at]) for each in (calibration.probability, calibration.accuracy)],
        )
        for at in np.flatnonzero(calibration.images)
    ]
    return Reliability(
        f"{calibration.error:.4f}",
        f"{calibration.mean_probability:.1%}",
        f"{accuracy:.1%}",
        rows,
        _FEW,
        _drawn(name, calibration),
    )


def _drawn(name: str, calibration: Calibration) -> Markup:
    filled = calibration.images > 0
    left, right = calibration.edges[:-1][filled], calibration.edges[1:][filled]
    probability, accuracy = calibration.probability[filled], calibration.accuracy[filled]
    images = calibration.images[filled]
    points = ", ".join(
        f"{said:.3f}: {found:.3f}" for said, found in zip(probability, accuracy, strict=True)
    )

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for at, height in enumerate(accuracy):
            strength = 0.4 if images[at] >= _FEW else 0.15
            width = right[at] - left[at]
            axes.bar(
                left[at], height, width, align="edge", color=colour(1), alpha=strength, linewidth=0
            )
        axes.plot([0, 1], [0, 1], color=INK, linestyle=(0, (4, 2)), linewidth=1)
        axes.plot(probability, accuracy, "o", color=colour(1), clip_on=False)
        axes.set(xlim=(0, 1), ylim=(0, 1))
        axes.set_xlabel("probability of the predicted class")
        axes.set_title("Fraction that is right", loc="left", weight="bold")

    label = (
        "Reliability diagram: the mean probability of the predictions in each bin, and the "
        f"fraction of them that is right. {points}."
    )
    return svg(name, label, (_WIDTH, _HEIGHT), draw)
