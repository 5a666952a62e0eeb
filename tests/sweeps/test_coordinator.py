"""What the coordinator of a sweep does with the jobs of a launcher, which train in this process."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from inline_jobs import InlineJobs
from processes import is_running
from small_runs import small_images, threads_of_this_process

from zookit.core import BrokenPlugin, FolderError, Job, JobStatus
from zookit.core.run_archive import unpack_run
from zookit.plugins.launchers.local import Local
from zookit.runs.run import METRICS, WEIGHTS, read_run
from zookit.sweeps.coordinator import Coordinator
from zookit.sweeps.options import SweepOptions
from zookit.sweeps.request import SweepRequest
from zookit.sweeps.state import CellState
from zookit.sweeps.sweep import Sweep, plan
from zookit.training.programs import programs_reused
from zookit.training.resolve import compose
from zookit.training.session import View, train


@pytest.fixture(autouse=True, scope="module")
def reused() -> Iterator[None]:
    """Compile the program of the cells once, as a worker does."""
    with programs_reused():
        yield


SETTINGS = {"epochs": "2", "batch_size": "500", "data": "sample"}


@contextmanager
def planned(folder: Path, seeds: int = 2, search: str = "grid", **more: object) -> Iterator[Sweep]:
    request = SweepRequest.of(
        datasets=["mnist"],
        architectures=["dense:units=4"],
        seeds=seeds,
        search=search,
        options={**SETTINGS, "threads": str(threads_of_this_process()), **more},
    )
    sweep = plan(request, SweepOptions(), folder)
    try:
        yield sweep
    finally:
        sweep.close()


def run(sweep: Sweep, jobs: InlineJobs, stop: Event | None = None) -> list[CellState]:
    """Run the sweep by these jobs; return its cells."""
    Coordinator(
        trials=sweep.trials,
        launcher=Local(),
        jobs=jobs,
        store=sweep.store,
        listeners=(),
        limit=None,
        changed=lambda _: None,
    ).run(stop or Event())
    return list(sweep.states)


def swept(folder: Path, tmp_path: Path, *faults: str, seeds: int = 2) -> list[CellState]:
    with planned(folder, seeds) as sweep:
        return run(sweep, InlineJobs(tmp_path / "jobs", list(faults)))


def folders(runs_dir: Path) -> list[str]:
    """Return the names of the runs in a folder."""
    return sorted(each.name for each in runs_dir.iterdir() if each.name[0].isdigit())


def weights(state: CellState) -> bytes:
    assert state.folder is not None
    return (state.folder / WEIGHTS).read_bytes()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> list[CellState]:
    folder = tmp_path_factory.mktemp("undisturbed")
    return swept(folder / "runs", folder)


def test_cells_have_the_bits_of_single_runs(undisturbed: list[CellState], tmp_path: Path) -> None:
    states = undisturbed
    assert [each.status for each in states] == ["finished", "finished"]
    settings = {"epochs": 2, "batch_size": 500, "data": "sample", "seed": 1}
    settings["threads"] = threads_of_this_process()
    composition = compose("mnist", "dense:units=4", (), settings)
    single = train(composition, tmp_path / "single", view=View(quiet=True))
    assert weights(states[1]) == (single.folder / WEIGHTS).read_bytes()
    assert weights(states[0]) != weights(states[1])
    assert states[1].folder is not None
    assert read_run(states[1].folder).environment.identity == single.environment["identity"]
    assert states[1].test == dict(single.metrics)


def test_only_what_is_missing_is_trained(undisturbed: list[CellState], tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    for each in undisturbed:
        assert each.folder is not None
        shutil.copytree(each.folder, runs / each.folder.name)
    with planned(runs, seeds=3) as sweep:
        assert [each.kept for each in sweep.states] == [True, True, False]
        jobs = InlineJobs(tmp_path / "jobs")
        states = run(sweep, jobs)
    assert [each.status for each in states] == ["finished"] * 3
    assert jobs.trained == [states[2].cell.name]
    with planned(runs, seeds=3) as sweep:
        assert sweep.missing == 0


def test_a_lost_job_is_started_again_once(undisturbed: list[CellState], tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    states = swept(runs, tmp_path, "lost", "stopped", seeds=1)
    assert states[0].status == "failed"
    assert "was killed" in states[0].reason
    with planned(runs, seeds=2) as sweep:
        states = run(sweep, InlineJobs(tmp_path / "jobs", ["lost", "", "lost", "lost"]))
    assert [each.status for each in states] == ["finished", "failed"]
    assert [each.attempts for each in states] == [2, 2]
    assert "SIGSEGV" in states[1].reason
    assert weights(states[0]) == weights(undisturbed[0])
    assert states[0].folder is not None
    resumptions = read_run(states[0].folder).environment.resumptions
    assert [each.epochs for each in resumptions] == [1]
    assert folders(runs) == [states[0].folder.name]


def test_an_archive_with_another_byte_is_not_taken_in(tmp_path: Path) -> None:
    states = swept(tmp_path / "runs", tmp_path, "damaged", seeds=1)
    assert states[0].status == "failed"
    assert "SHA-256" in states[0].reason
    assert not folders(tmp_path / "runs")


def test_a_failed_cell_has_its_reason(tmp_path: Path) -> None:
    with planned(tmp_path / "runs", seeds=1, optimizer="sgd:learning_rate=1e30") as sweep:
        states = run(sweep, InlineJobs(tmp_path / "jobs"))
    assert states[0].status == "failed"
    assert "loss became" in states[0].reason


def test_after_a_stop_nothing_is_submitted(tmp_path: Path) -> None:
    stop = Event()
    stop.set()
    jobs = InlineJobs(tmp_path / "jobs")
    with planned(tmp_path / "runs") as sweep:
        states = run(sweep, jobs, stop)
    assert not jobs.trained
    assert {each.status for each in states} == {"waiting"}


class LosingJobs(InlineJobs):
    """Jobs of which one, which is submitted after the others, is lost."""

    def submit(self, job: Job) -> None:
        if not self.trained:
            super().submit(job)


def test_a_job_that_is_not_polled_is_the_fault_of_the_launcher(tmp_path: Path) -> None:
    with planned(tmp_path / "runs") as sweep:
        with pytest.raises(BrokenPlugin) as error:
            run(sweep, LosingJobs(tmp_path / "jobs"))
        lost = sweep.states[1].cell.name
    assert all(fact in str(error.value) for fact in ("launcher 'local'", "poll", lost))
    assert [each.status for each in sweep.states] == ["finished", "waiting"]


class FadingJobs(InlineJobs):
    """Jobs that are lost after a stop."""

    stop = Event()

    def poll(self) -> Mapping[str, JobStatus]:
        if self.stop.is_set() or not self._jobs:
            return {}
        self.stop.set()
        return {name: JobStatus("running") for name in self._jobs}


def test_a_stop_does_not_wait_for_what_is_not_polled(tmp_path: Path) -> None:
    jobs = FadingJobs(tmp_path / "jobs")
    with planned(tmp_path / "runs", seeds=1) as sweep:
        (state,) = run(sweep, jobs, jobs.stop)
    assert state.status == "interrupted"
    assert "launcher" in state.reason


def test_a_folder_has_one_sweep_at_a_time(tmp_path: Path) -> None:
    with planned(tmp_path / "runs"), pytest.raises(FolderError, match="another sweep"):
        plan(
            SweepRequest.of(datasets=["mnist"], architectures=["dense"]),
            SweepOptions(),
            tmp_path / "runs",
        )
    with planned(tmp_path / "runs"):
        pass


def test_jobs_that_an_earlier_process_left_are_taken_over(tmp_path: Path) -> None:
    jobs = InlineJobs(tmp_path / "jobs")
    how: dict[str, Any] = {
        "folder": tmp_path / "runs",
        "search": "optuna:trials=1",
        "validation": "0.1",
    }
    with planned(**how) as sweep:
        for state in sweep.trials.ask():
            jobs.submit(state.cell.job((), None))
        left = set(jobs.poll())
    with planned(**how) as sweep:
        states = run(sweep, jobs)
    assert [each.status for each in states] == ["finished"] * 2
    assert len(left) == len(jobs.trained) == 2
    assert jobs.cancelled == []
    with planned(**how) as sweep:
        sweep.start()
        assert [each.kept for each in sweep.ended()] == [True, True]


PRUNES = """
from dataclasses import dataclass
from pathlib import Path

