"""What a report tells of one run: plain values, ready for the page."""

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from zookit.core import Evaluation
from zookit.core.declaration import text_of
from zookit.core.parameters import plain_values
from zookit.inference.scores import Scores
from zookit.modeling.model import Head
from zookit.report.confusion import Confusion, confusion_of
from zookit.report.curves import Logged, draw_curves
from zookit.report.pictures import data_uri
from zookit.runs.evaluation import load_evaluation
from zookit.runs.run import RunRecord
from zookit.terminal import printable

ROWS = 500
"""Rows that a table has at most."""
_NAMED = 10
"""Classes that are named one by one."""
_MISTAKES = 24  # fills rows of 3, 6 and 8
_SMALL = 64
"""Pixels below which an image is shown with its pixels as squares."""

_WORDS = {
    "full": "the full set",
    "local": "a folder of its own, not the known set",
    "sample": "the bundled sample",
}


@dataclass(frozen=True)
class Number:
    """A number as it is shown, and as it is."""

    text: str
    value: float


@dataclass(frozen=True)
class Epochs:
    """The numbers behind the curves: a row an epoch, or of every so many epochs."""

    names: list[str]
    rows: list[tuple[int, list[Number | None]]]
    every: int


@dataclass(frozen=True)
class Class:
    """A class's row of the table; None is where a score divides by zero."""

    name: str
    images: int
    scores: list[Number | None]


@dataclass(frozen=True)
class Mistake:
    """A test image, what was said of it and how surely, and what is true."""

    at: int
    said: str
    surety: str
    true: str
    address: str
    is_small: bool


@dataclass(frozen=True)
class Tested:
    """What became of the test split."""

    images: int
    wrong: int
    confusion: Confusion
    classes: list[Class]
    class_count: int
    mistakes: list[Mistake]


@dataclass(frozen=True)
class Told:
    """A run as the page tells it. `anchor` is its name within the page."""

    anchor: str
    name: str
    heading: str
    title: str
    status: str
    ending: str
    tiles: list[tuple[str, str, str]]
    composition: list[tuple[str, str]]
    settings: list[tuple[str, str]]
    environment: list[tuple[str, str]]
    drawings: list[Markup]
    epochs: Epochs
    seconds: str
    tested: Tested | None


def told(run: RunRecord, at: int, *, alone: bool) -> Told:
    """What is to be told of a run, the page's `at`th; its drawings and what it said if `alone`.

    Raises BadRun where a file is damaged.
    """
    anchor = f"run-{at}"
    evaluation = load_evaluation(run) if alone else None
    status = run.status
    return Told(
        anchor,
        printable(run.name),
        printable(
            f"{run.experiment.architecture.short_name} on {run.experiment.dataset.short_name}"
        ),
        printable(f"{run.experiment.architecture.words} on {run.experiment.dataset.words}"),
        status,
        printable(_ending(run, status)),
        list(_tiles(run)),
        [(name, printable(text)) for name, text in _composition(run)],
        [
            (name.replace("_", " "), printable(text_of(value)) or "none")
            for name, value in plain_values(run.experiment.settings).items()
        ],
        [(printable(name), printable(text)) for name, text in _environment(run) if text],
        [
            draw_curves(f"{anchor}-{what}", what, [each])
            for what, each in logged(run, "").items()
            if alone
        ],
        _epochs(run),
        _seconds(run.seconds),
        None if evaluation is None else _tested(run, evaluation, f"{anchor}-confusion"),
    )


def logged(run: RunRecord, label: str) -> dict[str, Logged]:
    """Loss and accuracy, of those which were logged."""
    test = run.ending.test if run.ending else {}
    return {
        what: Logged(
            label, run.history.get(what, ()), run.history.get(f"val_{what}", ()), test.get(what)
        )
        for what in ("loss", "accuracy")
        if what in run.history
    }


def _ending(run: RunRecord, status: str) -> str:
    done = f"{run.epochs:,} of {_counted(run.experiment.settings.epochs, 'epoch')}"
    resume = f"'zookit resume {run.name}' goes on."
    if status == "finished":
        return f"Trained {done}."
    if status == "running":
        return f"Still training: {done} so far. Make the report again when it has ended."
    if status == "failed" and run.ending:
        return f"Failed after {done}: {run.ending.error or 'it is not known why.'}"
    return f"Not finished: {status} after {done}. {resume}"


def _tiles(run: RunRecord) -> Iterator[tuple[str, str, str]]:
    """The result in one glance: what, how much, and of what."""
    test = run.ending.test if run.ending else {}
    sizes = run.environment.data.sizes
    if "accuracy" in test:
        loss = f", loss {test['loss']:.4f}" if "loss" in test else ""
        yield "Test accuracy", f"{test['accuracy']:.2%}", f"{sizes.get('test', 0):,} images{loss}"
    validated = run.history.get("val_accuracy", ())
    if validated:
        best = max(validated)
        yield "Validation accuracy", f"{best:.2%}", f"best, epoch {validated.index(best) + 1}"
    trained = run.history.get("accuracy", ())
    if trained:
        yield "Training accuracy", f"{trained[-1]:.2%}", f"last, epoch {len(trained)}"
    if run.seconds:
        yield "Training time", duration(sum(run.seconds)), _counted(len(run.seconds), "epoch")


