"""A job is trained in its folder, or continued there."""

import os
import signal
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from small_jobs import small_job
from small_runs import different_ends, threads_of_this_process

from zookit.core import BadExperiment, BadRun, Job, WrongHash
from zookit.core.run_archive import pack_run
from zookit.runs.run import read_run
from zookit.sweeps.job_training import train_job


@pytest.fixture
def threads() -> int:
    return threads_of_this_process()


def run_in(folder: Path) -> Path:
    (found,) = (each for each in folder.iterdir() if each.is_dir())
    return found


@dataclass
class Report:
    """The epochs that were reported; the first one is followed by a signal if asked for."""

    interrupts: bool = False
    epochs: list[int] = field(default_factory=list)

    def __call__(self, **event: Any) -> None:
        self.epochs.append(event["epoch"])
        if self.interrupts:
            os.kill(os.getpid(), signal.SIGTERM)


def interrupted(job: Job, folder: Path) -> Path:
    """Train a job until it is interrupted in the second epoch, and return its run."""
    assert train_job(job, folder, Report(interrupts=True)) == "interrupted"
    return run_in(folder)


@pytest.mark.slow
def test_new_continued_from_an_archive_and_from_the_folder(
    tmp_path: Path, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All three have the same bits."""
    monkeypatch.setenv("ZOOKIT_WITH", "not_installed")  # a job names all its listeners
    job, report = small_job(threads=threads), Report()
    assert train_job(job, tmp_path / "new", report) == "finished"
    assert report.epochs == [1, 2]
    new = run_in(tmp_path / "new")
    half = interrupted(job, tmp_path / "half")
    pack_run(half, tmp_path / "half.tar", ended=True)
    (tmp_path / "half" / "of a crash").mkdir()
    for name, start in (("other", tmp_path / "half.tar"), ("half", None)):
        report = Report()
        assert train_job(replace(job, start=start), tmp_path / name, report) == "finished"
        assert report.epochs == [1, 2]
        assert different_ends(run_in(tmp_path / name), new) == []
        assert len(read_run(run_in(tmp_path / name)).environment.resumptions) == 1
    # It is finished, so that there is nothing to do.
    assert train_job(job, tmp_path / "half", report) == "finished"
    assert report.epochs == [1, 2]


def test_the_run_with_more_epochs_is_continued(tmp_path: Path, threads: int) -> None:
    """That in the folder may be older than the one in which the job starts."""
    job = small_job(threads=threads)
    assert train_job(job, tmp_path / "new", Report()) == "finished"
    half = interrupted(job, tmp_path / "half")
    pack_run(half, tmp_path / "half.tar", ended=True)
    whole = run_in(tmp_path / "new")
    pack_run(whole, tmp_path / "whole.tar", ended=True)
    for name, start in (("half", "whole.tar"), ("new", "half.tar")):
        report = Report()
        assert train_job(replace(job, start=tmp_path / start), tmp_path / name, report)
        assert report.epochs == []
        assert different_ends(run_in(tmp_path / name), whole) == []


def test_what_is_refused(tmp_path: Path, threads: int) -> None:
    job = small_job(threads=threads)
    other = interrupted(small_job(threads=threads, seed=1), tmp_path / "half")
    pack_run(other, tmp_path / "other.tar", ended=True)
    for wrong, error, fact in (
        (replace(job, data_hash="0" * 64), WrongHash, "0000"),
        (replace(job, threads=threads + 1), BadExperiment, f"{threads + 1} threads"),
        (replace(job, start=tmp_path / "other.tar"), BadRun, "other.tar"),
        (replace(job, experiment="format = 99"), BadExperiment, "99"),
    ):
        with pytest.raises(error, match=fact):
            train_job(wrong, tmp_path / "job", Report())
    # What is left of another experiment is removed.
    assert train_job(job, tmp_path / "half", Report()) == "finished"
    assert run_in(tmp_path / "half") != other
