"""A launcher in a file, all of whose jobs fail at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from zookit.core import Job, Jobs, JobStatus, Launcher

REFUSING = f"{__file__}:Refusing"
"""Its words."""


@dataclass(eq=False)
class RefusedJobs(Jobs):
    """Jobs that fail, with their listeners as the reason."""

    folder: Path
    _jobs: dict[str, JobStatus] = field(default_factory=dict)

    def capacity(self) -> int:
        return 10

    def submit(self, job: Job) -> None:
        self._jobs[job.name] = JobStatus("failed", reason=f"listeners: {' '.join(job.listeners)}")

    def poll(self) -> Mapping[str, JobStatus]:
        return dict(self._jobs)

    def cancel(self, name: str) -> None:
        pass

    def collect(self, name: str, path: Path) -> str:
        del self._jobs[name]
        raise FileNotFoundError(path)

    def close(self) -> None:
        (self.folder / "closed").touch()


@dataclass(frozen=True)
class Refusing(Launcher):
    """Runs nothing."""

    def open(self, folder: Path) -> Jobs:
        return RefusedJobs(folder)
