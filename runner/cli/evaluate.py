"""`zookit evaluate`."""

import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zookit.cli.completion import values_of, words_of
from zookit.cli.json_output import json_option, print_json
from zookit.cli.run_argument import RUNS_DIR, RunName, RunsDir
from zookit.cli.training_options import OPTIONS
from zookit.core.messages import counted

if TYPE_CHECKING:
    from zookit.console import Console
    from zookit.inference.calibration import Calibration
    from zookit.inference.scores import Scores
    from zookit.tables import DataTable

_DATA = OPTIONS["data"]
_LARGEST_MATRIX = 12
"""The most classes of a confusion matrix that is printed."""
_LARGEST_JSON_MATRIX = 100
"""The most classes of a confusion matrix in JSON."""
_CONFUSIONS = 20
_SCORES = ("precision", "recall", "F1", "images")


def evaluate(
    name: RunName,
    on: Annotated[
        str | None,
        typer.Option(
            metavar="DATASET",
            help="Another data set with the same image shape and number of classes.",
            autocompletion=words_of("datasets"),
        ),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            metavar=_DATA.type,
            help="Which images to use. [default: as in training for the run's own data set, "
            "otherwise auto]",
            show_default=False,
            autocompletion=values_of(_DATA),
        ),
    ] = None,
    as_json: Annotated[bool, json_option()] = False,
    runs_dir: RunsDir = RUNS_DIR,
) -> None:
    """Evaluate a run's model on test images, class by class."""
    # Neither --help nor completion needs these.
    from zookit.api import open_run
    from zookit.data.source import data_request
    from zookit.tables import output

    request = None if data is None else data_request(data, "evaluate")
    run = open_run(name, runs_dir)
    scores = run.evaluate(on, request)
    if as_json:
        print_json(_plain(run.name, scores))
    else:
        _print(output(), scores)


def _plain(run: str, scores: "Scores") -> dict[str, Any]:
    columns = (scores.precision, scores.recall, scores.f1)
    rows = [
        dict(zip(("name", "precision", "recall", "f1", "count"), row, strict=True))
        for row in zip(
            scores.class_names,
            *([None if math.isnan(x) else x for x in column.tolist()] for column in columns),
            scores.support.tolist(),
            strict=True,
        )
    ]
    return {
        "format": 1,
        "run": run,
        "data": scores.data and asdict(scores.data),
        "accuracy": scores.accuracy,
        "calibration": _plain_calibration(scores.calibration),
        "classes": rows,
        "confusion": scores.confusion.tolist() if len(rows) <= _LARGEST_JSON_MATRIX else None,
        "confusions": [
            dict(zip(("true", "predicted", "count"), each, strict=True))
            for each in scores.confused()
        ],
    }


def _plain_calibration(calibration: "Calibration") -> dict[str, Any]:
    edges = calibration.edges.tolist()
    columns = calibration.images, calibration.probability, calibration.accuracy
    bins = [
        dict(zip(("above", "to", "count", "probability", "accuracy"), row, strict=True))
        for row in zip(edges[:-1], edges[1:], *(each.tolist() for each in columns), strict=True)
        if row[2]
    ]
    return {"error": calibration.error, "bins": bins}


def _print(console: "Console", scores: "Scores") -> None:
    from zookit.tables import facts, table

    calibration = scores.calibration
    trust = f"{calibration.error:.4f}, mean probability {calibration.mean_probability:.4f}"
    pairs = [
        ("data", _data(scores)),
        ("accuracy", f"{scores.accuracy:.4f}"),
        ("calibration error", trust),
    ]
    console.print(facts(pairs))
    console.print()
    console.print(_classes(scores))
    matrix = _matrix(scores) if len(scores.class_names) <= _LARGEST_MATRIX else None
    if matrix is not None and matrix.narrowest <= console.width:
        console.print("\nconfusion matrix: true classes in rows, predicted classes in columns")
        console.print(matrix)
        return
    confusions = list(_confusions(scores))
    if confusions:
        console.print("\nmost frequent confusions; --json prints all of them")
        console.print(table(("true", "predicted", "images"), confusions, numbers=("images",)))


def _data(scores: "Scores") -> str:
    data = scores.data
    if data is None:
        return ""
    own = "the run's own data" if data.own else "other data than the run was trained on"
    return f"{data.dataset}, {data.origin}: {counted(data.images, 'test image')}, {own}"


def _classes(scores: "Scores") -> "DataTable":
    from zookit.tables import table

    rows = [
        (
            f"{label} {name}",
            *(_fraction(each[label]) for each in (scores.precision, scores.recall, scores.f1)),
            f"{scores.support[label]:,}",
        )
        for label, name in enumerate(scores.class_names)
    ]
    return table(("class", *_SCORES), rows, numbers=_SCORES)


def _matrix(scores: "Scores") -> "DataTable":
    from zookit.tables import table

    names = scores.class_names
    labels = [str(label) for label in range(len(names))]
    rows = [
        (f"{label} {name}", *(f"{count:,}" if count else "." for count in row))
        for label, (name, row) in enumerate(zip(names, scores.confusion.tolist(), strict=True))
    ]
    return table(("class", *labels), rows, numbers=labels)


def _confusions(scores: "Scores") -> Iterator[tuple[str, str, str]]:
    names = scores.class_names
    for true, predicted, images in scores.confused(_CONFUSIONS):
        yield f"{true} {names[true]}", f"{predicted} {names[predicted]}", f"{images:,}"


def _fraction(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.4f}"
