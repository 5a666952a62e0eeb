"""Trains the job of a launcher in a folder, or continues it there."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from zookit.core import BadExperiment, BadRun, Experiment, hookimpl
from zookit.core.launcher import Job
from zookit.core.result import Status
from zookit.core.run_archive import job_locked, unpack_run
from zookit.registry.blame import plugins_blamed
from zookit.runs.naming import run_folders
from zookit.runs.run import RunRecord, read_run
from zookit.sweeps.starts import start_of_job
from zookit.training.composition import Composition
from zookit.training.listeners import AttachedListener, attach_listeners
from zookit.training.resolve import compose_experiment
from zookit.training.session import View, resume, train

_SECONDS = 120.0
"""How long to wait for the process of an earlier launcher, which is writing a checkpoint."""


def train_job(job: Job, folder: Path, report: Callable[..., None]) -> Status:
    """Train a job in its folder, and return how it ended.

    An unfinished run of the same identity in the folder is continued, or that of the archive in
    which the job starts, if it has more epochs; any other one in the folder is removed. `report`
    receives the epochs. Raises ZookitError, and whatever a plugin raises.
    """
    with job_locked(folder, _SECONDS), plugins_blamed():
        experiment = Experiment.from_toml(job.experiment, f"the experiment of {job.name}")
        if experiment.settings.threads != job.threads:
            raise BadExperiment(
                f"the job {job.name} has {job.threads} threads, but threads is "
                f"{experiment.settings.threads} in its experiment. Report this to the author of "
                "the launcher."
            )
        composition = compose_experiment(experiment, initial=start_of_job(experiment))
        identity = composition.experiment.identity(job.data_hash, composition.owners)
        record = _begun(job, folder, identity)
        listeners = attach_listeners(job.listeners)
        listeners.append(AttachedListener.attach(_Reporter(report), "the sweep's report"))
        if record is None:
            return _trained(composition, job, folder, listeners)
        if record.status == "finished":
            return "finished"
        last = {name: values[-1] for name, values in record.history.items() if values}
        report(epoch=record.epochs, values=last)
        # The user has composed the experiment, so that it may write where it says.
        result = resume(record, listeners, view=View(quiet=True), allow_writes=True)
        return "finished" if result is None else result.status


def _trained(
    composition: Composition, job: Job, folder: Path, listeners: list[AttachedListener]
) -> Status:
    view = View(quiet=True)
    return train(composition, folder, listeners, view=view, data_hash=job.data_hash).status


class _Reporter:
    """Reports the epochs of a run."""

    def __init__(self, report: Callable[..., None]) -> None:
        self._report = report

    @hookimpl
    def epoch_ended(self, epoch: int, values: Mapping[str, float]) -> None:
        self._report(epoch=epoch, values=dict(values))

    @hookimpl
    def values_added(self, epoch: int, values: Mapping[str, float]) -> None:
        self._report(epoch=epoch, values=dict(values), added=True)


def _begun(job: Job, folder: Path, identity: str) -> RunRecord | None:
    """Return the run to continue, which is then the only one in a job's folder."""
    left = _left_in(folder, identity)
    if job.start is None or (left is not None and not job.start.exists()):
        return left
    with TemporaryDirectory(prefix=".start-", dir=folder) as aside:
        start = _unpacked(job.start, job, Path(aside), identity)
        if left is not None:
            if left.status == "finished" or left.epochs >= start.epochs:
                return left
            shutil.rmtree(left.folder)
        return read_run(start.folder.rename(folder / start.name))


def _left_in(folder: Path, identity: str) -> RunRecord | None:
    """Return the run of this identity in a job's folder, and remove all others."""
    found = None
    runs, others = run_folders(folder)
    for each in (*runs, *others):
        try:
            record = read_run(each)
        except BadRun:
            record = None
        if record and record.environment.identity == identity and not record.contradiction:
            found = record
        else:
            shutil.rmtree(each, ignore_errors=True)
    return found


def _unpacked(start: Path, job: Job, folder: Path, identity: str) -> RunRecord:
    """Return the run of the archive in which a job starts.

    Raises BadRun if it is damaged or of another experiment.
    """
    record = read_run(unpack_run(start, folder))
    if record.environment.identity != identity:
        raise BadRun(
            f"{start} belongs to another experiment than the job {job.name}, or to other versions "
            "of its components. Start the job without it."
        )
    return record
