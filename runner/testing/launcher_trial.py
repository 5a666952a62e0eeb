"""Small jobs for a launcher that is checked, and what comes back."""

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from zookit.child_process import kill_marked, marked_processes
from zookit.core import ComponentSpec, Experiment, Job, Jobs, JobStatus, Settings
from zookit.core.run_archive import unpack_run
from zookit.data.prepared import prepare_named
from zookit.isolation import run_in_child
from zookit.runs.run import WEIGHTS, RunRecord, read_run
from zookit.testing import deadly_callback
from zookit.testing.check import require
from zookit.testing.target import Target
from zookit.training.resolve import compose_experiment
from zookit.training.session import View, train

PATIENCE = 300.0
"""Seconds to wait for anything. A worker may be a machine that is yet to start."""
_POLL = 0.1
_MARK = "ZOOKIT_LAUNCHER_CHECK"
_DATASET = ComponentSpec("zookit/mnist")
_ARCHITECTURE = ComponentSpec("zookit/dense", {"units": [8]})
DEADLY = ComponentSpec(f"{Path(deadly_callback.__file__).name}/deadly")


def small_experiment(*callbacks: ComponentSpec, epochs: int = 2, seed: int = 0) -> Experiment:
    """Return an experiment on the sample of a data set that zookit includes."""
    settings = Settings(epochs=epochs, seed=seed, threads=1, data="sample")
    return Experiment(_DATASET, _ARCHITECTURE, callbacks, settings=settings)


@dataclass(eq=False)
class Trial:
    """A launcher's jobs, which must list each job that was submitted and not collected."""

    jobs: Jobs
    folder: Path
    data_hash: str
    submitted: set[str] = field(default_factory=set)
    closed: bool = False

    def close(self) -> None:
        """Close the jobs, once."""
        if not self.closed:
            self.closed = True
            self.jobs.close()

    def submit(self, name: str, experiment: Experiment, **more: Any) -> JobStatus:
        """Submit a job, and return its status right after that."""
        job = Job(name, experiment.to_toml(), more.pop("data_hash", self.data_hash), 1, **more)
        self.jobs.submit(job)
        self.submitted.add(name)
        return self.poll()[name]

    def poll(self) -> Mapping[str, JobStatus]:
        """Poll the jobs."""
        found = self.jobs.poll()
        require(
            set(found) == self.submitted,
            f"poll lists the jobs {_listed(found)}, but there are {_listed(self.submitted)}",
        )
        return found

    def until(self, name: str, wanted: Callable[[JobStatus], bool] | None = None) -> JobStatus:
        """Poll until a job is as wanted, or over if nothing else is wanted."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            status = self.poll()[name]
            if status.is_over or (wanted is not None and wanted(status)):
                break
            time.sleep(_POLL)
        require(
            status.is_over if wanted is None else wanted(status),
            f"the job {name} is {status.state} after {status.epochs} epochs ({status.reason})",
        )
        return status

    def ended(self, name: str, state: str) -> JobStatus:
        """Poll until a job is over, which must end with this state."""
        status = self.until(name)
        reason = f": {status.reason}" if status.reason else ""
        require(status.state == state, f"the job {name} is {status.state}{reason}, not {state}")
        return status

    def collect(self, name: str) -> tuple[Path, RunRecord]:
        """Return the archive of a job that is over, and the run in it."""
        path = self.folder / f"{name}.tar"
        digest = self.jobs.collect(name, path)
        self.submitted.discard(name)
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        require(digest == found, f"collect returned {digest!r}, but the archive has {found}")
        into = self.folder / f"of {name}"
        into.mkdir()
        record = read_run(unpack_run(path, into))
        self.poll()
        return path, record


@contextmanager
def opened(target: Target) -> Iterator[Trial]:
    """Open a launcher in a temporary folder, and end what it has started.

    Meanwhile this process has none of the user's settings for plugins.
    """
    with ExitStack() as held:
        folder = TemporaryDirectory(prefix="zookit-launcher-", ignore_cleanup_errors=True)
        path = Path(held.enter_context(folder)).resolve()
        variables = {
            _MARK: str(path),
            "ZOOKIT_PLUGINS": deadly_callback.__file__,
            "ZOOKIT_DISABLE": "",
            "ZOOKIT_WITH": "",
        }
        held.enter_context(_environment(variables))
        held.callback(kill_marked, f"{_MARK}={path}")
        own = path / "launcher"
        own.mkdir()
        _, prepared = prepare_named(_DATASET, "sample")
        jobs = target.component.open(own)
        require(isinstance(jobs, Jobs), f"open returned {type(jobs).__name__}, not Jobs")
        trial = Trial(jobs, path, prepared.hash)
        try:
            yield trial
        finally:
            trial.close()


def reopened(trial: Trial, target: Target) -> Trial:
    """Return the jobs of a new process in the same folder."""
    jobs = target.component.open(trial.folder / "launcher")
    return Trial(jobs, trial.folder, trial.data_hash, set(jobs.poll()))


def left_processes(trial: Trial) -> list[int]:
    """Return the processes on this machine that began since the launcher was opened."""
    return marked_processes(f"{_MARK}={trial.folder}")


def weights_of(record: RunRecord) -> bytes:
    """Return the file with a run's weights."""
    return (record.folder / WEIGHTS).read_bytes()


def trained_here(experiment: Experiment, folder: Path) -> RunRecord:
    """Train an experiment without a launcher, in a process of its own, and return the run."""
    argument = {"experiment": experiment.to_toml(), "folder": str(folder)}
    return read_run(Path(run_in_child(f"{__name__}:train_in_child", argument)))


def train_in_child(argument: Mapping[str, str]) -> str:
    """Train an experiment in this process, which is a child, and return the run's folder."""
    composition = compose_experiment(Experiment.from_toml(argument["experiment"]))
    return str(train(composition, Path(argument["folder"]), view=View(quiet=True)).folder)


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _listed(names: "Mapping[str, Any] | set[str]") -> str:
    return ", ".join(sorted(names)) or "none"
