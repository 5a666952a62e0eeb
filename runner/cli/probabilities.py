"""The probabilities of one image, class by class, for people."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zookit.console import Console
    from zookit.inference.predict import Probabilities

_ALL = 20
"""The most classes that are all shown, in their order."""
_MOST_PROBABLE = 10
"""The classes that are shown of more than those."""
_BAR = 20
"""The characters of a bar for the probability 1."""


def print_probabilities(
    console: "Console",
    probabilities: "Probabilities",
    names: Sequence[str],
    *,
    true: int | None = None,
    top: int | None = None,
) -> None:
    """Print a row for each class: label, name, probability and bar; then the result in a line.

    Args:
        console: where to print.
        probabilities: those of all classes, float32 (classes,).
        names: the names of the classes.
        true: the label of the true class, if it is known; it always has a row.
        top: show the most probable classes, this many, the most probable first. By default all
            classes in their order or, if there are many, ten.
    """
    from zookit.inference.predict import is_unsure
    from zookit.tables import table

    best = (-probabilities).argsort(kind="stable").tolist()
    if top is None and len(names) <= _ALL:
        shown = list(range(len(names)))
    else:
        shown = best[: top or _MOST_PROBABLE]
    if true is not None and true not in shown:
        shown.append(true)
    rows = [
        (
            f"{label}",
            names[label],
            f"{probabilities[label]:.4f}",
            "#" * round(_BAR * float(probabilities[label])),
            ", ".join(["predicted"] * (label == best[0]) + ["true"] * (label == true)),
        )
        for label in shown
    ]
    console.print(
        table(
            ("label", "class", "probability", "0 to 1", ""), rows, numbers=("label", "probability")
        )
    )
    rest = len(names) - len(shown)
    if rest:
        others = 1 - float(probabilities[shown].sum())
        classes = f"{rest:,} more class{'' if rest == 1 else 'es'}"
        console.print(f"and {classes} with {max(others, 0):.4f} together")
    console.print(_result(probabilities, names, best, true, unsure=is_unsure(probabilities)))


def _result(
    probabilities: "Probabilities",
    names: Sequence[str],
    best: Sequence[int],
    true: int | None,
    *,
    unsure: bool,
) -> str:
    first, second = best[:2]
    verdict = (
        "" if true is None else ", right" if first == true else f", wrong: it is {names[true]}"
    )
    doubt = f"; unsure, as {names[second]} has {probabilities[second]:.4f}" if unsure else ""
    return f"\npredicted: {names[first]}, probability {probabilities[first]:.4f}{verdict}{doubt}"
