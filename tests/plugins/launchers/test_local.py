"""The pool of worker processes: which job starts when, and what is left at the end."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from processes import is_running
from small_jobs import HARM, all_polled, polled_until, small_job
from small_runs import different_ends, run_by_command

from zookit.core import Job, Jobs, JobStatus
from zookit.core.run_archive import unpack_run
from zookit.plugins.launchers import local
from zookit.plugins.launchers.local import Local
from zookit.runs.run import read_run


class Process:
    """Stands for a worker's process, for the order in which jobs start."""

    made: ClassVar[list["Process"]] = []

    def __init__(self, log: Path) -> None:
        self.jobs: list[Job] = []
        self.now = JobStatus("waiting")
        self.ended = False
        self.made.append(self)

    @property
    def takes_jobs(self) -> bool:
        return not self.ended and self.now.state != "running"

    def start(self, job: Job, folder: Path) -> None:
        assert self.takes_jobs
        self.jobs.append(job)
        self.now = JobStatus("running")

    def status(self) -> JobStatus:
        return self.now

    def stop(self) -> None:
        self.now = JobStatus("interrupted")

    def end(self) -> None:
        self.stop()
        self.ended = True

    def has_ended(self) -> bool:
        return self.ended

    def kill(self) -> None:
        self.ended = True


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Process]:
    """The processes that were made, on a machine with four processors."""
    monkeypatch.setattr(Process, "made", [])
    monkeypatch.setattr(local, "WorkerProcess", Process)
    monkeypatch.setattr(local, "processors", lambda: 4)
    return Process.made


def job(name: str, threads: int = 1) -> Job:
    return Job(name, "", "", threads)


def states(jobs: Jobs) -> dict[str, str]:
    return {name: status.state for name, status in jobs.poll().items()}


def end(made: list[Process], name: str, state: JobStatus | None = None) -> None:
    (process,) = (each for each in made if each.jobs and each.jobs[-1].name == name)
    process.now = state or JobStatus("finished")


def test_jobs_use_all_processors_and_no_more(made: list[Process], tmp_path: Path) -> None:
    jobs = Local().open(tmp_path)
    assert jobs.capacity() == 4
    for name, threads in (("a", 2), ("b", 1), ("c", 2), ("d", 1)):
        jobs.submit(job(name, threads))
    assert states(jobs) == {"a": "running", "b": "running", "c": "waiting", "d": "waiting"}
    assert jobs.capacity() == 0
    end(made, "b")
    assert states(jobs) == {"a": "running", "b": "finished", "c": "running", "d": "waiting"}
    end(made, "a")
    assert states(jobs)["d"] == "running"
    assert [[each.name for each in process.jobs] for process in made] == [["a"], ["b", "d"], ["c"]]
    assert jobs.capacity() == 1


def test_a_job_of_more_threads_than_processors_runs_alone(
    made: list[Process], tmp_path: Path
) -> None:
    jobs = Local().open(tmp_path)
    for name, threads in (("a", 1), ("big", 8), ("b", 1)):
        jobs.submit(job(name, threads))
    assert states(jobs) == {"a": "running", "big": "waiting", "b": "waiting"}
    end(made, "a")
    assert states(jobs) == {"a": "finished", "big": "running", "b": "waiting"}
    end(made, "big")
    assert states(jobs)["b"] == "running"


def test_no_more_jobs_than_workers(made: list[Process], tmp_path: Path) -> None:
    jobs = Local(workers=2).open(tmp_path)
    assert jobs.capacity() == 2
    jobs.submit(job("a"))
    assert jobs.capacity() == 1
    jobs.submit(job("b"))
    jobs.submit(job("c"))
    assert jobs.capacity() == 0
    assert states(jobs)["c"] == "waiting"


def test_a_process_is_replaced_after_its_runs_or_if_it_has_ended(
    made: list[Process], tmp_path: Path
) -> None:
    jobs = Local(workers=1, cells=2).open(tmp_path)
    for name in "abcd":
        jobs.submit(job(name))
        jobs.poll()
        end(made, name)
        made[-1].ended = name == "c"
    jobs.poll()
    assert [[each.name for each in process.jobs] for process in made] == [["a", "b"], ["c"], ["d"]]
    assert made[0].ended


