"""`zookit runs`."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from zookit.cli.json_output import json_option, print_json
from zookit.cli.run_argument import RUNS_DIR, RunsDir, check_runs_dir, no_runs, short_names
from zookit.own_process import without_garbage_collection

if TYPE_CHECKING:
    from zookit.runs.summary import RunSummary
    from zookit.tables import DataTable

_NUMBERS = ("epochs", "training", "validation", "test", "seconds")


@without_garbage_collection()
def runs(
    runs_dir: RunsDir = RUNS_DIR,
    as_json: Annotated[bool, json_option()] = False,
) -> None:
    """List all runs, the newest last."""
    # Neither --help nor completion needs these.
    from zookit.runs.listing import list_summaries

    check_runs_dir(runs_dir)
    found = list_summaries(runs_dir)
    if as_json:
        print_json([_plain(run) for run in found])
        return
    if not found:
        print(no_runs(runs_dir))
        return
    from zookit.tables import output, print_table

    console = output()
    shown = _wide(found)
    if shown.narrowest > console.width:
        short = short_names(found, runs_dir)
        narrow = _narrow(found, [short[run.name] for run in found])
        shown = narrow if narrow.narrowest <= console.width else shown
    print_table(console, shown)


def _wide(found: "Sequence[RunSummary]") -> "DataTable":
    from zookit.tables import table

    columns = ("run", "status", *_NUMBERS, "data", "architecture")
    rows = [
        (run.name, run.status, *_numbers(run), data, architecture)
        for run, (data, architecture) in zip(found, _components(found), strict=True)
    ]
    return table(columns, rows, numbers=_NUMBERS, whole=("run", "status"))


def _narrow(found: "Sequence[RunSummary]", names: Sequence[str]) -> "DataTable":
    """Return the table with short names, and architecture and data in one column."""
    from zookit.tables import table

    rows = [
        (name, run.status, *_numbers(run), f"{architecture} on {data}")
        for name, run, (data, architecture) in zip(names, found, _components(found), strict=True)
    ]
    columns = ("run", "status", *_NUMBERS, "experiment")
    return table(columns, rows, numbers=_NUMBERS, whole=("run", "status"))


def _components(found: "Sequence[RunSummary]") -> Iterator[tuple[str, str]]:
    """Yield the data and the architecture of each run; runs share components."""
    experiments = [run.recipe.experiment for run in found]
    specs = {id(spec): spec for e in experiments for spec in (e.dataset, e.architecture)}
    words = {key: spec.words for key, spec in specs.items()}
    for run, experiment in zip(found, experiments, strict=True):
        data = f"{words[id(experiment.dataset)]}, {run.recipe.data.origin}"
        yield data, words[id(experiment.architecture)]


def _numbers(run: "RunSummary") -> tuple[str, ...]:
    accuracies = ("" if each is None else f"{each:.4f}" for each in _accuracies(run))
    return str(run.epochs), *accuracies, f"{run.seconds:.1f}"


def _accuracies(run: "RunSummary") -> tuple[float | None, float | None, float | None]:
    """Return training and validation accuracy in the last whole epoch, and test accuracy."""
    return run.training_accuracy, run.validation_accuracy, run.test.get("accuracy")


def _plain(run: "RunSummary") -> dict[str, Any]:
    training, validation, test = _accuracies(run)
    experiment, data = run.recipe.experiment, run.recipe.data
    return {
        "run": run.name,
        "folder": str(run.folder),
        "started": run.started or None,
        "status": run.status,
        "epochs": run.epochs,
        "epochs_requested": experiment.settings.epochs,
        "training_accuracy": training,
        "validation_accuracy": validation,
        "test_accuracy": test,
        "seconds": round(run.seconds, 3),
        "data": experiment.dataset.words,
        "data_origin": data.origin,
        "data_hash": data.hash,
        "architecture": experiment.architecture.words,
        "optimizer": experiment.optimizer.words,
        "callbacks": [each.words for each in experiment.callbacks],
        "seed": run.seed,
        "identity": run.identity,
        "group": run.group,
    }
