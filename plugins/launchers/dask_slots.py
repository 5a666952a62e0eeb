"""The workers of a Dask cluster that can take jobs, and how many."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from zookit.core import ZookitError, reason_of, say, warn
from zookit.plugins.launchers.dask_versions import difference, versions

_LOOK = 0.5
"""The least number of seconds between two looks at the workers."""
_LATEST = 5.0
"""The greatest number of seconds between them."""
_SHARE = 20
"""After a look that took so long, the next one follows after so many times as long."""
_BUSY = 1.0
"""Seconds in which a worker that had no free thread gets no job."""
_SECONDS = 60.0
"""Seconds in which the scheduler and workers must answer."""
PREFIX = "zookit"
"""The first part of the keys of tasks; the second one is their number of threads."""


@dataclass(frozen=True)
class DaskWorker:
    """A worker, as the scheduler knows it.

    `id` is its local folder, because a new process at the same address has another one.
    """

    address: str
    id: str
    name: str
    threads: int
    running: bool

    @classmethod
    def of(cls, address: str, info: Mapping[str, Any]) -> "DaskWorker":
        """Return a worker from what the scheduler knows."""
        name = info["name"]
        shown = name if isinstance(name, str) else address
        running = info.get("status", "running") == "running"
        return cls(address, info["local_directory"], shown, info["nthreads"], running)


@dataclass(eq=False)
class Slots:
    """The threads of the workers that have the same versions as this process.

    `own` says whether the cluster is this process's own. Raises ZookitError if a worker that is
    there at the beginning has other versions.
    """

    client: Any
    executor: Executor
    own: bool
    _workers: dict[str, DaskWorker] = field(default_factory=dict)
    """By address, those that can be used."""
    _used: dict[str, dict[str, int]] = field(default_factory=dict)
    """The threads of this process's tasks, by the address of the worker and by key."""
    _busy: dict[str, float] = field(default_factory=dict)
    """Until when a worker gets no job."""
    _demand: Any = None
    _others: dict[str, int] = field(default_factory=dict)
    """The threads that are used by others than this process."""
    _refused: set[str] = field(default_factory=set)
    _asked: dict[str, "Future[dict[str, Any]]"] = field(default_factory=dict)
    _looking: Executor = field(default_factory=lambda: ThreadPoolExecutor(1, "dask-look"))
    """Apart from `executor`, where a look would wait for archives that travel."""
    _look: "Future[tuple[dict[str, Any], dict[str, Any]]] | None" = None
    _looked: float = 0.0
    _due: float = 0.0
    _here: Mapping[str, str] = field(default_factory=versions)

    def __post_init__(self) -> None:
        """Ask the scheduler and all workers that are there."""
        self._address: str = self.client.scheduler.address
        found = _workers(self.client)
        there = {address: DaskWorker.of(address, info) for address, info in found.items()}
        self._check_scheduler()
        answers = call(self.client, versions, workers=list(there)) if there else {}
        for address, worker in there.items():
            wrong = self._difference(answers.get(address))
            if wrong:
                raise ZookitError(
                    f"dask: worker {address} {wrong}. Install the same versions on all workers, "
                    "and start them again."
                )
            self._workers[address] = worker
        if not self.own:
            threads = sum(each.threads for each in there.values())
            waits = "" if there else ". The runs wait until one starts."
            say(f"Dask workers: {len(there)}, threads: {threads}{waits}")

    @property
    def addresses(self) -> list[str]:
        """The addresses of the workers that can be used."""
        return list(self._workers)

    def update(self) -> None:
        """Take in what the scheduler knows. Does not wait.

        Raises ZookitError if the scheduler does not answer.
        """
        now = time.monotonic()
        if self._look is None:
            if now >= self._due:
                self._look, self._looked = self._looking.submit(_look, self.client), now
        elif self._look.done():
            found, tasks = _answer(self._look, self._address)
            self._look = None
            self._due = now + max(_LOOK, min(_LATEST, _SHARE * (now - self._looked)))
            self._take_in(found)
            self._others = {
                address: sum(_threads(str(each)) for each in there if str(each) not in own)
                for address, there in tasks.items()
                for own in (self._used.get(address, {}),)
            }

    def capacity(self, threads: int) -> int:
        """Return how many jobs of so many threads could start now."""
        return sum(
            self._free(each) // min(threads, each.threads) for each in self._workers.values()
        )

    def best(self, threads: int) -> DaskWorker | None:
        """Return the worker with the most free threads, if it can start a job of so many."""
        best, most, now = None, 0, time.monotonic()
        for address, worker in self._workers.items():
            free = self._free(worker)
            enough = free >= min(threads, worker.threads)
            if enough and free > most and self._busy.get(address, 0.0) < now:
                best, most = worker, free
        return best

    def take(self, worker: DaskWorker, key: str, threads: int) -> None:
        """Note that a task uses threads of a worker."""
        self._used.setdefault(worker.address, {})[key] = threads

    def give_back(self, worker: DaskWorker, key: str) -> None:
        """Note that a task has ended."""
        self._used.get(worker.address, {}).pop(key, None)

    def avoid(self, worker: DaskWorker) -> None:
        """Use a worker only in a moment, because others use its threads."""
        self._busy[worker.address] = time.monotonic() + _BUSY

    def has(self, worker: DaskWorker) -> bool:
        """Whether a worker is still there."""
        there = self._workers.get(worker.address)
        return there is not None and there.id == worker.id

    def ask_for_more(self, wanted: bool) -> None:
        """Let an autoscaled cluster start one more worker.

        Tasks that no worker can run make it grow, and wait at the scheduler.
        """
        if wanted and self._demand is None and not self.own:
            key = f"{PREFIX}-0-demand-{uuid4().hex[:8]}"
            self._demand = self.client.submit(
                versions, key=key, resources={"zookit-demand": 1}, pure=False
            )
        elif not wanted and self._demand is not None:
            self._demand.release()
            self._demand = None

    def close(self) -> None:
        """Stop looking at the workers. Does not wait."""
        self._looking.shutdown(wait=False, cancel_futures=True)

    def _free(self, worker: DaskWorker) -> int:
        used = sum(self._used.get(worker.address, {}).values())
        free = worker.threads - used - self._others.get(worker.address, 0)
        return max(0, free) if worker.running else 0

    def _take_in(self, found: Mapping[str, Any]) -> None:
        there = {address: DaskWorker.of(address, info) for address, info in found.items()}
        known = {
            address: worker
            for address, worker in there.items()
            if address in self._workers and worker.id == self._workers[address].id
        }
        for address, worker in there.items():
            if address in known or worker.id in self._refused:
                continue
            if worker.id not in self._asked:
                self._asked[worker.id] = self.executor.submit(
                    call, self.client, versions, workers=[address]
                )
            elif self._asked[worker.id].done() and self._is_accepted(worker):
                known[address] = worker
        self._workers = known
        self._used = {address: used for address, used in self._used.items() if used}

    def _is_accepted(self, worker: DaskWorker) -> bool:
        wrong = self._difference(self._asked.pop(worker.id).result().get(worker.address))
        if wrong:
            self._refused.add(worker.id)
            warn(f"dask: worker {worker.address} is not used: it {wrong}.")
        return not wrong

    def _difference(self, answer: Any) -> str:
        if isinstance(answer, ImportError):
            return f"has no zookit, expected {self._here.get('zookit', 'this version')}"
        if not isinstance(answer, dict):
            return f"did not say its versions ({type(answer).__name__}: {answer})"
        return difference(self._here, answer)

    def _check_scheduler(self) -> None:
        """Raise ZookitError if the scheduler cannot read the calls of zookit's functions."""
        try:
            self.client.run_on_scheduler(versions)
        except ImportError:
            raise ZookitError(
                "dask: the scheduler has no zookit. Install it there too: Dask reads the calls of "
                "functions on the scheduler."
            ) from None