from zookit.core import Search, Trials


class One(Trials):
    def __init__(self, varied):
        self.points = [{each.name: each.values[0] for each in varied}]

    def ask(self):
        with Path(__file__).with_name("asked").open("a") as file:
            file.write("x")
        return self.points.pop() if self.points else None

    def prune(self, point, epoch, value):
        return True


@dataclass(frozen=True)
class Prunes(Search):
    learns = True

    def open(self, varied):
        return One(varied)
"""


class KilledJobs(InlineJobs):
    """Jobs that continue a killed run, and whose worker dies before it writes anything new.

    Each is in its first epoch until it is cancelled; then `faults` has its state.
    """

    def _train(self, job: Job) -> JobStatus:
        folder = self.folder / job.name
        if not self.trained:
            self.faults.insert(0, "stopped")
            super()._train(job)
            (metrics,) = folder.glob(f"*/{METRICS}")
            metrics.unlink()
        elif job.start is not None and not folder.exists():
            folder.mkdir()
            unpack_run(job.start, folder)
        return JobStatus("running", 1, {"val_accuracy": 0.5})

    def poll(self) -> Mapping[str, JobStatus]:
        found = {name: self._train(job) for name, job in self._jobs.items()}
        for name in self.cancelled:
            if name in found:
                self._ended[name] = found[name] = JobStatus(self.faults.pop(0))  # type: ignore[arg-type]
                self.cancelled.remove(name)
        return found


def test_a_pruned_cell_that_is_lost_is_pruned_when_it_is_started_again(tmp_path: Path) -> None:
    (tmp_path / "prunes.py").write_text(PRUNES)
    how: dict[str, Any] = {"seeds": 1, "search": f"{tmp_path / 'prunes.py'}:Prunes"}
    with planned(tmp_path / "runs", **how, validation="0.1") as sweep:
        jobs = KilledJobs(tmp_path / "jobs", ["lost", "interrupted"])
        (state,) = run(sweep, jobs)
    assert (state.status, state.attempts, jobs.faults) == ("pruned", 2, [])
    assert state.folder is not None
    assert read_run(state.folder).status == "pruned"
    with planned(tmp_path / "runs", **how, validation="0.1") as sweep:
        (state,) = run(sweep, InlineJobs(tmp_path / "jobs"))
    assert state.kept


class BusyJobs(InlineJobs):
    """Jobs that have no place at first, and train slowly."""

    looks = 0

    def capacity(self) -> int:
        self.looks += 1
        return 2 if self.looks > 3 else 0

    def poll(self) -> Mapping[str, JobStatus]:
        if self.looks > 8:
            return super().poll()
        return dict.fromkeys(self._jobs, JobStatus("running"))


def test_a_search_that_learns_waits_for_room_and_is_asked_after_results(tmp_path: Path) -> None:
    (tmp_path / "prunes.py").write_text(PRUNES)
    search = f"{tmp_path / 'prunes.py'}:Prunes"
    with planned(tmp_path / "runs", 1, search, validation="0.1") as sweep:
        (state,) = run(sweep, BusyJobs(tmp_path / "jobs"))
    assert state.status == "finished"
    assert (tmp_path / "asked").read_text() == "xxx"  # at first, then none, and after the result


LOOPS = """
import os
from dataclasses import dataclass
from pathlib import Path

from zookit.core import Architecture


@dataclass(frozen=True)
class Loops(Architecture):
    def features(self, images):
        Path("entered.part").write_text(str(os.getpid()))
        Path("entered.part").rename("entered")
        while True:
            pass
"""


@pytest.mark.slow
def test_ctrl_c_ends_a_cell_whose_model_is_never_built(tmp_path: Path) -> None:
    (tmp_path / "loops.py").write_text(LOOPS)
    words = ["-d", small_images(), "-a", "dense:4", "-a", "loops.py:Loops", "--epochs", "1"]
    words += ["--batch-size", "4", "--threads", "1", "--launcher", "local:workers=1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "zookit", "sweep", *words],
        cwd=tmp_path,
        # The background jobs of a shell ignore SIGINT, and so do the processes they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (tmp_path / "entered").exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=45)  # less than a cell may take to stop
    assert process.returncode == 130, (out, err)
    assert "sweep --attach runs" in err
    (run,) = folders(tmp_path / "runs")
    assert read_run(tmp_path / "runs" / run).status == "finished"
    assert not is_running(int((tmp_path / "entered").read_text()))
