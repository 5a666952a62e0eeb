"""Trains on this machine."""

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from annotated_types import Ge

from zookit.core import (
    Doc,
    Job,
    Jobs,
    JobStatus,
    Launcher,
    WorkerProcess,
    collect_run,
    processors,
)

_STOPPING = 30.0
"""Seconds that jobs have at the end to write a checkpoint and stop."""
_POLL = 0.05


@dataclass(frozen=True)
class Local(Launcher):
    """Processes on this machine, each of which trains many runs."""

    workers: Annotated[
        int | None, Ge(1), Doc("Runs to train at once; one per processor if not given.")
    ] = None
    cells: Annotated[int, Ge(1), Doc("Runs after which a process is replaced by a new one.")] = 100

    def open(self, folder: Path) -> Jobs:
        """Return the jobs, whose runs and logs are in the folder."""
        return _LocalJobs(folder, self.workers or processors(), self.cells)


@dataclass(eq=False)
class _Worker:
    """A process and the number of jobs that it has been given."""

    process: WorkerProcess
    threads: int
    jobs: int = 0


@dataclass(eq=False)
class _LocalJobs(Jobs):
    """Jobs in processes of this machine.

    The threads of all jobs that run are at most as many as the processors, but one job can always
    run. They start in the order in which they were submitted.
    """

    folder: Path
    most: int
    cells: int
    _waiting: dict[str, Job] = field(default_factory=dict)
    _running: dict[str, tuple[Job, _Worker]] = field(default_factory=dict)
    _ended: dict[str, JobStatus] = field(default_factory=dict)
    _idle: list[_Worker] = field(default_factory=list)
    _retired: list[_Worker] = field(default_factory=list)
    _started: int = 0

    def capacity(self) -> int:
        """Return how many jobs can be submitted now and start soon."""
        count = len(self._running) + len(self._waiting)
        if count == 0:
            return self.most
        waiting = sum(job.threads for job in self._waiting.values())
        return max(0, min(self.most - count, processors() - self._used_threads() - waiting))

    def submit(self, job: Job) -> None:
        """Queue a job, and start what can be started."""
        self._ended.pop(job.name, None)
        self._waiting[job.name] = job
        self._start()

    def poll(self) -> Mapping[str, JobStatus]:
        """Return the status of each job, after starting what can be started."""
        self._settle()
        self._start()
        waiting = {name: JobStatus("waiting") for name in self._waiting}
        running = {name: worker.process.status() for name, (_, worker) in self._running.items()}
        return {**waiting, **running, **self._ended}

    def cancel(self, name: str) -> None:
        """Ask a job to stop; one that waits does so at once."""
        if self._waiting.pop(name, None) is not None:
            self._ended[name] = JobStatus("interrupted")
        elif name in self._running:
            self._running[name][1].process.stop()

    def collect(self, name: str, path: Path) -> str:
        """Write the run folder of a job as an archive."""
        self._settle()
        folder = self._folder_of(name)
        try:
            digest = collect_run(folder, path)
        except FileNotFoundError:
            self._forget(name)
            raise
        self._forget(name)
        return digest

    def close(self) -> None:
        """Stop all jobs, and end all processes."""
        for name in list(self._waiting):
            self.cancel(name)
        self.poll()
        running = (worker for _, worker in self._running.values())
        workers = [*self._retired, *self._idle, *running]
        for each in workers:
            each.process.end()
        deadline = time.monotonic() + _STOPPING
        while time.monotonic() < deadline and not all(each.process.has_ended() for each in workers):
            time.sleep(_POLL)
        for each in workers:
            each.process.kill()
        self.poll()
        self._idle.clear()
        self._retired.clear()

    def _settle(self) -> None:
        """Note which jobs have ended, whose workers take further ones."""
        for name, (_, worker) in list(self._running.items()):
            status = worker.process.status()
            if status.state != "running":
                del self._running[name]
                self._ended[name] = status
                self._idle.append(worker)
        self._retired = [each for each in self._retired if not each.process.has_ended()]

    def _start(self) -> None:
        """Start the jobs that wait, as far as there are processors for them."""
        while self._waiting and len(self._running) < self.most:
            job = next(iter(self._waiting.values()))
            if self._running and self._used_threads() + job.threads > processors():
                return
            del self._waiting[job.name]
            try:
                worker = self._worker_for(job.threads)
            except OSError as error:  # such as without memory for a process
                reason = f"no process can be started: {error.strerror or error}"
                self._ended[job.name] = JobStatus("lost", reason=reason)
                continue
            worker.jobs += 1
            self._running[job.name] = job, worker
            worker.process.start(job, self._folder_of(job.name))

    def _worker_for(self, threads: int) -> _Worker:
        """Return a worker that takes jobs of this number of threads; a new one if there is none."""
        for each in list(self._idle):
            if each.jobs >= self.cells or not each.process.takes_jobs:
                self._retire(each)
        found = next((each for each in self._idle if each.threads == threads), None)
        if found is not None:
            self._idle.remove(found)
            return found
        # The others have another number of threads, and hold TensorFlow in memory.
        while self._idle and len(self._idle) + len(self._running) >= self.most:
            self._retire(self._idle[0])
        logs = self.folder / "logs"
        logs.mkdir(exist_ok=True)
        self._started += 1
        return _Worker(WorkerProcess(logs / f"worker-{self._started}.log"), threads)

    def _retire(self, worker: _Worker) -> None:
        worker.process.end()
        self._idle.remove(worker)
        self._retired.append(worker)

    def _used_threads(self) -> int:
        return sum(job.threads for job, _ in self._running.values())

    def _folder_of(self, name: str) -> Path:
        return self.folder / "jobs" / name

    def _forget(self, name: str) -> None:
        if self._ended.pop(name, None) is not None:
            shutil.rmtree(self._folder_of(name), ignore_errors=True)
