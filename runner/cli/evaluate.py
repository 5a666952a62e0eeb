"""`zookit evaluate`."""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zookit.cli.completion import values_of, words_of
from zookit.cli.run_argument import RUNS_DIR, RunName, RunsDir, opened
from zookit.core import Settings
from zookit.core.declaration import parameters
from zookit.core.parameters import create
from zookit.terminal import printable

if TYPE_CHECKING:
    from zookit.inference.evaluation_data import EvaluationData
    from zookit.inference.scores import Scores
    from zookit.runs.run import RunRecord

_DATA = {setting.name: setting for setting in parameters(Settings)}["data"]
_WIDTH = 100
_MOST_CLASSES = 12
"""Of which the whole confusion matrix can be read."""
_CONFUSIONS = 20
_NAME = 24


def evaluate(
    run: RunName,
    on: Annotated[
        str | None,
        typer.Option(
            metavar="DATASET",
            help="Another data set with images of the same shape and as many classes.",
            autocompletion=words_of("datasets"),
        ),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            metavar=_DATA.type,
            help="Which images: what was recorded for the run's own data set, else auto.",
            show_default=False,
            autocompletion=values_of(_DATA),
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    runs_dir: RunsDir = RUNS_DIR,
) -> None:
    """Tell how right a run's model is on test images, class by class."""
    want = None if data is None else create(Settings, {"data": data}, "evaluate").data
    kept = opened(run, runs_dir)
    from zookit.inference.evaluate import evaluate_run  # neither --help nor completion gets here
    from zookit.inference.scores import Scores

    evaluation, taken = evaluate_run(kept, on, want)
    scores = Scores.of(evaluation, len(kept.environment.data.class_names))
    if as_json:
        print(json.dumps(_plain(kept, taken, scores), indent=2))
    else:
        print("\n".join(_lines(kept, taken, scores)))


def _plain(kept: "RunRecord", taken: "EvaluationData", scores: "Scores") -> dict[str, Any]:
    columns = (scores.precision, scores.recall, scores.f1)
    rows = zip(
        kept.environment.data.class_names,
        *([None if math.isnan(each) else each for each in column.tolist()] for column in columns),
        scores.support.tolist(),
        strict=True,
    )
    return {
        "format": 1,
        "run": kept.name,
        "data": {
            "dataset": taken.words,
            "origin": taken.origin,
            "hash": taken.hash,
            "own": taken.own,
            "images": len(taken.split),
        },
        "accuracy": scores.accuracy,
        "classes": [
            dict(zip(("name", "precision", "recall", "f1", "count"), row, strict=True))
            for row in rows
        ],
        "confusion": scores.confusion.tolist(),
    }


def _lines(kept: "RunRecord", taken: "EvaluationData", scores: "Scores") -> Iterator[str]:
    names = [printable(name) for name in kept.environment.data.class_names]
    whose = "the run's own" if taken.own else "not what the run was trained on"
    count = len(taken.split)
    yield f"data      {printable(taken.words)}, {taken.origin}: {count:,} test images, {whose}"
    yield f"accuracy  {scores.accuracy:.4f}"
    yield ""
    fractions = zip(scores.precision, scores.recall, scores.f1, strict=True)
    counts = [f"{each:,}" for each in scores.support.tolist()]
    rows = [
        [f"{at} {name}", *map(_fraction, each), support]
        for at, (name, each, support) in enumerate(zip(names, fractions, counts, strict=True))
    ]
    yield from _table([["class", "precision", "recall", "F1", "images"], *rows])
    yield ""
    confused = scores.confused(_CONFUSIONS)
    if len(names) <= _MOST_CLASSES:
        yield "confusion matrix: a row for each true class, a column for each predicted one"
        matrix = [
            [f"{at} {name}", *(str(each) if each else "." for each in row)]
            for at, (name, row) in enumerate(zip(names, scores.confusion.tolist(), strict=True))
        ]
        yield from _table([["", *map(str, range(len(names)))], *matrix])
    elif confused:
        yield (
            f"the {len(confused)} most frequent confusions; --json has the whole matrix of "
            f"{len(names)} classes"
        )
        pairs = [
            [f"{true} {names[true]}", f"{said} {names[said]}", str(images)]
            for true, said, images in confused
        ]
        yield from _table([["true", "predicted", "images"], *pairs], left=2)


def _fraction(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.4f}"


def _table(rows: Sequence[Sequence[str]], left: int = 1) -> Iterator[str]:
    """The rows, aligned, their first columns to the left and no wider than can be read."""
    from rich.cells import cell_len, set_cell_size  # a letter may be two columns wide

    def width(cells: Iterable[str]) -> int:
        return max(map(cell_len, cells))

    columns = list(zip(*rows, strict=True))
    numbers = [width(column) for column in columns[left:]]
    room = (_WIDTH - sum(numbers) - 2 * len(numbers)) // left - 2 * (left - 1)
    texts = [min(width(column), max(room, _NAME)) for column in columns[:left]]
    for row in rows:
        shown = [set_cell_size(cell, wide) for cell, wide in zip(row[:left], texts, strict=True)]
        shown += [f"{cell:>{wide}}" for cell, wide in zip(row[left:], numbers, strict=True)]
        yield "  ".join(shown)
