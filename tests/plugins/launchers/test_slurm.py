"""The launcher `slurm`, with a real Slurm on this machine."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("submitit")

from slow_cells import SLOW
from slurm_processes import SlurmProcesses
from small_jobs import HARM, all_polled, polled_until, small_job
from small_runs import DENSE, different_ends, small_images

from zookit.core import Jobs, ZookitError
from zookit.core.run_archive import unpack_run
from zookit.plugins.launchers.slurm import Slurm
from zookit.runs.run import read_run

ENDLESS = 1_000_000
PATIENCE = 300.0
"""Slurm looks for jobs beyond their time limit every 30 seconds."""


def test_without_slurm_it_says_where_to_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ZookitError, match="srun"):
        Slurm().open(tmp_path)


@pytest.fixture
def cluster(slurm_processes: SlurmProcesses, monkeypatch: pytest.MonkeyPatch) -> SlurmProcesses:
    """A cluster that this process and its children see, with plugins of the tests."""
    for name, value in slurm_processes.environment.items():
        monkeypatch.setenv(name, value)
    plugins = os.pathsep.join([HARM.partition(":")[0], SLOW.partition(":")[0]])
    monkeypatch.setenv("ZOOKIT_PLUGINS", plugins)
    return slurm_processes


@pytest.fixture
def opened(cluster: SlurmProcesses, tmp_path: Path) -> Iterator[Callable[..., Jobs]]:
    """Open the launcher; at the end, what is left is cancelled."""
    found: list[Jobs] = []
    folder = tmp_path / "launcher"
    folder.mkdir()

    def opened(**parameters: object) -> Jobs:
        found.append(Slurm(**parameters).open(folder))  # type: ignore[arg-type]
        return found[-1]

    yield opened
    for each in found:
        each.close()
    cluster.call("scancel", "--user=root")


def number_of(jobs: Jobs, name: str) -> str:
    """Return the number of a job in Slurm."""
    return jobs.poll()[name].place.partition("Slurm job ")[2].partition(",")[0]


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def sweep(folder: Path, *words: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "zookit", "sweep", *words, "--json", "--quiet"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def all_have_trained(folder: Path, jobs: int) -> bool:
    """Whether all jobs have reported an epoch."""
    found = [json.loads(each.read_text()) for each in folder.glob("status/*.json")]
    return len(found) == jobs and all(each["epochs"] > 0 for each in found)


def results(process: "subprocess.Popen[bytes]") -> dict[str, Path]:
    """Return the run folders of the cells, which have all finished, by their identity."""
    out, messages = process.communicate(timeout=300)
    assert process.returncode == 0, messages.decode()
    cells = json.loads(out)["cells"]
    assert {each["status"] for each in cells} == {"finished"}
    return {each["identity"]: Path(each["folder"]) for each in cells}


@pytest.mark.slow
def test_a_sweep_that_was_left_and_preempted_has_the_bits_of_a_local_one(
    cluster: SlurmProcesses, tmp_path: Path
) -> None:
    """Its process is killed, and one of its jobs preempted. Its cells wait until that is done."""
    go_on = tmp_path / "go_on"
    go_on.touch()
    words = ["-d", small_images(), "-a", DENSE, "--seeds", "2", "--epochs", "20", "--threads", "1"]
    words += ["--batch-size", "4", "--learning-rate", "0.01"]
    words += ["--callbacks", f"{SLOW}:4,until={go_on}"]
    local = results(sweep(tmp_path, *words, "--launcher", "local:workers=1", "--runs-dir", "a"))
    go_on.unlink()
    left = sweep(tmp_path, *words, "--launcher", "slurm", "--runs-dir", "b")
    folder = tmp_path / "b" / ".sweep" / "slurm"
    try:
        wait_until(lambda: left.poll() is not None or all_have_trained(folder, jobs=2))
        assert left.poll() is None, left.communicate()
    finally:
        left.send_signal(signal.SIGKILL)
        left.communicate()
    order, _ = sorted(folder.glob("orders/*.json"))
    cluster.call("scontrol", "requeue", json.loads(order.read_text())["slurm"])
    status = folder / "status" / order.name
    wait_until(lambda: json.loads(status.read_text())["state"] == "waiting")
    wait_until(lambda: json.loads(status.read_text())["state"] == "running")
    go_on.touch()
    wait_until(lambda: not cluster.call("squeue", "-h").strip())
    slurm = results(sweep(tmp_path, "--attach", "b"))
    assert set(slurm) == set(local)
    for identity, run in slurm.items():
        assert different_ends(run, local[identity]) == []
    resumptions = [len(read_run(each).environment.resumptions) for each in slurm.values()]
    assert sorted(resumptions) == [0, 1]
    # They were one array, and nothing of it is left but logs.
    (script,) = folder.glob("slurm/*_submission.sh")
    assert "--array=0-1" in script.read_text()
    left_files = [each for each in folder.rglob("*") if each.is_file() and each.suffix != ".out"]
    assert {each.parent.name for each in left_files} <= {"logs", "slurm"}
    assert not list(folder.rglob("*.pkl"))


@pytest.mark.cluster
def test_what_slurm_stops_goes_on_from_its_checkpoint(
    cluster: SlurmProcesses, opened: Callable[..., Jobs], tmp_path: Path
) -> None:
    """One job is preempted, then comes near its time limit; another one hangs until the limit."""
    jobs = opened(time="1", options=("signal=USR2@20",))
    jobs.submit(small_job("long", epochs=ENDLESS, callbacks=[f"{SLOW}:0.3"]))
    jobs.submit(small_job("hang", callbacks=[f"{HARM}:how=hang"]))
    jobs.submit(small_job("never", seed=1))
    polled_until(lambda: jobs.poll()["long"], lambda status: status.epochs > 2)
    jobs.cancel("never")  # it waits for a processor, or has just begun
    cluster.call("scontrol", "requeue", number_of(jobs, "long"))
    waiting = polled_until(lambda: jobs.poll()["long"], lambda status: status.state == "waiting")
    assert waiting.epochs > 2
    wait_until(lambda: jobs.poll()["hang"].state == "lost")
    assert "time" in jobs.poll()["hang"].reason
    assert polled_until(lambda: jobs.poll()["never"]).state in ("interrupted", "finished")
    starts = tmp_path / "launcher" / "jobs" / "long"

    def resumed(times: int) -> bool:
        assert jobs.poll()["long"].state in ("waiting", "running"), jobs.poll()["long"]
        found = [read_run(each.parent) for each in starts.glob("*/environment.json")]
        return bool(found) and len(found[0].environment.resumptions) == times

    wait_until(lambda: resumed(2))
    epochs = jobs.poll()["long"].epochs
    jobs.cancel("long")
    assert polled_until(lambda: jobs.poll()["long"]).state == "interrupted"
    jobs.collect("long", tmp_path / "long.tar")
    record = read_run(unpack_run(tmp_path / "long.tar", tmp_path))
    assert record.epochs >= epochs > waiting.epochs
    assert len(record.environment.resumptions) == 2


@pytest.mark.cluster
def test_jobs_that_fail_say_why(
    cluster: SlurmProcesses, opened: Callable[..., Jobs], tmp_path: Path
) -> None:
    jobs = opened(setup=("export ZOOKIT_WITH=",), memory="2000M")
    jobs.submit(small_job("fails", callbacks=[f"{HARM}:how=raise"]))
    jobs.submit(small_job("cancelled", epochs=ENDLESS, callbacks=[f"{SLOW}:0.3"]))
    jobs.submit(small_job("again", epochs=ENDLESS))
    polled_until(lambda: jobs.poll()["cancelled"], lambda status: status.epochs > 0)
    cluster.call("scancel", number_of(jobs, "cancelled"), number_of(jobs, "again"))
    statuses = all_polled(jobs, "fails", "cancelled", "again")
    assert [each.state for each in statuses.values()] == ["failed", "lost", "lost"]
    assert "no luck" in statuses["fails"].reason
    assert "cancelled" in statuses["cancelled"].reason
    jobs.collect("cancelled", tmp_path / "cancelled.tar")
    assert read_run(unpack_run(tmp_path / "cancelled.tar", tmp_path)).epochs > 0
    wrong = opened(partition="nowhere")
    wrong.submit(small_job("wrong"))
    with pytest.raises(ZookitError, match="partition"):
        wrong.poll()