def call(client: Any, function: Callable[..., Any], *args: Any, workers: list[str]) -> Any:
    """Call a function on workers, and return the answers by address; an error is an answer too."""

    async def called() -> Any:
        return await client.run(function, *args, workers=workers, on_error="return")

    try:
        return client.sync(called, callback_timeout=_SECONDS)
    except (OSError, TimeoutError) as error:
        return dict.fromkeys(workers, error)


def _look(client: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the scheduler knows of its workers, and their tasks, by address."""

    async def asked() -> Any:
        return await client.scheduler.identity(), await client.scheduler.processing(workers=None)

    identity, tasks = client.sync(asked, callback_timeout=_SECONDS)
    return identity["workers"], tasks


def _answer(
    look: "Future[tuple[dict[str, Any], dict[str, Any]]]", address: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        return look.result()
    except TimeoutError:
        reason = f"has not answered for {_SECONDS:g} s"
    except OSError as error:
        reason = f"does not answer: {reason_of(error)}"
    raise ZookitError(
        f"the Dask scheduler at {address} {reason}. The runs that have ended are kept. To "
        "resume, run the same command again."
    )


def _workers(client: Any) -> dict[str, Any]:
    """Return what the scheduler knows of its workers, by address.

    `Client.scheduler_info` can come to another answer, without workers, which its client asks for
    every two seconds.
    """

    async def asked() -> Any:
        return await client.scheduler.identity()

    found: dict[str, Any] = client.sync(asked, callback_timeout=_SECONDS)["workers"]
    return found


def _threads(key: str) -> int:
    """Return how many threads a task uses."""
    prefix, *rest = key.split("-")
    return int(rest[0]) if prefix == PREFIX and rest and rest[0].isdigit() else 1
