"""What `mlflow` logs, as MLflow's own client reads it, and what it does without a server."""

import dataclasses
import logging
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import keras
import pytest
from conftest import Command
from listened_runs import end_early, train

from zookit import Run
from zookit.core import Callback, ComponentSpec, Experiment
from zookit.core.data import lock_file
from zookit.plugins.listeners.mlflow import Mlflow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlflow import MlflowClient
    from mlflow.entities import Run as Tracked

# With pytest-xdist, one worker imports MLflow for all of them.
pytestmark = pytest.mark.xdist_group("mlflow")


def store() -> "MlflowClient":
    """What another program in the same folder uses by default."""
    from mlflow import MlflowClient  # in a test only, because the import may send telemetry

    return MlflowClient()


def tracked(experiment: str = "zookit") -> "Sequence[Tracked]":
    """The runs of an experiment."""
    found = store().get_experiment_by_name(experiment)
    return store().search_runs([found.experiment_id]) if found else []


def metrics(run: "Tracked") -> dict[str, dict[int, float]]:
    """The metrics of a run by name and step."""
    return {
        name: {each.step: each.value for each in store().get_metric_history(run.info.run_id, name)}
        for name in run.data.metrics
    }


def assert_complete(tracked: "Tracked", run: Run) -> None:
    """The metrics are those of the run: epochs from 1, and the test metrics at the last."""
    found = metrics(tracked)
    # The folder has them in milliseconds.
    seconds = dict(enumerate(run.seconds, start=1))
    assert found.pop("seconds") == pytest.approx(seconds, abs=0.001)
    assert found == {
        **{name: dict(enumerate(values, start=1)) for name, values in run.history.items()},
        **{f"test_{name}": {run.epochs: value} for name, value in run.metrics.items()},
    }


def variables() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("MLFLOW")}


def artifacts(run: "Tracked") -> dict[str, bytes]:
    """The content of the artifacts by path."""
    return files(Path(store().download_artifacts(run.info.run_id, "")))


def files(folder: Path) -> dict[str, bytes]:
    """The content of the files in a folder by path, except for the lock, emptied at the end."""
    return {
        str(each.relative_to(folder)): each.read_bytes()
        for each in folder.rglob("*")
        if each.is_file() and each.name != ".lock"
    }


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What was printed, except for what zookit says about Lopsided and what is learned from it."""
    printed = "".join(capsys.readouterr()).splitlines()
    return [each for each in printed if "Lopsided" not in each and "not learned" not in each]


def context_of_a_run(folder: Path) -> Any:
    """As much of a run's context as the listener uses."""
    spec = ComponentSpec("zookit/x", {})
    environment = {"identity": "i", "group": "g"}
    return SimpleNamespace(
        folder=folder, environment=environment, experiment=Experiment(spec, spec)
    )


@pytest.mark.usefixtures("mlflow_store")
def test_parameters_metrics_status_and_folder_are_logged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    store()  # MLflow sets the levels of its loggers now
    capsys.readouterr()
    before = variables()
    levels = {name: logging.getLogger(name).level for name in ("mlflow", "urllib3.connectionpool")}
    options = {"callbacks": "stop_at_loss:0.001", "optimizer": "sgd:momentum=0.5"}
    result = train("tensorboard", "mlflow", quiet=True, augment=("flip",), **options)
    assert variables() == before
    assert {name: logging.getLogger(name).level for name in levels} == levels
    assert lines(capsys) == []
    (run,) = tracked()
    assert run.info.run_name == result.folder.name
    assert run.info.status == "FINISHED"
    assert run.data.tags["identity"] == result.environment.identity
    assert run.data.tags["group"] == result.environment.group
    assert_complete(run, result)
    parameters = run.data.params
    assert parameters["dataset"] == "made_by_hand:Lopsided"
    assert parameters["architecture"] == "zookit/dense"
    assert parameters["architecture.units"] == "4"
    assert parameters["architecture.dropout"] == "0.1"
    assert parameters["optimizer"] == "zookit/sgd"
    assert parameters["optimizer.momentum"] == "0.5"
    assert parameters["augmentations"] == "zookit/flip"
    assert parameters["callbacks"] == "zookit/stop_at_loss"
    assert parameters["stop_at_loss.threshold"] == "0.001"
    assert parameters["epochs"] == "2"
    assert parameters["class_weights"] == "false"
    assert "metrics" not in parameters
    assert artifacts(run) == files(result.folder)
    assert any(name.startswith("tensorboard/test/") for name in artifacts(run))


