"""A process that trains the jobs of a sweep, one after another, and the client of its protocol.

The process is a fresh Python that runs `zookit.sweeps.worker`. Its standard input and a pipe of its
own, which starts as its standard output, carry lines of JSON. This process sends

    {"start": {"name": ..., "experiment": ..., ...}, "folder": ..., "number": 1,
     "at_command_line": false}
    {"stop": 1}

and the end of the input tells the worker to stop its job and end. The worker sends, about the job
that was started last,

    {"began": true}
    {"epoch": 3, "values": {"loss": 0.4, ...}}
    {"warning": TEXT}
    {"ended": "finished", "reason": "", "last": false}

where `began` says that TensorFlow is imported, so that the job's time counts, `ended` is a state of
a job, and `last` says that the worker ends now. What plugins print goes to the worker's log.
"""

import json
import os
import signal
import time
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from zookit.core.launcher import Job, JobStatus
from zookit.core.messages import is_at_command_line
from zookit.core.python_process import ending, kill_with_children, python_command
from zookit.core.worker_log import last_line, out_of_memory_kills, place_in_log, took_too_long

IMPORT_SECONDS = 300.0
"""How long the start and the import of TensorFlow may take, before a job whose time is limited."""
_CODE = "from zookit.sweeps.worker import main; main()"
_GRACE = 10.0
"""Seconds after its limit at which a job that has not ended itself is killed."""
_POLL = 0.02
_DRAINED = 2.0
"""Seconds to wait for what an ended process has written."""


