"""The launcher `dask`, with a real scheduler and real workers that share no folder."""

import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

pytest.importorskip("distributed")

from dask_processes import DaskProcesses
from distributed import Client, LocalCluster
from slow_cells import SLOW
from small_jobs import HARM, all_polled, polled_until, small_job
from small_runs import different_ends

from zookit.core import Job, Jobs, JobStatus, ZookitError
from zookit.core.run_archive import unpack_run
from zookit.plugins.launchers.dask import Dask
from zookit.plugins.launchers.local import Local
from zookit.runs.run import read_run

ENDLESS = 1_000_000


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[DaskProcesses]:
    folder = tmp_path / "cluster"
    folder.mkdir()
    processes = DaskProcesses(folder)
    processes.start_scheduler()
    yield processes
    processes.close()


@pytest.fixture
def opened(cluster: DaskProcesses, tmp_path: Path) -> Iterator[Callable[..., Jobs]]:
    """Open the launcher at the cluster, by the name of its folder."""
    found = []

    def opened(name: str = "sweep", workers: int | None = None) -> Jobs:
        if workers is not None:
            with Client(cluster.address, set_as_default=False) as client:
                client.wait_for_workers(workers, timeout=60)
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        jobs = Dask(address=cluster.address).open(folder)
        found.append(jobs)
        return jobs

    yield opened
    for each in found:
        each.close()


def collected(jobs: Jobs, name: str, folder: Path) -> Path:
    jobs.collect(name, folder / f"{name}.tar")
    (folder / name).mkdir()
    return unpack_run(folder / f"{name}.tar", folder / name)


@pytest.mark.cluster
def test_a_job_on_a_cluster_in_this_process(tmp_path: Path) -> None:
    """One test of all that is usual, as its process imports TensorFlow."""
    with LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        processes=False,
        protocol="tcp",
        dashboard_address=None,
        local_directory=str(tmp_path / "local"),
    ) as local:
        (tmp_path / "sweep").mkdir()
        jobs = Dask(address=local.scheduler_address).open(tmp_path / "sweep")
        assert jobs.capacity() == 2  # one runs, one waits
        jobs.submit(small_job("one", epochs=ENDLESS))
        jobs.submit(small_job("two"))
        assert jobs.capacity() == 0
        status = polled_until(lambda: jobs.poll()["one"], lambda status: status.epochs >= 2)
        assert (status.state, set(status.values)) == ("running", {"loss", "accuracy"})
        assert status.place
        assert jobs.poll()["two"].state == "waiting"
        assert polled_until(lambda: jobs.poll()["two"], lambda _: has(jobs, "one", tmp_path))
        jobs.cancel("one")
        assert all_polled(jobs, "one", "two")["one"].state == "interrupted"
        assert jobs.poll()["two"].state == "finished", jobs.poll()
        assert read_run(collected(jobs, "one", tmp_path)).status == "interrupted"
        assert read_run(collected(jobs, "two", tmp_path)).status == "finished"
        assert jobs.poll() == {}
        jobs.submit(small_job("never"))
        jobs.close()
        # Nothing of it is left on the worker.
        assert not list((tmp_path / "local").rglob("*.toml"))


def has(jobs: Jobs, name: str, folder: Path) -> bool:
    """Whether the last checkpoint of a job that trains has come."""
    try:
        return bool(jobs.collect(name, folder / "checkpoint.tar"))
    except FileNotFoundError:
        return False