@pytest.mark.usefixtures("mlflow_store")
def test_many_parameters_and_equal_names_are_logged() -> None:
    fields = [(f"p{at}", int, at) for at in range(60)]
    build = {"build": lambda self: keras.callbacks.Callback()}
    many: Any = dataclasses.make_dataclass(
        "Many", fields, bases=(Callback,), frozen=True, namespace=build
    )
    many.__module__, many.__qualname__ = __name__, "f.<locals>.Many"
    train("mlflow", callbacks=(many(p0=7), many(p0=8)), epochs=1)
    (run,) = tracked()
    found = [value for name, value in run.data.params.items() if name.endswith(".p0")]
    assert sorted(found) == ["7", "8"]
    assert len(run.data.params) > 120


@pytest.mark.usefixtures("mlflow_store")
@pytest.mark.parametrize(("interrupted", "status"), [(True, "KILLED"), (False, "FAILED")])
def test_a_run_that_ends_early_has_its_complete_epochs(interrupted: bool, status: str) -> None:
    folder = end_early("mlflow:experiment=early", interrupted=interrupted)
    (run,) = tracked("early")
    assert run.info.status == status
    assert metrics(run)["loss"].keys() == {1}
    assert not any(name.startswith("test_") for name in run.data.metrics)
    assert artifacts(run) == files(folder)


@pytest.mark.slow
def test_the_first_run_creates_the_store_and_later_ones_use_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for _ in range(2):
        train("mlflow", epochs=1, quiet=True)
    assert lines(capsys) == []
    names = [run.info.run_name for run in tracked()]
    assert sorted(names) == sorted(folder.name for folder in Path("runs").iterdir())


@pytest.mark.slow
def test_the_store_is_as_mlflow_creates_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listener: Any = Mlflow("Default").build()
    listener.run_started(run=context_of_a_run(tmp_path / "run"))
    ours = store().get_experiment("0")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///created_by_mlflow.db")
    theirs = store().get_experiment("0")
    assert (ours.name, ours.artifact_location) == (theirs.name, theirs.artifact_location)
    databases = (tmp_path / "mlflow.db", tmp_path / "created_by_mlflow.db")
    ours_schema, theirs_schema = (schema(database) for database in databases)
    assert ours_schema == theirs_schema
    assert [each.name for each in tmp_path.glob(".mlflow*")] == [".mlflow.db.zookit.lock"]


def schema(database: Path) -> list[tuple[str, list[str]]]:
    """Return the tables with their columns and constraints, which MLflow writes in any order."""
    with closing(sqlite3.connect(database)) as connection:
        tables = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"
        found = connection.execute(tables).fetchall()
    return [(name, sorted(each.strip(" ,") for each in sql.splitlines())) for name, sql in found]


@pytest.mark.usefixtures("mlflow_store")
@pytest.mark.parametrize("uri", ["", "sqlite:///mlflow.db", "sqlite:///{folder}/mlflow.db"])
def test_one_run_after_the_other_begins_in_a_local_store(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, uri: str
) -> None:
    """MLflow fails if two processes create its tables at once."""
    if uri:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", uri.format(folder=tmp_path))
    listener: Any = Mlflow().build()
    run = context_of_a_run(tmp_path / "run")
    beginning = threading.Thread(target=lambda: listener.run_started(run=run))
    lock = lock_file(tmp_path / ".mlflow.db.zookit.lock", seconds=0)
    beginning.start()
    beginning.join(timeout=0.3)
    assert not tracked()
    lock.release()
    beginning.join(timeout=30)
    assert [each.info.run_name for each in tracked()] == ["run"]


