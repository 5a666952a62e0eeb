"""A worker trains jobs in a process of its own, and says how each of them ended."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from processes import is_running
from small_jobs import HARM, polled_until, small_job
from small_runs import different_ends, run_by_command

from zookit.core import Job, WorkerProcess
from zookit.core.run_archive import collect_run, unpack_run
from zookit.runs.run import read_run

ENDLESS = 1_000_000


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WorkerProcess]:
    monkeypatch.setenv("ZOOKIT_PLUGINS", HARM.partition(":")[0])
    process = WorkerProcess(tmp_path / "log")
    yield process
    process.kill()


def run_in(folder: Path) -> Path:
    (found,) = (each.parent for each in folder.glob("*/experiment.toml"))
    return found


def log_of(folder: Path) -> str:
    return Path(folder, "log").read_text()


@pytest.mark.slow
def test_one_process_trains_stops_continues_and_fails(
    worker: WorkerProcess, tmp_path: Path
) -> None:
    """All in one test, as each process imports TensorFlow."""
    assert worker.takes_jobs
    callbacks = [f"{HARM}:how=speak"]
    long = small_job("long", callbacks=callbacks, epochs=ENDLESS)
    worker.start(long, tmp_path / "long")
    assert not worker.takes_jobs
    with pytest.raises(RuntimeError):
        worker.start(long, tmp_path / "other")
    status = polled_until(worker.status, lambda status: status.epochs >= 2)
    assert (status.state, set(status.values)) == ("running", {"loss", "accuracy"})
    assert collect_run(tmp_path / "long", tmp_path / "running.tar")  # a snapshot
    worker.stop()
    worker.stop()
    status = polled_until(worker.status)
    assert (status.state, status.warnings) == ("interrupted", ("that is odd",))
    assert str(worker.pid) in status.place
    assert '"ended": "finished"' in log_of(tmp_path)

    assert worker.takes_jobs, log_of(tmp_path)
    done = read_run(run_in(tmp_path / "long"))
    assert done.status == "interrupted"
    collect_run(tmp_path / "long", tmp_path / "long.tar")
    assert not (tmp_path / "long").exists()
    again = replace(long, start=tmp_path / "long.tar")  # of the name of a job that was stopped
    worker.start(again, tmp_path / "again")
    polled_until(worker.status, lambda status: status.epochs > done.epochs)
    worker.stop()
    assert polled_until(worker.status).state == "interrupted"
    continued = read_run(run_in(tmp_path / "again"))
    assert len(continued.environment.resumptions) == 1
    assert continued.history["loss"][: done.epochs] == done.history["loss"]

    worker.start(small_job("bad", callbacks=[f"{HARM}:how=raise"]), tmp_path / "bad")
    failed = polled_until(worker.status)
    assert (failed.state, failed.epochs) == ("failed", 1)
    for each in ("RuntimeError: no luck", "callback 'harm'", "bad_cells.py"):
        assert each in failed.reason
    assert "\n" not in failed.reason
    assert read_run(run_in(tmp_path / "bad")).status == "failed"

    worker.start(small_job("good"), tmp_path / "good")
    assert polled_until(worker.status).state == "finished", log_of(tmp_path)
    assert worker.status().seconds == worker.status().seconds
    worker.end()
    worker.wait()
    assert worker.has_ended()
    assert not worker.takes_jobs


@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "facts"),
    [
        ("abort", ("SIGABRT", "end", "bad_cells.py")),
        ("exit", ("exit code 3",)),
        ("kill", ("SIGKILL", "memory")),
        ("hang", ("12 s", ".py:")),
    ],
)
def test_a_process_that_ends_or_hangs_is_lost(
    worker: WorkerProcess, tmp_path: Path, how: str, facts: tuple[str, ...]
) -> None:
    seconds = 12 if how == "hang" else None
    job = small_job(callbacks=[f"{HARM}:how={how}"], seconds=seconds)
    worker.start(job, tmp_path / "job")
    status = polled_until(worker.status)
    assert status.state == "lost"
    assert all(each in status.reason for each in facts), status.reason
    assert worker.has_ended()
    assert not worker.takes_jobs
    assert read_run(run_in(tmp_path / "job")).status == "killed"
    assert collect_run(tmp_path / "job", tmp_path / "left.tar")


SLOW_IMPORT = """
import sys, time

class Slow:
    def find_spec(self, name, *more):
        if name == "keras":
            time.sleep({seconds})

