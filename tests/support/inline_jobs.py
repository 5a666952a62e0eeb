"""Jobs that train in this process, one at each poll, and go wrong as a test says."""

import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from zookit.core import Job, Jobs, JobStatus, ZookitError, collect_run
from zookit.sweeps.job_training import train_job


@dataclass(eq=False)
class InlineJobs(Jobs):
    """Trains a job when it is polled. `faults` has what happens to the jobs in turn, by default
    nothing: "lost" for a process that dies before it has written anything, "stopped" for one that
    writes a checkpoint in the second epoch before, "damaged" for an archive that arrives with
    another byte."""

    folder: Path
    faults: list[str] = field(default_factory=list)
    trained: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    _jobs: dict[str, Job] = field(default_factory=dict)
    _ended: dict[str, JobStatus] = field(default_factory=dict)
    _damaged: set[str] = field(default_factory=set)

    def capacity(self) -> int:
        return 1 - len(self._jobs.keys() - self._ended.keys())

    def submit(self, job: Job) -> None:
        self._ended.pop(job.name, None)
        self._jobs[job.name] = job

    def poll(self) -> Mapping[str, JobStatus]:
        for name, job in list(self._jobs.items()):
            if name in self._ended:
                continue
            self._ended[name] = self._train(job)
        return dict(self._ended)

    def cancel(self, name: str) -> None:
        self.cancelled.append(name)

    def collect(self, name: str, path: Path) -> str:
        del self._jobs[name], self._ended[name]
        digest = collect_run(self.folder / name, path)
        if name in self._damaged:
            self._damaged.remove(name)
            content = bytearray(path.read_bytes())
            content[len(content) // 2] ^= 1
            path.write_bytes(content)
        return digest

    def close(self) -> None:
        pass

    def _train(self, job: Job) -> JobStatus:
        fault = self.faults.pop(0) if self.faults else ""
        self.trained.append(job.name)
        if fault == "lost":
            return JobStatus("lost", reason="its process ended by SIGSEGV")
        if fault == "damaged":
            self._damaged.add(job.name)

        def report(epoch: int, added: bool = False, **_: object) -> None:
            if fault == "stopped" and epoch == 1 and not added:
                signal.raise_signal(signal.SIGINT)  # which training handles

        try:
            state = train_job(job, self.folder / job.name, report)
        except ZookitError as error:
            return JobStatus("failed", reason=str(error))
        if fault == "stopped":
            return JobStatus("lost", reason="its process was killed")
        return JobStatus("finished" if state == "finished" else "interrupted")
