"""Launchers: where the trainings of a sweep run."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from zookit.core.component import Component

JobState = Literal["waiting", "running", "finished", "interrupted", "failed", "lost"]
"""`failed`: the training ended with an error. `lost`: its process ended without a result, such as
by a crash, for memory, or because it took too long."""


@dataclass(frozen=True)
class Job:
    """One training, as plain values that can be sent to another machine.

    Args:
        name: letters, digits and -; no two jobs of a sweep have the same.
        experiment: what to train, as the TOML text of `zookit.core.Experiment`, with all settings.
        data_hash: the SHA-256 of the images and labels, which the worker must come to.
        threads: the CPU threads that it computes with.
        listeners: the words of the listeners that are attached, as with `--with`.
        seconds: how long it may take at most once TensorFlow is imported; None for any time.
        start: the archive of a run folder to continue; None to start from the beginning.
    """

    name: str
    experiment: str
    data_hash: str
    threads: int
    listeners: tuple[str, ...] = ()
    seconds: float | None = None
    start: Path | None = None


@dataclass(frozen=True)
class JobStatus:
    """How far a job is.

    Args:
        state: see `JobState`.
        epochs: the whole epochs trained so far.
        values: what the last epoch logged, such as `loss` and `accuracy`.
        seconds: how long the job has run.
        reason: why it failed or was lost, in one line.
        place: the worker or the machine that runs it.
        warnings: those that were given so far, each in one line.
    """

    state: JobState
    epochs: int = 0
    values: Mapping[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    reason: str = ""
    place: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether the job has ended, in whatever way."""
        return self.state not in ("waiting", "running")


class Jobs(ABC):
    """The jobs of one sweep at a launcher. No method waits for a training."""

    @abstractmethod
    def capacity(self) -> int:
        """Return how many more jobs can be submitted now and start soon."""

    @abstractmethod
    def submit(self, job: Job) -> None:
        """Start a job, or queue it. A job of this name may have run before."""

    @abstractmethod
    def poll(self) -> Mapping[str, JobStatus]:
        """Return the status of each job that was submitted and not yet collected, by its name.

        This includes jobs of an earlier process that used the same folder, if they go on without
        it.
        """

    @abstractmethod
    def cancel(self, name: str) -> None:
        """Ask a job to write a checkpoint and stop; it becomes `interrupted`, or ends otherwise."""

    @abstractmethod
    def collect(self, name: str, path: Path) -> str:
        """Write the run folder of a job as an archive, and return the archive's SHA-256.

        A job that has ended is forgotten. What the job has written so far is enough to continue it:
        of a running job the last checkpoint, of a lost one what is left. The archive is an
        uncompressed tar file.

        Raises:
            FileNotFoundError: the job has written nothing that could be continued.
        """

    @abstractmethod
    def close(self) -> None:
        """Stop all jobs that cannot go on without this process, as `cancel` does, and clean up.

        Waits until they have ended, at most some seconds; then ends them.
        """


@dataclass(frozen=True)
class Launcher(Component, ABC):
    """Base class of launchers: where the trainings of a sweep run.

    zookit asks for `capacity`, submits jobs, polls them several times a second and collects what
    has ended. `zookit.core.WorkerProcess` runs jobs in a process of its own, on any machine on
    which zookit is installed.
    """

    @abstractmethod
    def open(self, folder: Path) -> Jobs:
        """Return the jobs of one sweep.

        Args:
            folder: a folder of the launcher's own, which exists. It is the same when the sweep is
                continued, and may have files of before.

        Raises:
            ZookitError: jobs cannot be run, such as because a server does not answer.
        """
