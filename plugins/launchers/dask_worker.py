"""What runs on a Dask worker: it supervises the processes that train there.

The functions take and return plain values, because Dask pickles them. A worker that trained itself
would hold Python's lock too long, and its scheduler would drop it.
"""

import asyncio
import shutil
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from zookit.core import Job, JobStatus, WorkerProcess, ZookitError, collect_run
from zookit.plugins.launchers.plain_status import plain_of

BUSY = "busy"
"""The state of a job that was not started, because others use the worker's threads."""
_POLL = 0.05
"""Seconds between two looks at a process."""
_JOBS = 100
"""Jobs after which a process is replaced by a new one."""
_IDLE = 60.0
"""Seconds after which processes without a job end."""
_WATCH = 5.0


@dataclass(eq=False)
class _Running:
    """A job and its process. The lock is held while its run is read."""

    job: Job
    process: WorkerProcess
    folder: Path
    threads: int
    lock: threading.Lock = field(default_factory=threading.Lock)
    final: tuple[str, bytes] | None = None


@dataclass(eq=False)
class _Pool:
    """The processes of one Dask worker, which has so many threads."""

    folder: Path
    threads: int
    running: dict[str, _Running] = field(default_factory=dict)
    unwanted: set[str] = field(default_factory=set)
    _idle: dict[WorkerProcess, float] = field(default_factory=dict)
    """Since when each process has no job."""
    _jobs: dict[WorkerProcess, tuple[int, int]] = field(default_factory=dict)
    """The threads and the number of jobs of each process."""
    _ending: list[WorkerProcess] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _watched: bool = False
    _started: int = 0

    def folder_of(self, session: str, name: str) -> Path:
        return self.folder / session / name

    def start_of(self, session: str, name: str) -> Path:
        return self.folder / session / f"{name}.start.tar"

    def take(self, key: str, job: Job, session: str) -> _Running | None:
        """Return the job with a process for it; None if its threads are not free."""
        threads = min(job.threads, self.threads)
        with self._lock:
            used = sum(each.threads for each in self.running.values())
            if used + threads > self.threads:
                return None
            process = self._process_for(job.threads)
            folder = self.folder_of(session, job.name)
            running = self.running[key] = _Running(job, process, folder, threads)
        return running

    def _process_for(self, threads: int) -> WorkerProcess:
        for each in list(self._idle):
            if not each.takes_jobs or self._jobs[each][1] >= _JOBS:
                self._end(each)
        found = next((each for each in self._idle if self._jobs[each][0] == threads), None)
        if found is not None:
            del self._idle[found]
            self._jobs[found] = threads, self._jobs[found][1] + 1
            return found
        if self._idle and len(self._idle) + len(self.running) >= self.threads:
            self._end(next(iter(self._idle)))
        self._started += 1
        self.folder.mkdir(parents=True, exist_ok=True)
        process = WorkerProcess(self.folder / f"process-{self._started}.log")
        self._jobs[process] = threads, 1
        return process

    def _end(self, process: WorkerProcess) -> None:
        process.end()
        del self._idle[process], self._jobs[process]
        self._ending = [each for each in (*self._ending, process) if not each.has_ended()]

    def give_back(self, key: str) -> None:
        """Keep the process of a job that has ended for the next one."""
        with self._lock:
            process = self.running.pop(key).process
            self.unwanted.discard(key)
            self._idle[process] = time.monotonic()
            if not self._watched:
                self._watched = True
                threading.Thread(target=self._watch, name="idle processes", daemon=True).start()

    def _watch(self) -> None:
        """End the processes that have had no job for a while, until there is none."""
        while self._watched:
            time.sleep(_WATCH)
            with self._lock:
                for process, since in list(self._idle.items()):
                    if time.monotonic() - since > _IDLE:
                        self._end(process)
                self._watched = bool(self._idle or self.running)

    def end_all(self) -> None:
        """End the processes without a job."""
        with self._lock:
            for each in list(self._idle):
                self._end(each)


_pools: dict[str, _Pool] = {}
"""By the id of the Dask worker: several can be in one process."""
_pools_lock = threading.Lock()


