"""The metrics of a run: the headline numbers of its page, and the values of its curves."""

from collections.abc import Iterator

from zookit.core.messages import counted
from zookit.report.curves import Logged
from zookit.report.numbers import duration
from zookit.runs.metrics import directions
from zookit.runs.run import RunRecord


def headline_metrics(run: RunRecord) -> Iterator[tuple[str, str, str]]:
    """Yield the main results: a name, a value, and a note."""
    test = run.metrics
    sizes = run.environment.data.sizes
    if "accuracy" in test:
        loss = f", loss {test['loss']:.4f}" if "loss" in test else ""
        images = counted(sizes.get("test", 0), "image")
        yield "Test accuracy", f"{test['accuracy']:.2%}", f"{images}{loss}"
    validated = run.history.get("val_accuracy", ())
    if validated:
        best = max(validated)
        yield "Validation accuracy", f"{best:.2%}", f"best, epoch {validated.index(best) + 1}"
    trained = run.history.get("accuracy", ())
    if trained:
        yield "Training accuracy", f"{trained[-1]:.2%}", f"last, epoch {len(trained)}"
    for name in directions(run.experiment, run.environment.components):
        if name in test:
            last = run.history.get(f"val_{name}", ())
            yield f"Test {name}", f"{test[name]:.4f}", f"validation {last[-1]:.4f}" if last else ""
    if run.seconds:
        yield "Training time", duration(sum(run.seconds)), counted(len(run.seconds), "epoch")


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