sys.meta_path.insert(0, Slow())
"""


def slow_import(folder: Path, monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let the import of Keras take so much longer in new processes."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(SLOW_IMPORT.format(seconds=seconds))
    monkeypatch.setenv("PYTHONPATH", str(folder))


@pytest.mark.slow
def test_the_import_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow_import(tmp_path / "site", monkeypatch, seconds=14)
    worker = WorkerProcess(tmp_path / "log")
    worker.start(small_job(seconds=12), tmp_path / "job")
    status = polled_until(worker.status)
    worker.kill()
    assert status.state == "finished", status


def test_an_import_that_does_not_end_loses_a_job_with_a_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_import(tmp_path / "site", monkeypatch, seconds=600)
    monkeypatch.setattr("zookit.core.worker_process.IMPORT_SECONDS", 0.1)
    monkeypatch.setattr("zookit.core.worker_process._GRACE", 0.0)
    worker = WorkerProcess(tmp_path / "log")
    worker.start(Job("one", "", "", 1, seconds=60), tmp_path / "job")
    status = polled_until(worker.status)
    assert status.state == "lost"
    assert "TensorFlow" in status.reason
    assert worker.has_ended()


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0, 0.5, 2, 4])
def test_a_job_is_stopped_wherever_it_is(
    worker: WorkerProcess, tmp_path: Path, seconds: float
) -> None:
    """Such as while TensorFlow is imported, where an error could block all further imports."""
    worker.start(small_job(epochs=ENDLESS), tmp_path / "job")
    time.sleep(seconds)
    worker.stop()
    assert polled_until(worker.status).state == "interrupted"
    worker.end()
    worker.wait()
    assert worker.has_ended()


@pytest.mark.slow
def test_killed_by_us(worker: WorkerProcess, tmp_path: Path) -> None:
    worker.start(small_job(epochs=ENDLESS), tmp_path / "job")
    polled_until(worker.status, lambda status: status.epochs > 0)
    worker.kill()
    status = worker.status()
    assert (status.state, status.reason) == ("lost", "its process was killed")


@pytest.mark.slow
def test_memory_that_runs_out_costs_the_job_and_its_process(
    worker: WorkerProcess, tmp_path: Path
) -> None:
    worker.start(small_job(callbacks=[f"{HARM}:how=eat"]), tmp_path / "job")
    status = polled_until(worker.status)
    assert status.state in ("failed", "lost")
    assert status.reason
    assert not worker.takes_jobs


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A cgroup whose processes may have 200 MB more than they have now."""
    cgroup = Path(f"/sys/fs/cgroup/memory/zookit-test-{os.getpid()}")
    try:
        cgroup.mkdir()
    except OSError as error:
        pytest.skip(f"no cgroup can be made: {error}")
    try:
        (cgroup / "memory.limit_in_bytes").write_text("200M")
        monkeypatch.setenv("TEST_CGROUP", str(cgroup))
        yield
    finally:
        cgroup.rmdir()


@pytest.mark.slow
@pytest.mark.usefixtures("little_memory")
def test_the_reason_names_memory_if_the_system_killed_the_process_for_it(tmp_path: Path) -> None:
    job = small_job(callbacks=[f"{HARM}:how=oom"])  # which names the file to child processes too
    worker = WorkerProcess(tmp_path / "log")
    worker.start(job, tmp_path / "job")
    status = polled_until(worker.status)
    worker.kill()
    assert (status.state, "by the system, because memory ran out" in status.reason) == (
        "lost",
        True,
    )


@pytest.mark.slow
def test_bits_are_those_of_cold_processes(worker: WorkerProcess, tmp_path: Path) -> None:
    """Each architecture is trained in this worker after, and before, each other kind."""
    order = ["dropout", "dense", "cnn", "bfloat16", "dense", "dropout", "bfloat16", "cnn"]
    architectures = {"dropout": "dense:8,dropout=0.1", "dense": "dense:16", "cnn": "cnn:4"}
    precisions = {"bfloat16": "mixed_bfloat16"}
    cold = {}
    for kind in set(order):
        options = ["--threads", "1", "--seed", "3", "--epochs", "2"]
        options += ["--precision", precisions.get(kind, "float32")]
        architecture = architectures.get(kind, "cnn:4")
        cold[kind] = run_by_command(tmp_path / kind, *options, architecture=architecture)
    for at, kind in enumerate(order):
        precision = precisions.get(kind, "float32")
        architecture = architectures.get(kind, "cnn:4")
        job = small_job(f"job-{at}", architecture, seed=3, precision=precision)
        worker.start(job, tmp_path / job.name)
        status = polled_until(worker.status)
        assert status.state == "finished", status
        assert different_ends(run_in(tmp_path / job.name), cold[kind]) == [], (at, kind)


STARTS = """
import sys, time
from pathlib import Path
from zookit.core import Job, WorkerProcess

folder = Path(sys.argv[1])
worker = WorkerProcess(folder / "log")
experiment = (folder / "experiment").read_text()
worker.start(Job("one", experiment, sys.argv[2], 1), folder / "job")
while worker.status().epochs < 1:
    assert worker.status().state == "running", worker.status()
    time.sleep(0.02)
print(worker.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.slow
def test_it_writes_a_checkpoint_and_ends_when_its_parent_is_killed(
    worker: WorkerProcess, tmp_path: Path
) -> None:
    job: Job = small_job("one", epochs=ENDLESS)
    (tmp_path / "experiment").write_text(job.experiment)
    parent = subprocess.Popen(
        [sys.executable, "-c", STARTS, str(tmp_path), job.data_hash],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    os.kill(parent.pid, signal.SIGKILL)
    parent.communicate()
    # The next worker waits for it, and continues.
    worker.start(job, tmp_path / "job")
    left = polled_until(worker.status, lambda status: status.epochs > 0).epochs
    assert not is_running(child)
    polled_until(worker.status, lambda status: status.epochs > left)
    worker.stop()
    assert polled_until(worker.status).state == "interrupted"
    record = read_run(run_in(tmp_path / "job"))
    assert [each.epochs > 0 for each in record.environment.resumptions] == [True]


def test_a_process_that_cannot_start_loses_its_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zookit.core.worker_process._CODE", "raise OSError('no luck')")
    worker = WorkerProcess(tmp_path / "log")
    worker.start(Job("one", "", "", 1), tmp_path / "job")
    status = polled_until(worker.status)
    assert status.state == "lost"
    assert not worker.takes_jobs
    for fact in ("exit code 1", "OSError: no luck"):
        assert fact in status.reason


def test_an_archive_is_unpacked_where_it_is_wanted(tmp_path: Path) -> None:
    run = tmp_path / "job" / "20260101-000000-aa"
    run.mkdir(parents=True)
    (run / "experiment.toml").write_text("format = 2")
    collect_run(tmp_path / "job", tmp_path / "run.tar")
    assert unpack_run(tmp_path / "run.tar", tmp_path) == tmp_path / run.name
