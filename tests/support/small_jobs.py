"""Jobs that take about a second, and what to do with them."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from small_runs import small_images

from zookit.core import Job, Jobs, JobStatus
from zookit.data.prepared import prepare
from zookit.training.resolve import compose

HARM = str(Path(__file__).parent / "bad_cells.py") + ":Harm"
"""The words of a callback that does harm."""
_PATIENCE = 120.0


def small_job(
    name: str = "one",
    architecture: str = "dense:8,dropout=0.1",
    callbacks: Sequence[str] = (),
    *,
    dataset: str = "",
    threads: int = 1,
    seconds: float | None = None,
    start: Path | None = None,
    listeners: tuple[str, ...] = (),
    **options: Any,
) -> Job:
    """Return a job of two epochs on 96 small images, in executions of two steps."""
    settings = {"epochs": 2, "batch_size": 4, "learning_rate": 0.01, "data": "full", **options}
    composition = compose(
        dataset or small_images(), architecture, callbacks, {**settings, "threads": threads}
    )
    spec = composition.experiment.dataset
    prepared = prepare(composition.dataset, "full", spec.short_name, composition.owners[spec.name])
    text = composition.experiment.to_toml()
    return Job(name, text, prepared.hash, threads, listeners, seconds, start)


def polled_until(
    poll: Callable[[], JobStatus], until: Callable[[JobStatus], bool] = lambda _: False
) -> JobStatus:
    """Return the status once it is over or as wanted."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        status = poll()
        if status.is_over or until(status):
            return status
        time.sleep(0.02)
    raise AssertionError(f"still {poll()}")


def all_polled(jobs: Jobs, *names: str) -> dict[str, JobStatus]:
    """Return the statuses of these jobs when they are all over."""
    return {name: polled_until(lambda name=name: jobs.poll()[name]) for name in names}  # type: ignore[misc]
