"""Jobs as tasks of a Dask cluster."""

import hashlib
import shutil
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from queue import SimpleQueue
from typing import Any
from uuid import uuid4

from zookit.core import Job, Jobs, JobStatus, ZookitError, reason_of, warn
from zookit.core.data import written_aside
from zookit.plugins.launchers import dask_transfers as transfers
from zookit.plugins.launchers import dask_worker
from zookit.plugins.launchers.dask_connection import Connection, session_of
from zookit.plugins.launchers.dask_placed import Placed
from zookit.plugins.launchers.dask_slots import PREFIX, Slots, call
from zookit.plugins.launchers.plain_status import status_of

_TRANSFERS = 4
"""The archives that travel at once, and other calls that wait for a worker."""
_RESULTS = 16
"""The results that may be on workers whose threads are in use again."""
_SHARE = 20
"""A checkpoint that took so long to arrive is asked for again after so many times as long."""
_CHECKPOINT = 1.0
"""The least number of seconds between two checkpoints of a job."""
_START = 5.0
"""Seconds after which a job that has not started is moved to a free worker."""
_LOSSES = 5
"""How often a job is started again because its worker has left."""
_STOPPING = 30.0
_POLL = 0.05


class DaskJobs(Jobs):
    """The jobs of one sweep on a Dask cluster.

    A job is placed on a worker only if its threads are free there, so that none waits behind
    another while workers join. In the folder is the last archive of each job.
    """

    def __init__(self, connection: Connection, folder: Path) -> None:
        self._connection, self._client = connection, connection.client
        self._archives = folder / "archives"
        self._archives.mkdir(parents=True, exist_ok=True)
        self._session = session_of(folder)
        self._topic = f"{PREFIX}-{uuid4().hex}"
        self._executor = ThreadPoolExecutor(_TRANSFERS, "dask")
        self._waiting: dict[str, Job] = {}
        self._placed: dict[str, Placed] = {}
        self._ended: dict[str, JobStatus] = {}
        self._cancelled: set[str] = set()
        self._losses: dict[str, int] = {}
        self._threads = 1
        self._events: SimpleQueue[dict[str, Any]] = SimpleQueue()
        try:
            self._client.subscribe_topic(self._topic, self._receive)
            self._slots = Slots(self._client, self._executor, connection.own)
        except BaseException:
            connection.close()
            raise

    def capacity(self) -> int:
        """Return how many jobs the free threads can take, and one that waits for the next."""
        return max(0, self._slots.capacity(self._threads) + 1 - len(self._waiting))

    def submit(self, job: Job) -> None:
        """Queue a job, and place it if there is room."""
        self._ended.pop(job.name, None)
        self._cancelled.discard(job.name)
        archive = self._archive(job.name)
        # The archive that an earlier process left may be older.
        left = archive.exists()
        epochs_in = transfers.epochs_in
        if job.start and (not left or epochs_in(job.start) > epochs_in(archive)):
            with written_aside(archive) as aside:
                shutil.copyfile(job.start, aside)
        self._threads = job.threads
        self._waiting[job.name] = replace(job, start=None)
        self._place()

    def poll(self) -> Mapping[str, JobStatus]:
        """Return the status of each job, after taking in what has come and placing what waits."""
        self._update()
        statuses = {name: JobStatus("waiting") for name in self._waiting}
        now = time.monotonic()
        for name, placed in self._placed.items():
            seconds = 0.0 if placed.started is None else now - placed.started
            statuses[name] = replace(placed.status, seconds=seconds)
        return statuses | self._ended

    def cancel(self, name: str) -> None:
        """Ask a job to stop; one that waits does so at once."""
        if self._waiting.pop(name, None) is not None:
            self._ended[name] = JobStatus("interrupted")
        elif name in self._placed and name not in self._cancelled:
            self._cancelled.add(name)
            self._stop(self._placed[name])

    def collect(self, name: str, path: Path) -> str:
        """Move or copy the last archive of a job."""
        over = name not in self._placed and name not in self._waiting
        if over:
            self._ended.pop(name, None)
            self._losses.pop(name, None)
        transfer = shutil.move if over else shutil.copyfile
        with written_aside(path) as aside:
            transfer(self._archive(name), aside)
            with aside.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()

    def close(self) -> None:
        """Stop all jobs, keep their checkpoints, and leave the cluster."""
        deadline = time.monotonic() + _STOPPING
        try:
            for name in [*self._waiting, *self._placed]:
                self.cancel(name)
            while self._placed and time.monotonic() < deadline:
                self.poll()
                time.sleep(_POLL)
            workers = self._slots.addresses
            if workers:
                call(self._client, dask_worker.forget, self._session, workers=workers)
        except ZookitError:
            pass  # the scheduler is gone, which `poll` has reported
        finally:
            self._slots.close()
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._connection.close()

    def _update(self) -> None:
        """Take in what has come, and place what waits. Does not wait."""
        if self._client.status != "running":
            raise ZookitError(
                f"the connection to the Dask scheduler at {self._connection.address} was lost. The "
                "runs that have ended are kept. To resume, run the same command again."
            )
        self._slots.update()
        self._take_in_events()
        for placed in list(self._placed.values()):
            self._follow(placed)
        self._place()

    def _follow(self, placed: Placed) -> None:
        """Do the next step for a job that is placed."""
        if not self._slots.has(placed.worker):
            self._lose(placed, "has left the cluster")
        elif placed.transfer is not None:
            if placed.transfer.done():
                self._take_in_transfer(placed, placed.transfer)
        elif placed.task.status == "finished":
            self._gather(placed)
        elif placed.task.status == "error":
            error = placed.task.exception(timeout=transfers.SECONDS)
            self._end(placed, JobStatus("lost", reason=f"Dask: {reason_of(error)}"))
        elif placed.task.status != "pending":
            self._lose(placed, "has dropped it")
        elif placed.started is None:
            if time.monotonic() - placed.placed > _START and self._slots.best(placed.job.threads):
                self._requeue(placed)
        elif placed.status.epochs > placed.asked and time.monotonic() > placed.due:
            self._fetch(placed)

    def _take_in_transfer(self, placed: Placed, transfer: "Future[Any]") -> None:
        """Go on with a job after what travelled has arrived, or has not."""
        placed.transfer = None
        error = transfer.exception()
        if placed.task is None:  # the archive in which it starts
            if error is not None:
                self._lose(placed, f"has not taken it: {reason_of(error)}")
            elif placed.job.name in self._cancelled:
                self._end(placed, JobStatus("interrupted"))
            else:
                self._start(placed)
        elif not placed.gathers:
            placed.sha256 = placed.sha256 if error is not None else transfer.result()
            taken = time.monotonic() - placed.due
            placed.due = time.monotonic() + max(_CHECKPOINT, _SHARE * taken)
        elif error is not None:
            self._lose(placed, f"has lost its result: {reason_of(error)}")
        else:
            self._take_in_result(placed, transfer.result())

    def _take_in_result(self, placed: Placed, result: dict[str, Any]) -> None:
        if not result:
            self._lose(placed, "has stopped it")
        elif result["state"] == dask_worker.BUSY:
            self._slots.avoid(placed.worker)
            self._requeue(placed)
        else:
            self._end(placed, replace(status_of(result), place=placed.status.place))

    def _gather(self, placed: Placed) -> None:
        if sum(each.gathers for each in self._placed.values()) < _RESULTS:
            self._slots.give_back(placed.worker, placed.key)  # the next job need not wait
        placed.gathers = True
        archive = self._archive(placed.job.name)
        placed.transfer = self._executor.submit(transfers.gather, placed.task, archive)

    def _fetch(self, placed: Placed) -> None:
        placed.asked, placed.due = placed.status.epochs, time.monotonic()
        address, archive = placed.worker.address, self._archive(placed.job.name)
        placed.transfer = self._executor.submit(
            transfers.fetch, self._client, address, placed.key, placed.sha256, archive
        )

    def _lose(self, placed: Placed, why: str) -> None:
        """Start a job again that its worker has lost, unless that happens too often."""
        name = placed.job.name
        reason = f"worker {placed.worker.name} {why}"
        losses = self._losses[name] = self._losses.get(name, 0) + 1
        if name in self._cancelled:
            self._end(placed, JobStatus("interrupted", reason=reason))
        elif losses > _LOSSES:
            reason = f"{losses} workers have lost it; the last one: {reason}"
            self._end(placed, JobStatus("lost", reason=reason))
        else:
            warn(f"Dask {reason}: its run resumes on another worker, from its last checkpoint.")
            self._requeue(placed)

    def _requeue(self, placed: Placed) -> None:
        self._release(placed)
        if placed.job.name in self._cancelled:
            self._ended[placed.job.name] = JobStatus("interrupted")
        else:
            self._waiting = {placed.job.name: placed.job, **self._waiting}

    def _end(self, placed: Placed, status: JobStatus) -> None:
        self._release(placed)
        self._ended[placed.job.name] = status

    def _release(self, placed: Placed) -> None:
        """Let the cluster forget a task; a worker that still trains it stops."""
        del self._placed[placed.job.name]
        self._slots.give_back(placed.worker, placed.key)
        if placed.task is not None:
            placed.task.release()

    def _stop(self, placed: Placed) -> None:
        if placed.task is not None:
            workers = [placed.worker.address]
            self._executor.submit(call, self._client, dask_worker.stop, placed.key, workers=workers)

    def _take_in_events(self) -> None:
        by_key = {each.key: each for each in self._placed.values()}
        while not self._events.empty():
            event = self._events.get()
            placed = by_key.get(event["key"])
            if placed is None:
                continue
            if placed.started is None:
                placed.started = time.monotonic()
            placed.status = replace(status_of(event), place=f"worker {placed.worker.name}")

    def _receive(self, event: tuple[float, dict[str, Any]]) -> None:
        self._events.put(event[1])  # in Dask's thread

    def _place(self) -> None:
        """Send what waits to workers with free threads, in order."""
        while self._waiting:
            job = next(iter(self._waiting.values()))
            worker = self._slots.best(job.threads)
            if worker is None:
                break
            del self._waiting[job.name]
            threads = min(job.threads, worker.threads)
            key = f"{PREFIX}-{threads}-{job.name}-{uuid4().hex[:8]}"
            self._slots.take(worker, key, threads)
            placed = Placed(job, key, worker)
            placed.status = JobStatus("waiting", place=f"worker {worker.name}")
            self._placed[job.name] = placed
            archive, to = self._archive(job.name), (worker.address, self._session)
            if archive.exists():
                placed.transfer = self._executor.submit(
                    transfers.send, self._client, *to, job.name, archive
                )
            else:
                self._start(placed)
        self._slots.ask_for_more(bool(self._waiting))

    def _start(self, placed: Placed) -> None:
        placed.placed = time.monotonic()
        placed.task = self._client.submit(
            dask_worker.train,
            placed.key,
            asdict(placed.job),
            self._session,
            self._topic,
            key=placed.key,
            workers=[placed.worker.address],
            pure=False,
            retries=0,
        )

    def _archive(self, name: str) -> Path:
        return self._archives / f"{name}.tar"
