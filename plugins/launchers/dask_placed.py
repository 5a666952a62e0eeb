"""A job on a Dask worker."""

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from zookit.core import Job, JobStatus
from zookit.plugins.launchers.dask_slots import DaskWorker

if TYPE_CHECKING:
    from concurrent.futures import Future


@dataclass(eq=False)
class Placed:
    """A job that is on its way to a worker, or there. `transfer` is what travels at the moment."""

    job: Job
    key: str
    worker: DaskWorker
    task: Any = None
    transfer: "Future[Any] | None" = None
    gathers: bool = False
    placed: float = field(default_factory=time.monotonic)
    started: float | None = None
    status: JobStatus = field(default_factory=lambda: JobStatus("waiting"))
    sha256: str = ""
    """Of its last checkpoint."""
    asked: int = 0
    """The epochs when the last checkpoint was asked for."""
    due: float = 0.0
