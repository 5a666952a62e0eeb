"""Launchers, each wrong in one way; ENTRIES names the checks that each must fail."""

import os
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar

from zookit.core import Job, Jobs, JobStatus, Launcher
from zookit.plugins.launchers.local import Local

TRAINS, SAYS = "trains jobs to the end", "says how jobs end"
CONTINUES, LEAVES = "continues what was cancelled", "leaves nothing behind"


@dataclass(eq=False)
class RightJobs(Jobs):
    """Those of `local`."""

    folder: Path
    own: Jobs = field(init=False)

    def __post_init__(self) -> None:
        self.own = Local().open(self.folder)

    def capacity(self) -> int:
        return self.own.capacity()

    def submit(self, job: Job) -> None:
        self.own.submit(job)

    def poll(self) -> Mapping[str, JobStatus]:
        return self.own.poll()

    def cancel(self, name: str) -> None:
        self.own.cancel(name)

    def collect(self, name: str, path: Path) -> str:
        return self.own.collect(name, path)

    def close(self) -> None:
        self.own.close()


@dataclass(frozen=True)
class Right(Launcher):
    """Trains on this machine; nothing is wrong."""

    jobs: ClassVar[type[RightJobs]] = RightJobs

    def open(self, folder: Path) -> Jobs:
        return self.jobs(folder)


class LosingJobs(RightJobs):
    def submit(self, job: Job) -> None:
        if job.name != "b":
            super().submit(job)


@dataclass(frozen=True)
class Loses(Right):
    """Loses a job."""

    jobs = LosingJobs


class WaitingJobs(RightJobs):
    def submit(self, job: Job) -> None:
        super().submit(job)
        while job.name == "a" and self.poll()["a"].state in ("waiting", "running"):
            time.sleep(0.1)


@dataclass(frozen=True)
class Waits(Right):
    """Trains while a job is submitted."""

    jobs = WaitingJobs


class ChangingJobs(RightJobs):
    def collect(self, name: str, path: Path) -> str:
        digest = super().collect(name, path)
        if name == "a":
            with path.open("ab") as file:
                file.write(b"\0")
        return digest


@dataclass(frozen=True)
class Changes(Right):
    """Changes an archive after it was hashed."""

    jobs = ChangingJobs


class RestartingJobs(RightJobs):
    def submit(self, job: Job) -> None:
        super().submit(replace(job, start=None))


@dataclass(frozen=True)
class Restarts(Right):
    """Starts each job from the beginning."""

    jobs = RestartingJobs


class HopefulJobs(RightJobs):
    def poll(self) -> Mapping[str, JobStatus]:
        found = super().poll()
        return {
            name: replace(status, state="interrupted") if status.state == "lost" else status
            for name, status in found.items()
        }


@dataclass(frozen=True)
class Hopeful(Right):
    """Takes a job that is lost for one that was interrupted."""

    jobs = HopefulJobs


class ForgetfulJobs(RightJobs):
    def close(self) -> None:
        super().close()
        shutil.rmtree(self.folder / "jobs", ignore_errors=True)


@dataclass(frozen=True)
class Forgetful(Right):
    """Removes what has not been collected."""

    jobs = ForgetfulJobs


class LeavingJobs(RightJobs):
    def close(self) -> None:
        super().close()
        command = [sys.executable, "-c", "import time; time.sleep(600)"]
        os.posix_spawn(sys.executable, command, os.environ, setsid=True)


@dataclass(frozen=True)
class LeavesProcesses(Right):
    """Leaves a process behind."""

    jobs = LeavingJobs


ENTRIES = {
    "right": (Right, ()),
    "loses": (Loses, (TRAINS,)),
    "waits": (Waits, (TRAINS,)),
    "changes": (Changes, (TRAINS,)),
    "restarts": (Restarts, (CONTINUES,)),
    "hopeful": (Hopeful, (SAYS,)),
    "forgetful": (Forgetful, (LEAVES,)),
    "leaves_processes": (LeavesProcesses, (LEAVES,)),
}