def test_no_process_can_be_started(
    made: list[Process], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(log: Path) -> None:
        raise OSError(12, "no memory")

    monkeypatch.setattr(local, "WorkerProcess", fail)
    jobs = Local().open(tmp_path)
    jobs.submit(job("a"))
    status = jobs.poll()["a"]
    assert (status.state, "no memory" in status.reason) == ("lost", True)


def test_no_more_processes_than_workers(made: list[Process], tmp_path: Path) -> None:
    """A process holds TensorFlow in memory, and takes only jobs of one number of threads."""
    jobs = Local(workers=2).open(tmp_path)
    for name, threads in (("a", 1), ("b", 2)):
        jobs.submit(job(name, threads))
    end(made, "a")
    end(made, "b")
    states(jobs)
    jobs.submit(job("c", 4))
    assert [each.ended for each in made] == [True, False, False]
    end(made, "c")
    states(jobs)
    jobs.submit(job("d", 2))
    assert [each.name for each in made[1].jobs] == ["b", "d"]


def test_cancelled_and_closed(made: list[Process], tmp_path: Path) -> None:
    jobs = Local(workers=1).open(tmp_path)
    for name in "abc":
        jobs.submit(job(name))
    jobs.cancel("a")
    jobs.cancel("b")
    jobs.cancel("unknown")
    assert states(jobs) == {"a": "interrupted", "b": "interrupted", "c": "running"}
    with pytest.raises(FileNotFoundError):
        jobs.collect("b", tmp_path / "b.tar")
    assert "b" not in states(jobs)
    jobs.close()
    assert states(jobs) == {"a": "interrupted", "c": "interrupted"}
    assert all(each.ended for each in made)
    jobs.submit(job("a"))
    assert states(jobs)["a"] == "running"
    jobs.close()


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jobs]:
    monkeypatch.setenv("ZOOKIT_PLUGINS", HARM.partition(":")[0])
    monkeypatch.setattr(local, "processors", lambda: 2)
    opened = Local().open(tmp_path / "launcher")
    (tmp_path / "launcher").mkdir()
    yield opened
    opened.close()


@pytest.mark.slow
def test_jobs_that_do_harm_and_eight_that_do_not(jobs: Jobs, tmp_path: Path) -> None:
    """A crash, a job without end, one that eats memory and one that raises an error."""
    bad = {
        "abort": small_job("abort", callbacks=[f"{HARM}:how=abort"]),
        "hang": small_job("hang", callbacks=[f"{HARM}:how=hang"], seconds=10),
        "eat": small_job("eat", callbacks=[f"{HARM}:how=eat"]),
        "raise": small_job("raise", callbacks=[f"{HARM}:how=raise"]),
    }
    good = {f"good-{seed}": small_job(f"good-{seed}", seed=seed) for seed in range(8)}
    order = [*list(good)[:4], *bad, *list(good)[4:]]
    for name in order:
        jobs.submit((good | bad)[name])
    statuses = all_polled(jobs, *order)
    assert {statuses[name].state for name in good} == {"finished"}
    assert statuses["abort"].state == statuses["hang"].state == "lost"
    assert statuses["raise"].state == "failed"
    assert statuses["eat"].state in ("failed", "lost")
    assert all(statuses[name].reason for name in bad)
    for name in order:
        jobs.collect(name, tmp_path / f"{name}.tar")
        run = unpack_run(tmp_path / f"{name}.tar", tmp_path)
        assert (read_run(run).status == "finished") == (name in good)
    options = ("--threads", "1", "--seed", "7", "--epochs", "2")
    cold = run_by_command(tmp_path / "cold", *options)
    run = unpack_run(tmp_path / "good-7.tar", tmp_path / "cold")
    assert different_ends(run, cold) == []


@pytest.mark.slow
def test_what_a_closed_sweep_leaves_is_continued(jobs: Jobs, tmp_path: Path) -> None:
    long = small_job("long", epochs=1_000_000)
    jobs.submit(long)
    status = polled_until(lambda: jobs.poll()["long"], lambda status: status.epochs > 1)
    process = int(status.place.split()[-1])
    jobs.close()
    assert not is_running(process)
    assert jobs.poll()["long"].state == "interrupted"
    again = Local().open(tmp_path / "launcher")
    assert again.poll() == {}
    again.submit(long)
    before = jobs.poll()["long"].epochs
    polled_until(lambda: again.poll()["long"], lambda status: status.epochs > before)
    again.close()
    again.collect("long", tmp_path / "long.tar")
    record = read_run(unpack_run(tmp_path / "long.tar", tmp_path))
    assert len(record.environment.resumptions) == 1
    assert os.listdir(tmp_path / "launcher" / "jobs") == []  # noqa: PTH208
