"""Marks a run that a search stopped early."""

import json
from pathlib import Path

from zookit.core.reading import parse_json, read_text_bounded
from zookit.runs.run import LIMITS, METRICS
from zookit.runs.writer import written


def mark_pruned(folder: Path) -> None:
    """Give an interrupted run the status `pruned`. Raises FolderError if it cannot be written."""
    ending = parse_json(read_text_bounded(folder / METRICS, LIMITS[METRICS]))
    with written(folder / METRICS) as aside:
        text = json.dumps({**ending, "status": "pruned"}, indent=2, allow_nan=False)
        aside.write_text(f"{text}\n", encoding="utf-8")
