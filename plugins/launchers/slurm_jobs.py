"""The jobs of a sweep as jobs of Slurm."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

from zookit.core import Job, Jobs, JobStatus, collect_run
from zookit.plugins.launchers.plain_status import status_of
from zookit.plugins.launchers.slurm_files import JobFiles
from zookit.plugins.launchers.slurm_queue import Entry, SlurmQueue

_LOOK = 0.5
"""Seconds between two looks at the folder."""
_QUERY = 5.0
"""Seconds between two calls of squeue."""
_SETTLED = 5.0
"""Seconds after which what a job has written is seen on this machine."""
_ENDED = ("CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "OUT_OF_MEMORY", "REVOKED", "TIMEOUT")
_AGAIN = ("BOOT_FAIL", "NODE_FAIL", "PREEMPTED")
"""Slurm's states in which a job has ended; in these, it is submitted again."""
_TIMES = 5
_REASONS = {
    "TIMEOUT": "it did not stop before Slurm's time limit; give it more with slurm:time=MINUTES",
    "OUT_OF_MEMORY": "it used more memory than Slurm gave it; ask for more with slurm:memory=8G",
    "CANCELLED": "somebody cancelled it in Slurm",
    "": "Slurm does not know it any more",
}


@dataclass(eq=False)
class _Queued:
    """A job that was submitted. `slurm` is its number there, empty before it is queued."""

    job: Job
    files: JobFiles
    key: str
    slurm: str = ""
    since: float = 0.0
    gone: float | None = None
    again: int = 0
    status: JobStatus = field(default_factory=lambda: JobStatus("waiting"))


class SlurmJobs(Jobs):
    """The jobs of one sweep, which are submitted together as arrays when they are polled.

    All that is known about them is in the folder, where another process finds it.
    """

    def __init__(self, folder: Path, queue: SlurmQueue, *, most: int, cpus: int | None) -> None:
        self._folder, self._queue = folder.resolve(), queue
        self._most, self._cpus = most, cpus
        self._jobs: dict[str, _Queued] = {}
        self._unwanted: list[str] = []
        self._entries: Mapping[str, Entry] = {}
        self._asked = self._looked = float("-inf")
        JobFiles(self._folder, "any").create()
        for each in sorted((self._folder / "orders").glob("*.json")):
            self._find(JobFiles(self._folder, each.stem))

    def capacity(self) -> int:
        """Return how many more jobs may be in Slurm's queue."""
        return max(0, self._most - sum(not each.status.is_over for each in self._all()))

    def submit(self, job: Job) -> None:
        """Take a job, which `poll` submits together with others."""
        files = JobFiles(self._folder, job.name)
        files.forget()
        self._jobs[job.name] = _Queued(files.with_start(job), files, uuid4().hex)

    def poll(self) -> Mapping[str, JobStatus]:
        """Return the status of each job, after submitting those that are new."""
        self._submit_new()
        self._remove_unwanted()
        self._look()
        return {name: each.status for name, each in self._jobs.items()}

    def cancel(self, name: str) -> None:
        """Ask a job to stop. One that waits in Slurm's queue is taken out of it."""
        found = self._jobs.get(name)
        if found is None or found.status.is_over or found.files.stop.exists():
            return
        if not found.slurm:
            found.status = JobStatus("interrupted")
            return
        found.files.stop.touch()
        self._unwanted.append(found.slurm)
        self._asked = float("-inf")

    def collect(self, name: str, path: Path) -> str:
        """Write the run folder of a job as an archive."""
        self._look()
        try:
            return collect_run(JobFiles(self._folder, name).runs, path)
        finally:
            found = self._jobs.get(name)
            if found is not None and found.status.is_over:
                del self._jobs[name]
                found.files.forget()
                if found.slurm:
                    self._queue.forget(found.slurm)

    def close(self) -> None:
        """Leave the jobs, which go on."""
        self._remove_unwanted()

    def _all(self) -> list[_Queued]:
        return list(self._jobs.values())

    def _find(self, files: JobFiles) -> None:
        """Take over a job of an earlier process, unless it has not come to Slurm."""
        order = files.read_order()
        if order is None:
            return
        key, job, slurm = order
        if slurm:
            self._jobs[files.name] = _Queued(job, files, key, slurm)
        else:  # should it have come there, its task finds no order, and ends
            files.forget()

    def _submit_new(self) -> None:
        """Submit the jobs that are new, those of one number of processors as an array."""
        arrays: dict[int, list[_Queued]] = {}
        for each in self._all():
            if not each.slurm and not each.status.is_over:
                arrays.setdefault(self._cpus or each.job.threads, []).append(each)
        for cpus, jobs in arrays.items():
            for each in jobs:
                each.files.write_order(each.key, each.job)
            numbers = self._queue.submit([(each.job.name, each.key) for each in jobs], cpus)
            for each, number in zip(jobs, numbers, strict=True):
                each.slurm, each.since = number, time.monotonic()
                each.files.write_order(each.key, each.job, number)
                each.status = replace(each.status, place=f"Slurm job {number}")

    def _remove_unwanted(self) -> None:
        if self._unwanted:
            self._queue.remove_waiting(self._unwanted)
            self._unwanted = []

    def _look(self) -> None:
        """Bring the statuses up to date, at most some times a second."""
        now = time.monotonic()
        if now - self._looked < _LOOK:
            return
        self._looked = now
        live = [each for each in self._all() if each.slurm and not each.status.is_over]
        if live and now - self._asked > _QUERY:
            found = self._queue.look()
            self._asked = now
            if found is not None:
                self._entries = found
                for each in live:
                    self._note_whether_gone(each, now)
        for each in live:
            self._update(each)

    def _note_whether_gone(self, queued: _Queued, asked: float) -> None:
        entry = self._entries.get(queued.slurm)
        gone = entry.state in (*_ENDED, *_AGAIN) if entry else queued.since < asked
        queued.gone = (queued.gone or asked) if gone else None

    def _update(self, queued: _Queued) -> None:
        """Take in what a job has written, and what Slurm says of it."""
        plain = queued.files.read_status(queued.key)
        if plain:
            queued.status = status_of(plain)
        if queued.status.is_over:
            return
        entry = self._entries.get(queued.slurm, Entry(""))
        if queued.gone is not None and time.monotonic() - queued.gone > _SETTLED:
            self._end(queued, entry.state)
        elif entry.state == "PENDING":
            place = f"Slurm job {queued.slurm}, {entry.reason}"
            queued.status = replace(queued.status, state="waiting", place=place)

    def _end(self, queued: _Queued, state: str) -> None:
        """End a job of which Slurm knows no more, or submit it again."""
        if queued.files.stop.exists():
            queued.status = replace(queued.status, state="interrupted")
        elif state in _AGAIN and queued.again < _TIMES:
            queued.key, queued.slurm, queued.gone = uuid4().hex, "", None
            queued.again += 1
            queued.status = replace(queued.status, state="waiting")
        else:
            log = self._queue.log(queued.slurm)
            detail = f"Slurm's state is {state}, see {log}. Do all nodes share its folder?"
            reason = _REASONS.get(state, detail)
            queued.status = replace(queued.status, state="lost", reason=reason)
