"""`zookit runs`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zookit.cli.run_argument import RUNS_DIR, RunsDir
from zookit.terminal import printable

if TYPE_CHECKING:
    from zookit.runs.run import RunRecord


def runs(
    runs_dir: RunsDir = RUNS_DIR,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List every kept run, the newest last."""
    from zookit.runs.naming import every_run

    found = every_run(runs_dir)
    if as_json:
        print(json.dumps([_plain(run) for run in found], indent=2))
    elif not found:
        print(nothing_in(runs_dir))
    else:
        _print_lines(found)


def nothing_in(runs_dir: Path) -> str:
    """What to say where no run is kept."""
    return (
        f"no run is kept in {runs_dir} yet: 'zookit run DATASET ARCHITECTURE' keeps one; "
        "--runs-dir names another folder"
    )


def _print_lines(found: "list[RunRecord]") -> None:
    # The words last: they may be long, and so the numbers stay below each other.
    lines = [
        ("run", "status", "epochs", "validation", "test", "seconds", "data", "architecture"),
        *map(_cells, found),
    ]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for name, status, *numbers, data, words in lines:
        parts = [
            f"{name:{widths[0]}}",
            f"{status:{widths[1]}}",
            *(f"{each:>{width}}" for each, width in zip(numbers, widths[2:], strict=False)),
            f"{data:{widths[-2]}}",
            words,
        ]
        print("  ".join(parts))


def _cells(run: "RunRecord") -> tuple[str, ...]:
    validation, test = _accuracies(run)
    data = f"{run.experiment.dataset.words}, {run.environment.data.origin}"
    return (
        printable(run.name),
        run.status,
        str(run.epochs),
        "" if validation is None else f"{validation:.4f}",
        "" if test is None else f"{test:.4f}",
        f"{sum(run.seconds):.1f}",
        printable(data),
        printable(run.experiment.architecture.words),
    )


def _accuracies(run: "RunRecord") -> tuple[float | None, float | None]:
    """After the last whole epoch, of validation; at the end, of the test split."""
    validation = run.history.get("val_accuracy", ())
    return (
        validation[-1] if validation else None,
        run.ending.test.get("accuracy") if run.ending else None,
    )


def _plain(run: "RunRecord") -> dict[str, Any]:
    validation, test = _accuracies(run)
    experiment, data = run.experiment, run.environment.data
    return {
        "run": run.name,
        "folder": str(run.folder),
        "status": run.status,
        "epochs": run.epochs,
        "asked_epochs": experiment.settings.epochs,
        "validation_accuracy": validation,
        "test_accuracy": test,
        "seconds": round(sum(run.seconds), 3),
        "data": experiment.dataset.words,
        "data_origin": data.origin,
        "data_hash": data.hash,
        "architecture": experiment.architecture.words,
        "callbacks": [each.words for each in experiment.callbacks],
        "seed": experiment.settings.seed,
        "identity": run.environment.identity,
        "group": run.environment.group,
    }