@pytest.fixture
def go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file until whose existence the jobs with `slow(go_on)` wait at the end of each epoch."""
    monkeypatch.setenv("ZOOKIT_PLUGINS", SLOW.partition(":")[0])
    return tmp_path / "go_on"


def slow(go_on: Path) -> str:
    return f"{SLOW}:4,until={go_on}"


@pytest.mark.slow
def test_results_are_those_of_the_launcher_local(
    cluster: DaskProcesses, opened: Callable[..., Jobs], go_on: Path, tmp_path: Path
) -> None:
    cluster.start_worker("one")
    cluster.start_worker("two")
    jobs = opened(workers=2)
    three = [
        small_job(f"job-{seed}", callbacks=[slow(go_on)], epochs=20, seed=seed) for seed in range(3)
    ]
    for each in three:
        jobs.submit(each)
    running = {each.place for each in (trained(jobs, "job-0"), trained(jobs, "job-1"))}
    assert running == {"worker one", "worker two"}
    with Client(cluster.address, set_as_default=False) as client:
        in_flight = sum(len(each) for each in client.processing().values())
    assert in_flight == 2, "a job waits behind another on a worker"
    go_on.touch()
    statuses = all_polled(jobs, *(each.name for each in three))
    assert {each.state for each in statuses.values()} == {"finished"}, statuses
    for name, local in trained_locally(three, tmp_path).items():
        assert different_ends(collected(jobs, name, tmp_path), local) == []


def trained_locally(jobs: Sequence[Job], folder: Path) -> dict[str, Path]:
    """Return the run folders of jobs by their names, as the launcher `local` trains them."""
    (folder / "local").mkdir()
    (folder / "local runs").mkdir()
    local = Local(workers=1).open(folder / "local")
    try:
        for each in jobs:
            local.submit(each)
        statuses = all_polled(local, *(each.name for each in jobs))
        assert {each.state for each in statuses.values()} == {"finished"}, statuses
        return {each.name: collected(local, each.name, folder / "local runs") for each in jobs}
    finally:
        local.close()


def trained(jobs: Jobs, name: str) -> JobStatus:
    """Return the status of a job once it has trained an epoch; it must not be over."""
    status = polled_until(lambda: jobs.poll()[name], lambda status: status.epochs > 0)
    assert status.state == "running", status
    return status


@pytest.mark.slow
def test_a_killed_worker_costs_the_epochs_after_the_last_checkpoint(
    cluster: DaskProcesses, opened: Callable[..., Jobs], go_on: Path, tmp_path: Path
) -> None:
    cluster.start_worker("one")
    jobs = opened(workers=1)
    job = small_job("job", callbacks=[slow(go_on)], epochs=20)
    jobs.submit(job)
    status = polled_until(lambda: jobs.poll()["job"], lambda _: has(jobs, "job", tmp_path))
    assert status.state == "running", status
    cluster.kill("one")
    polled_until(lambda: jobs.poll()["job"], lambda status: status.state == "waiting")
    go_on.touch()
    cluster.start_worker("two")
    status = polled_until(lambda: jobs.poll()["job"])
    assert (status.state, status.place) == ("finished", "worker two"), status
    run = collected(jobs, "job", tmp_path)
    assert len(read_run(run).environment.resumptions) == 1
    assert different_ends(run, trained_locally([job], tmp_path)["job"]) == []


@pytest.mark.cluster
def test_a_killed_scheduler_is_an_error_and_a_new_call_goes_on(
    cluster: DaskProcesses, opened: Callable[..., Jobs], tmp_path: Path
) -> None:
    cluster.start_worker("one")
    jobs = opened(workers=1)
    jobs.submit(small_job("job", epochs=200))
    polled_until(lambda: jobs.poll()["job"], lambda _: has(jobs, "job", tmp_path))
    address = cluster.address
    cluster.kill("scheduler")
    with pytest.raises(ZookitError) as error:
        polled_until(lambda: jobs.poll()["job"])
    assert address in str(error.value)
    started = time.monotonic()
    jobs.close()
    assert time.monotonic() - started < 30
    cluster.start_scheduler()
    cluster.start_worker("two")
    again = opened(workers=1)
    again.submit(small_job("job", epochs=200))
    assert all_polled(again, "job")["job"].state == "finished"
    assert len(read_run(collected(again, "job", tmp_path)).environment.resumptions) == 1


@pytest.mark.cluster
def test_a_scheduler_that_hangs_is_an_error(
    cluster: DaskProcesses, opened: Callable[..., Jobs], monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = opened()
    monkeypatch.setattr("zookit.plugins.launchers.dask_slots._SECONDS", 1.0)
    scheduler = cluster.processes["scheduler"]
    scheduler.send_signal(signal.SIGSTOP)
    with pytest.raises(ZookitError, match="has not answered for 1 s") as error:
        polled_until(lambda: jobs.poll().get("none", JobStatus("waiting")))
    assert cluster.address in str(error.value)
    scheduler.send_signal(signal.SIGCONT)


@pytest.mark.cluster
def test_other_versions_are_refused(
    cluster: DaskProcesses, opened: Callable[..., Jobs], tmp_path: Path
) -> None:
    old = tmp_path / "old" / "keras-0.1.dist-info"
    old.mkdir(parents=True)
    (old / "METADATA").write_text("Metadata-Version: 2.1\nName: keras\nVersion: 0.1\n")
    cluster.start_worker("old", environment={"PYTHONPATH": str(tmp_path / "old")})
    with pytest.raises(ZookitError) as error:
        opened(workers=1)
    for each in ("tcp://127.0.0.1:", "keras 0.1"):
        assert each in str(error.value)
    cluster.kill("old")
    # One that comes later is not used, and the others go on.
    cluster.start_worker("good")
    jobs = opened("later", workers=1)
    cluster.start_worker("old", threads=4, environment={"PYTHONPATH": str(tmp_path / "old")})
    jobs.submit(small_job("one"))
    jobs.submit(small_job("two"))
    places = {each.place for each in all_polled(jobs, "one", "two").values()}
    assert places == {"worker good"}


@pytest.mark.cluster
def test_two_sweeps_share_a_cluster(
    cluster: DaskProcesses, opened: Callable[..., Jobs], tmp_path: Path
) -> None:
    cluster.start_worker("one", threads=2)
    cluster.start_worker("two", threads=1)
    sweeps = {name: opened(name, workers=2) for name in ("this", "that")}
    for jobs in sweeps.values():
        for at in range(4):
            jobs.submit(small_job(f"job-{at}", threads=1 + at % 2, seed=at))
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        polled = [jobs.poll() for jobs in sweeps.values()]
        if {each.state for found in polled for each in found.values()} == {"finished"}:
            break
        time.sleep(0.05)
    else:
        pytest.fail(str(polled))
    for name, jobs in sweeps.items():
        (tmp_path / f"out-{name}").mkdir()
        for at in range(4):
            run = collected(jobs, f"job-{at}", tmp_path / f"out-{name}")
            assert read_run(run).status == "finished"


@pytest.mark.cluster
def test_what_a_training_does_to_its_process_does_not_hurt_the_worker(
    cluster: DaskProcesses,
    opened: Callable[..., Jobs],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ZOOKIT_PLUGINS", HARM.partition(":")[0])
    cluster.start_worker("one")
    jobs = opened(workers=1)
    jobs.submit(small_job("bad", callbacks=[f"{HARM}:how=abort"]))
    jobs.submit(small_job("good"))
    statuses = all_polled(jobs, "bad", "good")
    assert statuses["bad"].state == "lost"
    assert "SIGABRT" in statuses["bad"].reason
    assert (statuses["good"].state, statuses["good"].place) == ("finished", "worker one")


@pytest.mark.cluster
@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_a_cluster_with_tls(tmp_path: Path) -> None:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=dask"]
    subprocess.run([*words, "-keyout", key, "-out", cert], check=True, capture_output=True)
    tls = ("--tls-ca-file", str(cert), "--tls-cert", str(cert), "--tls-key", str(key))
    cluster = DaskProcesses(tmp_path, options=("--protocol", "tls", *tls))
    try:
        address = cluster.start_scheduler()
        assert address.startswith("tls://")
        cluster.start_worker("one")
        jobs = Dask(address, ca_file=cert, cert=cert, key=key).open(tmp_path)
        jobs.submit(small_job("one"))
        assert all_polled(jobs, "one")["one"].state == "finished"
        jobs.close()
        with pytest.raises(ZookitError, match="tls://"):
            Dask(address).open(tmp_path)  # Dask's configuration has no certificate
    finally:
        cluster.close()


@pytest.mark.cluster
def test_an_autoscaled_cluster_grows(tmp_path: Path) -> None:
    local = LocalCluster(
        n_workers=0,
        processes=False,
        protocol="tcp",
        threads_per_worker=1,
        dashboard_address=None,
        local_directory=str(tmp_path / "local"),
    )
    with local:
        local.adapt(minimum=0, maximum=2, interval="200ms")
        jobs = Dask(address=local.scheduler_address).open(tmp_path)
        assert jobs.capacity() == 1
        jobs.submit(small_job("one"))
        polled_until(lambda: jobs.poll()["one"], lambda status: bool(status.place))
        assert all_polled(jobs, "one")["one"].state == "finished"
        jobs.close()


@pytest.mark.cluster
def test_a_cluster_of_its_own(tmp_path: Path) -> None:
    jobs = Dask(workers=1).open(tmp_path)
    jobs.submit(small_job("one"))
    assert all_polled(jobs, "one")["one"].state == "finished"
    assert read_run(collected(jobs, "one", tmp_path)).status == "finished"
    jobs.close()
