"""What the page shows of one run: plain values, ready for the template."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from markupsafe import Markup

from zookit.core.declaration import text_of
from zookit.core.messages import counted, printable
from zookit.core.parameters import plain_values
from zookit.modeling.description import describe
from zookit.report.curves import draw_curves
from zookit.report.epochs import Epochs, durations, epochs_of
from zookit.report.metrics import headline_metrics, logged_metrics
from zookit.report.pictures import Pictures, pictures_of
from zookit.report.predictions import ExplainedMistakes, SplitResults, results_of
from zookit.runs.evaluation import load_evaluation
from zookit.runs.resume_command import resume_command
from zookit.runs.run import RunRecord

_LISTED = 10
"""The most files left out that are named."""

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class RunView:
    """A run as the page shows it. `anchor` is its id within the page."""

    anchor: str
    name: str
    heading: str
    title: str
    status: str
    outcome: str
    tiles: list[tuple[str, str, str]]
    composition: Pairs
    settings: Pairs
    environment: Pairs
    drawings: list[Markup]
    epochs: Epochs
    durations: str
    results: SplitResults | None
    pictures: Pictures


def view_of(
    run: RunRecord, at: int, *, with_details: bool, explained: ExplainedMistakes | None = None
) -> RunView:
    """Return the view of a run, the page's `at`th.

    Drawings and the results on the test split come `with_details` only, where `explained` says
    where the model looked. Raises BadRun if a file of the run is damaged.
    """
    anchor = f"run-{at}"
    dataset, architecture = run.experiment.dataset, run.experiment.architecture
    status = run.status
    return RunView(
        anchor=anchor,
        name=printable(run.name),
        heading=printable(f"{architecture.short_name} on {dataset.short_name}"),
        title=printable(f"{architecture.words} on {dataset.words}"),
        status=status,
        outcome=printable(_outcome(run, status)),
        tiles=list(headline_metrics(run)),
        composition=_printable(describe(run.experiment, run.environment).items()),
        settings=_printable(_settings(run)),
        environment=_printable(_environment(run)),
        drawings=[
            draw_curves(f"{anchor}-{what}", what, [each])
            for what, each in logged_metrics(run, "").items()
            if with_details
        ],
        epochs=epochs_of(run),
        durations=durations(run.seconds),
        results=_results(run, anchor, explained) if with_details else None,
        pictures=pictures_of(run.folder) if with_details else Pictures([], []),
    )


def _results(
    run: RunRecord, anchor: str, explained: ExplainedMistakes | None
) -> SplitResults | None:
    evaluation = load_evaluation(run)
    if evaluation is None:
        return None
    return results_of(evaluation, run.environment.data.class_names, anchor, explained)


def _printable(pairs: Iterable[tuple[str, str]]) -> Pairs:
    return [(printable(name), printable(text)) for name, text in pairs if text]


def _outcome(run: RunRecord, status: str) -> str:
    done = f"{run.epochs:,} of {counted(run.experiment.settings.epochs, 'epoch')}"
    if status == "finished":
        return f"Trained {done}."
    if status == "running":
        return f"Still training: {done} so far. Write the report again when the run has ended."
    if status == "pruned":
        return f"Stopped early by a search after {done}."
    if status == "failed" and run.ending:
        return f"Failed after {done}: {run.ending.error or 'unknown error'}"
    return (
        f"Not finished: {status} after {done}. To resume it: {resume_command(run, name=run.name)}"
    )


def _settings(run: RunRecord) -> Iterator[tuple[str, str]]:
    for name, value in plain_values(run.experiment.settings).items():
        yield name.replace("_", " "), text_of(value) or "none"


def _environment(run: RunRecord) -> Iterator[tuple[str, str]]:
    environment, runtime = run.environment, run.environment.runtime
    yield from environment.versions.items()
    for component in environment.components:
        yield component.name, f"from {component.owner}"
    yield "listeners", ", ".join(environment.listeners)
    yield "precision", runtime.precision
    yield "XLA", "yes" if runtime.xla else "no"
    for name, count in (
        ("threads within an operation", runtime.intra_op_threads),
        ("threads across operations", runtime.inter_op_threads),
    ):
        yield name, f"{count}" if count else "TensorFlow's default"
    yield "steps per execution", f"{runtime.steps_per_execution}"
    yield "devices", ", ".join(runtime.devices)
    yield "variables", ", ".join(f"{name}={text}" for name, text in runtime.variables.items())
    yield "data hash", environment.data.hash
    yield "left out", ", ".join(environment.data.left_out[:_LISTED])
    yield (
        "duplicates left out",
        ", ".join(f"{n:,} of {split}" for split, n in environment.data.duplicates.items()),
    )
    yield "identity", environment.identity
    yield "group", environment.group
    yield "resumed", "; ".join(_resumptions(run)) or "never"


def _resumptions(run: RunRecord) -> Iterator[str]:
    for each in run.environment.resumptions:
        steps = f" and {counted(each.steps, 'step')}" if each.steps else ""
        yield f"after {counted(each.epochs, 'epoch')}{steps}"