class WorkerProcess:
    """A process that trains jobs, one after another; all have the same number of threads.

    It imports TensorFlow once, has this process's `sys.path` and environment, and ends if this
    process does, after writing a checkpoint.

    Args:
        log: the file to append to what the process prints. Its folder exists.
    """

    def __init__(self, log: Path) -> None:
        import subprocess

        self._lock, self._reaping = Lock(), Lock()
        self._job: Job | None = None
        self._number = 0
        self._status = JobStatus("waiting")
        self._started = 0.0
        self._began: float | None = None
        self._killed = self._cleaned = False
        self._takes_jobs = True
        self._log, self._logged = log, _size(log)
        self._out_of_memory = out_of_memory_kills()
        with log.open("ab") as file:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                python_command(_CODE, "-u"),
                env={**os.environ, "PYTHONIOENCODING": "utf-8"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                start_new_session=True,
            )
        self._reader = Thread(target=self._read, name="events of a worker", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def takes_jobs(self) -> bool:
        """Whether a job can be started: the process runs, and has no job that has not ended."""
        with self._lock:
            return self._takes_jobs and not self._busy and not self.has_ended()

    @property
    def _busy(self) -> bool:
        return self._job is not None and not self._status.is_over

    def start(self, job: Job, folder: Path) -> None:
        """Train a job in `folder`, a runs folder of its own. It is lost if the process has ended.

        If the folder has an unfinished run of the job, that is continued, in place of `job.start`.

        Raises:
            RuntimeError: the worker has a job that has not ended, or was asked to end.
        """
        with self._lock:
            if not self._takes_jobs or self._busy:
                raise RuntimeError("the worker takes no jobs now")
            if self._job is not None:
                self._logged = _size(self._log)
            self._job, self._number = job, self._number + 1
            self._status = JobStatus("running", place=f"process {self.pid}")
            self._started, self._began = time.monotonic(), None
        values = {**asdict(job), "start": None if job.start is None else str(job.start.absolute())}
        more = {"folder": str(folder.absolute()), "number": self._number}
        self._send(start=values, **more, at_command_line=is_at_command_line())

    def status(self) -> JobStatus:
        """Return the status of the job that was started last. Does not wait.

        Raises:
            RuntimeError: no job was started.
        """
        if self._job is None:
            raise RuntimeError("no job was started")
        seconds = time.monotonic() - self._started
        if not self._status.is_over:
            if self.has_ended():
                self._end_lost()
            elif self._over_limit() > _GRACE:
                self.kill()
                self._end_lost()
        with self._lock:
            over = self._status.is_over
            return self._status if over else replace(self._status, seconds=seconds)

    def stop(self) -> None:
        """Ask the job to write a checkpoint and stop."""
        if self._job is not None:
            self._send(stop=self._number)

    def end(self) -> None:
        """Ask the process to stop its job, as `stop` does, and to end."""
        self._takes_jobs = False
        with suppress(OSError):
            self._process.stdin.close()  # type: ignore[union-attr]

    def has_ended(self) -> bool:
        """Return whether the process has ended. Does not wait."""
        with self._reaping:
            if not self._cleaned and self._process.poll() is not None:
                self._cleaned = True  # its number may be another's from now on
                self.end()
                kill_with_children(self._process)
            return self._cleaned

    def wait(self, seconds: float = 30.0) -> None:
        """Wait until the process has ended, and kill it after that time."""
        deadline = time.monotonic() + seconds
        while not self.has_ended() and time.monotonic() < deadline:
            time.sleep(_POLL)
        self.kill()

    def kill(self) -> None:
        """Kill the process, and the processes that it started."""
        self.end()
        if self.has_ended():
            return
        with self._reaping:
            self._killed = self._cleaned = True
            kill_with_children(self._process)

    def _over_limit(self) -> float:
        """Return by how many seconds the job is over its limit; negative if it is not."""
        assert self._job is not None
        if self._job.seconds is None:
            return float("-inf")
        now, began = time.monotonic(), self._began
        if began is None:
            return now - self._started - IMPORT_SECONDS
        return now - began - self._job.seconds

    def _send(self, **values: Any) -> None:
        # It may have ended; then `status` finds that out.
        with suppress(OSError, ValueError):
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(values).encode() + b"\n")
            self._process.stdin.flush()

    def _read(self) -> None:
        """Take in what the worker sends, until it ends."""
        assert self._process.stdout is not None
        with self._process.stdout as events:
            for line in events:
                with suppress(ValueError):  # half a line of a process that was killed
                    self._apply(json.loads(line))

    def _apply(self, event: dict[str, Any]) -> None:
        with self._lock:
            status = self._status
            if "began" in event:
                self._began = time.monotonic()
            if "epoch" in event:
                values = {**status.values, **event["values"]} if event.get("added") else None
                status = replace(status, epochs=event["epoch"], values=values or event["values"])
            if "warning" in event:
                status = replace(status, warnings=(*status.warnings, event["warning"]))
            if "ended" in event:
                self._takes_jobs &= not event["last"]
            if "ended" in event and not status.is_over:
                seconds = time.monotonic() - self._started
                state, reason = event["ended"], event["reason"]
                status = replace(status, state=state, reason=reason, seconds=seconds)
            self._status = status

    def _end_lost(self) -> None:
        """Note that the process has ended, unless it has said how the job ended."""
        self._reader.join(_DRAINED)
        with self._lock:
            if not self._status.is_over:
                seconds, reason = time.monotonic() - self._started, self._reason()
                self._status = replace(self._status, state="lost", reason=reason, seconds=seconds)

    def _reason(self) -> str:
        assert self._job is not None
        code, limit = self._process.returncode, self._job.seconds
        place = place_in_log(self._log, self._logged)
        too_long = self._over_limit() >= 0 or took_too_long(self._log, self._logged)
        if limit is not None and too_long:
            if self._began is None:
                return f"the import of TensorFlow took longer than {IMPORT_SECONDS:g} s{place}"
            return f"it took longer than {limit:g} s{place}"
        if self._killed:
            return "its process was killed"
        if code != -getattr(signal, "SIGKILL", 9):
            last = "" if place or code < 0 else last_line(self._log, self._logged)
            return f"its process ended {ending(code)}{place}{last and ': '}{last}"
        if out_of_memory_kills() != self._out_of_memory:
            return "its process was killed by the system, because memory ran out"
        return "its process was killed by SIGKILL, perhaps because memory ran out"


def _size(log: Path) -> int:
    with suppress(OSError):
        return log.stat().st_size
    return 0