def _pool_of(worker: Any) -> _Pool:
    with _pools_lock:
        folder = Path(worker.local_directory) / "zookit"
        return _pools.setdefault(worker.id, _Pool(folder, worker.state.nthreads))


def train(
    key: str, values: Mapping[str, Any], session: str, topic: str
) -> dict[str, str | int | float | bytes | dict[str, float] | list[str]]:
    """Train a job in a process of its own, and return how it ended, with the archive of its run.

    This is the Dask task `key`. Sends events of `topic` while it trains.
    """
    from distributed import get_worker

    worker = get_worker()
    pool = _pool_of(worker)
    job = Job(**{**values, "listeners": tuple(values["listeners"])})
    running = pool.take(key, job, session)
    if running is None:
        return {"state": BUSY}
    try:
        start = pool.start_of(session, job.name)
        running.folder.parent.mkdir(parents=True, exist_ok=True)
        running.process.start(replace(job, start=start if start.exists() else None), running.folder)
        status = _supervise(worker, pool, key, running, topic)
        start.unlink(missing_ok=True)
        return _result(status, running) if _is_wanted(worker, key) else {}
    finally:
        pool.give_back(key)


def _supervise(worker: Any, pool: _Pool, key: str, running: _Running, topic: str) -> JobStatus:
    """Wait until a job is over, and report how far it is; stop it if nobody wants it any more."""
    sent = stopped = None
    while True:
        status = running.process.status()
        now = plain_of(status)
        if status.is_over:
            return status
        if (changing := {**now, "seconds": 0.0}) != sent:
            sent = changing
            worker.log_event(topic, {**now, "key": key})
        if not stopped and (key in pool.unwanted or not _is_wanted(worker, key)):
            stopped = True
            running.process.stop()
        time.sleep(_POLL)


def _is_wanted(worker: Any, key: str) -> bool:
    """Whether the scheduler still wants the task, and the worker goes on."""
    task = worker.state.tasks.get(key)
    released = task is None or task.state == "cancelled"
    return not released and worker.status.name not in ("closing", "closed", "failed")


def _result(status: JobStatus, running: _Running) -> dict[str, Any]:
    found = plain_of(status)
    try:
        sha256, archive = _read(running)
    except FileNotFoundError:
        return found
    except ZookitError as error:
        return {**found, "state": "lost", "reason": str(error)}
    return {**found, "sha256": sha256, "archive": archive}


def _read(running: _Running) -> tuple[str, bytes]:
    """Return the archive of a job's run, and its SHA-256.

    If no process trains it any more, this is its last reading: its folder is removed.
    Raises FileNotFoundError.
    """
    with running.lock:
        if running.final is not None:
            return running.final
        path = running.folder.with_suffix(".tar")
        try:
            sha256 = collect_run(running.folder, path)
            found = sha256, path.read_bytes()
        finally:
            path.unlink(missing_ok=True)
        if not running.folder.exists():
            running.final = found
        return found


async def checkpoint(key: str, known: str, dask_worker: Any = None) -> tuple[str, bytes] | None:
    """Return the archive of a running job, and its SHA-256; None if that is `known`."""
    running = _pool_of(dask_worker).running.get(key)
    # Before the first epoch, the run in the folder may be of an earlier process.
    if running is None or running.process.status().epochs == 0:
        return None
    with suppress(FileNotFoundError, ZookitError):
        found = await asyncio.to_thread(_read, running)
        return None if found[0] == known else found
    return None


async def put_start(session: str, name: str, archive: bytes, dask_worker: Any = None) -> None:
    """Write the archive in which a job starts."""
    await asyncio.to_thread(_write, _pool_of(dask_worker).start_of(session, name), archive)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def stop(key: str, dask_worker: Any = None) -> None:
    """Ask a job to write a checkpoint and stop; also if it starts only later."""
    _pool_of(dask_worker).unwanted.add(key)


async def forget(session: str, dask_worker: Any = None) -> None:
    """Remove what the jobs of a session have left, and end the processes without a job."""
    pool = _pool_of(dask_worker)
    if any(each.folder.parent.name == session for each in pool.running.values()):
        return
    pool.end_all()
    await asyncio.to_thread(shutil.rmtree, pool.folder / session, ignore_errors=True)
