"""Marks a run that a search stopped early."""

import json
import math

from zookit.core import BadRun
from zookit.core.reading import parse_json, read_text_bounded
from zookit.runs.run import FORMAT, LIMITS, METRICS, RunRecord
from zookit.runs.writer import written


def mark_pruned(run: RunRecord) -> None:
    """Give a run that was interrupted or killed the status `pruned`.

    Raises:
        BadRun: the run was killed while it wrote the results of an epoch.
        FolderError: the run cannot be written.
    """
    if run.ending is None:
        ending = _ending_of(run)
    else:
        ending = parse_json(read_text_bounded(run.folder / METRICS, LIMITS[METRICS]))
    with written(run.folder / METRICS) as aside:
        text = json.dumps({**ending, "status": "pruned"}, indent=2, allow_nan=False)
        aside.write_text(f"{text}\n", encoding="utf-8")


def _ending_of(run: RunRecord) -> dict[str, object]:
    if run.epochs != len(run.seconds):
        raise BadRun(
            f"{run.name} was killed while it wrote the results of an epoch. The same command "
            "resumes it."
        )
    last = {name: values[-1] for name, values in run.history.items() if values}
    return {
        "format": FORMAT,
        "epochs": run.epochs,
        "last_epoch": {name: value for name, value in last.items() if not math.isnan(value)},
        "test": {},
        "files": {},
    }
