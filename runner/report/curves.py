"""Curves of loss, accuracy and metrics by epoch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from zookit.core.messages import counted
from zookit.report.drawing import INK, colour, svg

MOST = 8
"""The most runs in one drawing. Each has its own colour and marker."""
_MARKERS = "os^DvPXh"
_MARKERS_A_CURVE = 12
_LONGEST = 42
_LARGEST = 1e39
_LONG = 200
_WIDTH, _HEIGHT, _LINE = 380, 250, 17


@dataclass(frozen=True)
class Logged:
    """A run's loss, accuracy or metric: one value for each epoch, and one for the test split."""

    label: str
    training: Sequence[float]
    validation: Sequence[float]
    test: float | None
    higher_is_better: bool = False


def draw_curves(name: str, what: str, runs: Sequence[Logged]) -> Markup:
    """Draw the curves of `what`, such as the loss, of at most MOST runs.

    A single run has one colour each for training, validation and test. Several runs have one
    colour each. Validation is dashed.
    """
    looks = [_Look(at, len(runs) > 1) for at in range(len(runs))]
    legend = list(_legend(runs, looks))
    columns = 1 if len(runs) > 1 else len(legend)

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for run, look in zip(runs, looks, strict=True):
            for values, style in ((run.training, look.training), (run.validation, look.validation)):
                if values:
                    every = -(-len(values) // _MARKERS_A_CURVE)
                    width = 2 if len(values) < _LONG else 1.2
                    axes.plot(
                        range(1, len(values) + 1),
                        _drawable(values),
                        **style,
                        markevery=every,
                        linewidth=width,
                    )
            if run.test is not None:
                axes.plot([max(len(run.training), 1)], _drawable([run.test]), **look.test)
        axes.set_xlabel("epoch")
        axes.set_title(what.capitalize(), loc="left", weight="bold")
        axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, min_n_ticks=1))
        axes.ticklabel_format(useOffset=False)
        axes.margins(x=0.04, y=0.08)
        figure.legend(handles=legend, loc="outside lower center", ncols=columns, handlelength=3)

    height = _HEIGHT + _LINE * len(legend) // columns
    return svg(name, alternative(what, runs), (_WIDTH, height), draw)


def _drawable(values: Sequence[float]) -> list[float]:
    # Values beyond float32 are cut off, because Matplotlib's ticks fail on the largest float64.
    return [min(max(each, -_LARGEST), _LARGEST) for each in values]


def alternative(what: str, runs: Sequence[Logged]) -> str:
    """Return a text alternative for the drawing."""
    word, best = ("highest", max) if runs[0].higher_is_better else ("lowest", min)
    sentences = [f"{what.capitalize()} by epoch."]
    for run in runs:
        name = f"{run.label}, " if len(runs) > 1 else ""
        for kind, values in (("training", run.training), ("validation", run.validation)):
            if values:
                peak = best(values)
                sentences.append(
                    f"{name}{kind}: {counted(len(values), 'epoch')}, first {values[0]:.4f}, "
                    f"last {values[-1]:.4f}, {word} {peak:.4f} in epoch {values.index(peak) + 1}."
                )
        if run.test is not None:
            sentences.append(f"{name}test: {run.test:.4f}.")
    return " ".join(sentences)


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST else f"{label[:_LONGEST]}…"


class _Look:
    """The styles of a run's curves and of its test value."""

    def __init__(self, at: int, several: bool) -> None:
        first, second, third = (at, at, at) if several else (0, 1, 2)
        # With one epoch the marker is at the edge of the axes, which must not clip it.
        shared: dict[str, Any] = {"clip_on": False, "markersize": 5.5}
        self.training = {**shared, "color": colour(first + 1), "marker": _MARKERS[first]}
        self.validation = {
            **shared,
            "color": colour(second + 1),
            "marker": _MARKERS[second],
            "linestyle": (0, (4, 2)),
            "markerfacecolor": "none",
        }
        self.test = {
            **shared,
            "color": colour(third + 1),
            "marker": "*",
            "markersize": 13,
            "linestyle": "none",
        }


def _legend(runs: Sequence[Logged], looks: "list[_Look]") -> Iterator[Line2D]:
    plain: list[dict[str, Any]] = [{}, {}, {}]
    if len(runs) > 1:
        for run, look in zip(runs, looks, strict=True):
            yield Line2D([], [], label=_short(run.label), **look.training)
        plain = [{"color": INK, "marker": ""}, {"color": INK, "marker": ""}, {"color": INK}]
    look = looks[0]
    for label, style, shown, own in (
        ("training", look.training, any(run.training for run in runs), plain[0]),
        ("validation", look.validation, any(run.validation for run in runs), plain[1]),
        ("test", look.test, any(run.test is not None for run in runs), plain[2]),
    ):
        if shown:
            yield Line2D([], [], label=label, **{**style, **own})