def _composition(run: RunRecord) -> Iterator[tuple[str, str]]:
    experiment, data = run.experiment, run.environment.data
    classes = len(data.class_names)
    names = ", ".join(data.class_names[:_NAMED]) + (", ..." if classes > _NAMED else "")
    head = Head(classes)
    yield "data set", f"{experiment.dataset.words}, {_WORDS[data.origin]}"
    yield "images", " + ".join(f"{size:,} {name}" for name, size in data.sizes.items())
    yield "image shape", " x ".join(map(str, data.image_shape))
    yield "classes", f"{classes:,}: {names}"
    yield "architecture", experiment.architecture.words
    yield "head", f"{head}, {head.loss}"
    yield "callbacks", " ".join(each.words for each in experiment.callbacks) or "none"


def _environment(run: RunRecord) -> Iterator[tuple[str, str]]:
    known, runtime = run.environment, run.environment.runtime
    for name, version in known.versions.items():
        yield name, version
    for component in known.components:
        yield component.name, f"from {component.owner}"
    yield "listeners", ", ".join(known.listeners)
    yield "precision", runtime.precision
    yield "XLA", "yes" if runtime.xla else "no"
    for name, count in (
        ("threads within an operation", runtime.intra_op_threads),
        ("threads across operations", runtime.inter_op_threads),
    ):
        yield name, f"{count}" if count else "TensorFlow's own choice"
    yield "steps an execution", f"{runtime.steps_per_execution}"
    yield "devices", ", ".join(runtime.devices)
    yield "variables", ", ".join(f"{name}={text}" for name, text in runtime.variables.items())
    yield "data hash", known.data.hash
    yield "left out", ", ".join(known.data.left_out[:_NAMED])
    yield "identity", known.identity
    yield "group", known.group
    yield (
        "resumed",
        "; ".join(
            f"after {_counted(each.epochs, 'epoch')}"
            + (f" and {_counted(each.steps, 'step')}" if each.steps else "")
            for each in known.resumed
        )
        or "never",
    )


def _epochs(run: RunRecord) -> Epochs:
    columns = [*run.history.values(), run.seconds]
    every = -(-max(run.epochs, 1) // ROWS)
    shown = [at for at in range(run.epochs) if at % every == 0 or at == run.epochs - 1]
    rows: list[tuple[int, list[Number | None]]] = [
        (
            at + 1,
            # A run that was killed between the two files has one time fewer.
            [Number(f"{each[at]:.4f}", each[at]) if at < len(each) else None for each in columns],
        )
        for at in shown
    ]
    return Epochs([printable(name) for name in (*run.history, "seconds")], rows, every)


def _seconds(seconds: Sequence[float]) -> str:
    if not seconds:
        return ""
    first, rest = duration(seconds[0]), seconds[1:]
    if not rest:
        return f"The epoch took {first}."
    return (
        f"{len(seconds):,} epochs took {duration(sum(seconds))}: the first, which includes getting "
        f"started, {first}, each further one {duration(statistics.median(rest))} in the median."
    )


def _tested(run: RunRecord, evaluation: Evaluation, name: str) -> Tested:
    classes = [printable(each) for each in run.environment.data.class_names]
    scores = Scores.of(evaluation, len(classes))
    rows = [
        Class(
            classes[at],
            int(scores.support[at]),
            [_score(each[at]) for each in (scores.precision, scores.recall, scores.f1)],
        )
        for at in _worst(scores)
    ]
    return Tested(
        len(evaluation.labels),
        int(np.count_nonzero(evaluation.labels != evaluation.predicted)),
        confusion_of(name, scores, classes),
        rows,
        len(classes),
        list(_mistakes(evaluation, classes)),
    )


def _worst(scores: Scores) -> list[int]:
    """The classes with the lowest F1, as many as a table has, in their own order."""
    order = np.argsort(np.nan_to_num(scores.f1, nan=2.0), kind="stable")
    found: list[int] = np.sort(order[:ROWS]).tolist()
    return found


def _score(value: float) -> Number | None:
    return None if np.isnan(value) else Number(f"{value:.4f}", float(value))


def _mistakes(evaluation: Evaluation, classes: Sequence[str]) -> Iterator[Mistake]:
    height, width = evaluation.mistakes.shape[1:3]
    pairs = zip(evaluation.mistakes_at.tolist(), evaluation.mistakes, strict=True)
    for at, pixels in list(pairs)[:_MISTAKES]:
        yield Mistake(
            at,
            classes[int(evaluation.predicted[at])],
            f"{float(evaluation.probability[at]):.1%}",
            classes[int(evaluation.labels[at])],
            data_uri(pixels),
            max(height, width) < _SMALL,
        )


def duration(seconds: float) -> str:
    """`0.35 s`, `12.6 s`, `3 min 20 s`, `2 h 5 min`."""
    if seconds < 60:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60:,} h {minutes % 60} min"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