@pytest.mark.usefixtures("mlflow_store")
def test_without_a_lock_a_run_is_logged_all_the_same(tmp_path: Path) -> None:
    (tmp_path / ".mlflow.db.zookit.lock").mkdir()
    listener: Any = Mlflow().build()
    listener.run_started(run=context_of_a_run(tmp_path / "run"))
    assert len(tracked()) == 1


FIRST_USE = """
import sys, time
from pathlib import Path
from types import SimpleNamespace
import mlflow
from zookit.core import ComponentSpec, Experiment
from zookit.plugins.listeners.mlflow import Mlflow

spec = ComponentSpec("zookit/x", {})
run = SimpleNamespace(
    folder=Path(sys.argv[1]),
    environment={"identity": "i", "group": "g"},
    experiment=Experiment(spec, spec),
)
Path(f"{sys.argv[1]}.ready").touch()
while not Path("go").exists():
    time.sleep(0.001)
if sys.argv[1] == "rival":
    try:
        mlflow.MlflowClient().search_experiments()
    except Exception:
        pass
else:
    Mlflow().build().run_started(run=run)
"""


@pytest.mark.slow
@pytest.mark.parametrize("uri", ["sqlite:///{folder}/mlflow.db", "{folder}/mlruns"])
@pytest.mark.parametrize("names", [tuple("abcd"), ("a", "rival", "b")], ids=len)
def test_no_run_is_lost_if_many_create_the_store_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, uri: str, names: tuple[str, ...]
) -> None:
    # Absolute, because MLflow keeps the store of a relative path when the folder changes.
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri.format(folder=tmp_path))
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    processes = [
        subprocess.Popen([sys.executable, "-W", "ignore", "-c", FIRST_USE, name], cwd=tmp_path)
        for name in names
    ]
    while len(list(tmp_path.glob("*.ready"))) < len(names):
        assert all(process.poll() is None for process in processes)
        time.sleep(0.01)
    (tmp_path / "go").touch()
    assert [process.wait(timeout=120) for process in processes] == [0] * len(names)
    runs = sorted(set(names) - {"rival"})
    assert sorted(str(run.info.run_name) for run in tracked()) == runs


@dataclass(frozen=True)
class Breaking(Callback):
    """Takes a table from MLflow's store in the first epoch and returns it in the third."""

    def build(self) -> keras.callbacks.Callback:
        def begin(epoch: int, logs: Any) -> None:
            renamed = {0: ("metrics", "away"), 2: ("away", "metrics")}.get(epoch)
            if renamed:
                with closing(sqlite3.connect("mlflow.db")) as store:
                    store.execute("ALTER TABLE {} RENAME TO {}".format(*renamed))

        return keras.callbacks.LambdaCallback(on_epoch_begin=begin)


@pytest.mark.slow
@pytest.mark.usefixtures("mlflow_store")
def test_metrics_that_could_not_be_sent_are_sent_at_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    result = train("mlflow", callbacks=Breaking(), epochs=3)
    (line,) = [each for each in capsys.readouterr().err.splitlines() if " failed in " in each]
    assert line.startswith("zookit: listener 'mlflow' of zookit==")
    assert "epoch_ended" in line
    assert "no such table" in line
    (run,) = tracked()
    assert run.info.status == "FINISHED"
    assert_complete(run, result)


def test_an_unreachable_server_is_a_warning(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    began = time.monotonic()
    assert train("mlflow", epochs=1).status == "finished"
    assert time.monotonic() - began < 60
    (line,) = [each for each in capsys.readouterr().err.splitlines() if "127.0.0.1" in each]
    assert "'mlflow'" in line
    assert "run_started" in line


def test_the_users_own_timeout_counts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
        monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
        assert train("mlflow", epochs=1).status == "finished"
    assert "read timeout=1" in capsys.readouterr().err
    assert os.environ["MLFLOW_HTTP_REQUEST_TIMEOUT"] == "1"


def test_without_mlflow_the_command_to_install_it_is_named(
    zookit: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)
    message = zookit("run", "mnist", "dense", "--with", "mlflow").message()
    assert "pip install 'zookit[mlflow]'" in message
    assert not Path("runs").exists()
