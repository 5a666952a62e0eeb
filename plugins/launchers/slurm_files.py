"""The files of a job that runs in Slurm, in a folder that its node can see."""

import json
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from zookit.core import Job
from zookit.core.data import written_aside


@dataclass(frozen=True)
class JobFiles:
    """The files of one job.

    The launcher writes the order: `{"key": ..., "job": {...}, "slurm": "12_3"}`, with another key
    whenever the job is submitted. The task writes the status: `{"key": ..., "state": ..., ...}`.
    """

    folder: Path
    name: str

    @property
    def order(self) -> Path:
        """What to train."""
        return self.folder / "orders" / f"{self.name}.json"

    @property
    def status(self) -> Path:
        """How far it is."""
        return self.folder / "status" / f"{self.name}.json"

    @property
    def stop(self) -> Path:
        """Exists if the job is to stop."""
        return self.folder / "stop" / self.name

    @property
    def start(self) -> Path:
        """The archive in which it starts."""
        return self.folder / "start" / f"{self.name}.tar"

    @property
    def runs(self) -> Path:
        """The runs folder in which it trains."""
        return self.folder / "jobs" / self.name

    @property
    def log(self) -> Path:
        """What its training prints."""
        return self.folder / "logs" / f"{self.name}.log"

    def create(self) -> None:
        """Create the folders of the files."""
        for each in (self.order, self.status, self.stop, self.start, self.runs, self.log):
            each.parent.mkdir(parents=True, exist_ok=True)

    def forget(self) -> None:
        """Remove all but the run and the log."""
        for each in (self.order, self.status, self.stop, self.start):
            each.unlink(missing_ok=True)

    def with_start(self, job: Job) -> Job:
        """Return the job with a copy of the archive in which it starts."""
        if job.start is None:
            return job
        with written_aside(self.start) as aside:
            shutil.copyfile(job.start, aside)
        return replace(job, start=self.start)

    def write_order(self, key: str, job: Job, slurm: str = "") -> None:
        """Write what to train, and the number of the Slurm job once it is known."""
        start = None if job.start is None else str(job.start)
        _write(self.order, {"key": key, "job": {**asdict(job), "start": start}, "slurm": slurm})

    def read_order(self) -> tuple[str, Job, str] | None:
        """Return the key, what to train and the number of the Slurm job; None if there is none."""
        order = _read(self.order)
        if order is None:
            return None
        values = order["job"]
        values["listeners"] = tuple(values["listeners"])
        values["start"] = None if values["start"] is None else Path(values["start"])
        return order["key"], Job(**values), order["slurm"]

    def write_status(self, key: str, **values: Any) -> None:
        """Write how far it is."""
        _write(self.status, {"key": key, **values})

    def read_status(self, key: str) -> dict[str, Any]:
        """Return how far it is; empty if it has not started since it got this key."""
        found = _read(self.status) or {}
        return found if found.get("key") == key else {}


def _write(path: Path, plain: dict[str, Any]) -> None:
    with written_aside(path) as aside:
        aside.write_text(json.dumps(plain), encoding="utf-8")


def _read(path: Path) -> dict[str, Any] | None:
    with suppress(OSError, ValueError):
        found = json.loads(path.read_text(encoding="utf-8"))
        return found if isinstance(found, dict) else None
    return None
