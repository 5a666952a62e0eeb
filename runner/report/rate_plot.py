"""The curve of a learning-rate range test as a PNG image."""

import io

import matplotlib.style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from zookit.training.range_test import RangeTest

_RESOLUTION = 144
"""Pixels in an inch."""
_LOSS, _MEAN, _SUGGESTION = "#9aa7b5", "#1f5fa8", "#b3461f"


def draw_rates(test: RangeTest, title: str) -> bytes:
    """Return a PNG of the losses and the smoothed losses by learning rate.

    A vertical line marks the suggestion, if there is one.
    """
    smoothed = test.smoothed
    with matplotlib.style.context("default"):  # a user's matplotlibrc has no influence
        figure = Figure(figsize=(7, 4), dpi=_RESOLUTION, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots()
        axes.spines[["right", "top"]].set_visible(False)
        axes.plot(test.rates, test.losses, color=_LOSS, linewidth=0.8, label="loss of a batch")
        axes.plot(test.rates, smoothed, color=_MEAN, linewidth=2, label="smoothed loss")
        if test.suggestion is not None:
            label = f"suggestion: {test.suggestion:g}"
            axes.axvline(test.suggestion, color=_SUGGESTION, linestyle=(0, (4, 2)), label=label)
        axes.set_xscale("log")
        fall = max(test.first - smoothed.min(), 0.1)
        axes.set_ylim(max(0, smoothed.min() - 0.2 * fall), test.first + 0.3 * fall)
        axes.set_xlabel("learning rate")
        axes.set_ylabel("loss")
        axes.set_title(title, loc="left", parse_math=False)
        axes.legend(frameon=False)
        png = io.BytesIO()
        figure.savefig(png, format="png", metadata={"Software": None})
    return png.getvalue()
