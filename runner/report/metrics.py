"""The metrics of a run: the headline numbers of its page, and the values of its curves."""

from collections.abc import Iterator

from zookit.core.messages import counted
from zookit.report.curves import Logged
from zookit.report.numbers import duration
from zookit.runs.metrics import directions
from zookit.runs.run import RunRecord


def headline_metrics(run: RunRecord) -> Iterator[tuple[str, str, str]]:
    """Yield the main results of the run's weights: a name, a value, and a note."""
    test, at = run.metrics, run.weights_epoch - 1
    sizes = run.environment.data.sizes
    if "accuracy" in test:
        loss = f", loss {test['loss']:.4f}" if "loss" in test else ""
        images = counted(sizes.get("test", 0), "image")
        yield "Test accuracy", f"{test['accuracy']:.2%}", f"{images}{loss}"
    validated = run.history.get("val_accuracy", ())
    if validated:
        best = max(validated)
        better = f"; best {best:.2%} in epoch {validated.index(best) + 1}"
        note = _epoch(run) + (better if best > validated[at] else "")
        yield "Validation accuracy", f"{validated[at]:.2%}", note
    trained = run.history.get("accuracy", ())
    if trained:
        yield "Training accuracy", f"{trained[at]:.2%}", _epoch(run)
    for name in directions(run.experiment, run.environment.components):
        if name in test:
            values = run.history.get(f"val_{name}", ())
            note = f"validation {values[at]:.4f}" if values else ""
            yield f"Test {name}", f"{test[name]:.4f}", note
    if run.seconds:
        yield "Training time", duration(sum(run.seconds)), counted(len(run.seconds), "epoch")


def _epoch(run: RunRecord) -> str:
    epoch = run.weights_epoch
    return f"last, epoch {epoch}" if epoch == run.epochs else f"restored, epoch {epoch}"


def logged_metrics(run: RunRecord, label: str) -> dict[str, Logged]:
    """Return loss, accuracy and metrics, if they were logged."""
    metrics = directions(run.experiment, run.environment.components)
    return {
        what: Logged(
            label,
            run.history.get(what, ()),
            run.history.get(f"val_{what}", ()),
            run.metrics.get(what),
            higher_is_better,
        )
        for what, higher_is_better in {"loss": False, "accuracy": True, **metrics}.items()
        if what in run.history
    }
