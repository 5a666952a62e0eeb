"""Trains cells of a sweep in one process.

    further_cell.py WORDS FULL_OR_SAMPLE EPOCHS CELLS FOLDER

WORDS are an architecture with a parameter `units=N` at the end. Prints, as JSON, the seconds of
each training beyond its epochs: of the first one in the process, of those with a new program, and
of those that differ from an earlier one in their seed alone.
"""

import json
import statistics
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from zookit.core import hookimpl
from zookit.training.listeners import AttachedListener
from zookit.training.programs import programs_reused
from zookit.training.resolve import compose
from zookit.training.session import View, train

_CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}


class Epochs:
    """Notes the clocks at the end of each epoch."""

    def __init__(self) -> None:
        self.ends: list[dict[str, float]] = []

    @hookimpl
    def epoch_ended(self) -> None:
        """Note them."""
        self.ends.append(_now())


def _now() -> dict[str, float]:
    return {name: clock() for name, clock in _CLOCKS.items()}


def _cell(words: str, data: str, epochs: int, seed: int, folder: Path) -> dict[str, float]:
    noted, before = Epochs(), _now()
    options: dict[str, Any] = {"epochs": epochs, "seed": seed, "data": data, "threads": 1}
    composition = compose("fashion_mnist", words, (), options)
    train(composition, folder, [AttachedListener.attach(noted, "the clock")], view=View(quiet=True))
    after = _now()
    return {
        name: after[name] - before[name] - epochs * _steady([each[name] for each in noted.ends])
        for name in _CLOCKS
    }


def _steady(ends: list[float]) -> float:
    return statistics.median(later - end for end, later in pairwise(ends))


def _medians(cells: list[dict[str, float]]) -> dict[str, float]:
    return {name: statistics.median(each[name] for each in cells) for name in _CLOCKS}


def main() -> None:
    """Train all cells."""
    words, data, epochs, cells, folder = sys.argv[1:]
    rest = data, int(epochs)
    beginning, _, units = words.rpartition("=")
    count, runs = int(cells), Path(folder)
    with programs_reused():
        cold = _cell(words, *rest, 0, runs)
        same = [_cell(words, *rest, seed, runs) for seed in range(1, count + 1)]
        others = [f"{beginning}={int(units) - at}" for at in range(1, count + 1)]
        new = [_cell(each, *rest, 0, runs) for each in others]
    found = {"cold": _medians([cold]), "new": _medians(new), "same": _medians(same)}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
