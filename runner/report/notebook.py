"""Shows a run in a notebook: status, metrics, folder and curves."""

import hashlib

from zookit.core import html
from zookit.runs.run import RunRecord

# Colours that are readable on a light and on a dark page; drawings refer to them by name.
_STYLE = (
    "--series-1: #3f8fe0; --series-2: #d9762b; --series-3: #3aa06b; "
    "display: flex; flex-wrap: wrap; gap: 1rem; fill: currentColor; max-width: 50rem"
)


def html_of_run(run: RunRecord) -> str:
    """Return a run as HTML, with its curves if it has more than one epoch."""
    experiment = run.experiment
    facts = {
        "status": run.status,
        "experiment": f"{experiment.architecture.short_words} on {experiment.dataset.short_words}",
        "epochs": str(run.epochs),
        **{f"test {name}": f"{value:.4f}" for name, value in run.metrics.items()},
        "folder": str(run.folder),
    }
    return html.table((), facts.items()) + (_curves(run) if run.epochs > 1 else "")


def _curves(run: RunRecord) -> str:
    # Matplotlib is only needed here.
    from zookit.report.curves import draw_curves
    from zookit.report.metrics import logged_metrics

    # Ids are unique within a notebook: other runs, or this one with more epochs, have others.
    anchor = hashlib.sha256(f"{run.folder} {run.epochs}".encode()).hexdigest()[:12]
    drawings = (
        f'<div style="flex: 1 1 20rem">{draw_curves(f"run-{anchor}-{what}", what, [each])}</div>'
        for what, each in logged_metrics(run, "").items()
    )
    return f'<div style="{_STYLE}">{"".join(drawings)}</div>'
