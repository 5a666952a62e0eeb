"""The listeners that keep runs in TensorBoard and MLflow, by what these then have."""

import json
import logging
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import keras
import pytest
from conftest import Command
from made_by_hand import Lopsided, Mean
from made_data import put_pictures
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.graph import keras_util
from tensorboard.util import tensor_util

import zookit
from zookit.core import Callback, Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlflow import MlflowClient
    from mlflow.entities import Run as Tracked


# One worker of pytest-xdist has them all, and imports MLflow and makes its tables for all.
pytestmark = pytest.mark.xdist_group("trackers")


@pytest.fixture(autouse=True)
def own_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder without a store, and nobody's server."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


@pytest.fixture
def made_store(own_store: None, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A store without runs, whose tables take MLflow seconds: made once, and copied."""
    tables = tmp_path_factory.getbasetemp() / "mlflow.db"
    if not tables.exists():
        from mlflow import MlflowClient

        MlflowClient(f"sqlite:///{tables}").search_experiments()
    shutil.copy(tables, tmp_path)


def train(*listeners: str, **more: Any) -> Result:
    settings = {"epochs": 3, "validation": 0.2, "callbacks": (), **more}
    return zookit.run(Lopsided(), "dense:4,dropout=0.1", listeners=listeners, **settings)


@dataclass(frozen=True)
class Ending(Callback):
    """Ends the training in the second epoch, by an error or as Ctrl-C does."""

    interrupted: bool = False

    def build(self) -> keras.callbacks.Callback:
        def end(epoch: int, logs: Any) -> None:
            if epoch == 1:
                raise KeyboardInterrupt if self.interrupted else OverflowError("too much")

        return keras.callbacks.LambdaCallback(on_epoch_begin=end)


def end_early(*listeners: str, interrupted: bool) -> Path:
    """Train into an early end; the run's folder."""
    if interrupted:
        assert train(*listeners, callbacks=Ending(interrupted=True)).status == "interrupted"
    else:
        with pytest.raises(OverflowError):
            train(*listeners, callbacks=Ending())
    (folder,) = Path("runs").iterdir()
    return folder


class Events:
    """The event files of a folder."""

    def __init__(self, folder: Path) -> None:
        # Every tensor is kept, not a selection of them.
        self._read = EventAccumulator(str(folder), size_guidance={"tensors": 0})
        self._read.Reload()

    @property
    def tags(self) -> list[str]:
        return list(self._read.Tags()["tensors"])

    def values(self, tag: str) -> dict[int, Any]:
        """By step."""
        return {
            event.step: tensor_util.make_ndarray(event.tensor_proto)
            for event in self._read.Tensors(tag)
        }


def test_tensorboard_has_every_epoch_the_graph_the_text_and_the_test() -> None:
    result = train("tensorboard:histograms=2", epochs=4)
    folder = result.folder / "tensorboard"
    assert sorted(each.name for each in folder.iterdir()) == ["test", "train", "validation"]
    train_events, validation = Events(folder / "train"), Events(folder / "validation")
    for name in ("loss", "accuracy"):
        for events, values in (
            (train_events, result.history[name]),
            (validation, result.history[f"val_{name}"]),
        ):
            assert events.values(f"epoch_{name}") == pytest.approx(dict(enumerate(values)))
        # Beside the last epoch, where the curves end.
        test = Events(folder / "test").values(f"epoch_{name}")
        assert test == pytest.approx({3: result.metrics[name]})
    rates = train_events.values("epoch_learning_rate")
    assert rates == pytest.approx(dict.fromkeys(range(4), 0.001))
    text = train_events.values("composition")[0].item().decode()
    assert "| body | dense:units=4,activation=relu,dropout=0.1 |" in text
    graph = keras_util.keras_model_to_graph_def(json.loads(train_events.values("keras")[0].item()))
    assert any(node.name.endswith("/head") for node in graph.node)
    histograms = [tag for tag in train_events.tags if tag.endswith("/histogram")]
    assert len(histograms) == 4  # two layers' kernels and biases
    assert all(list(train_events.values(tag)) == [0, 2] for tag in histograms)


@pytest.mark.parametrize("interrupted", [True, False])
def test_tensorboard_has_what_there_is_of_a_run_that_ended_early(interrupted: bool) -> None:
    folder = end_early("tensorboard", interrupted=interrupted) / "tensorboard"
    assert list(Events(folder / "train").values("epoch_loss")) == [0]
    assert list(Events(folder / "validation").values("epoch_loss")) == [0]
    assert not (folder / "test").exists()


def test_a_bar_in_the_composition_is_none_of_the_table() -> None:
    put_pictures(Path("this|that"), cats=6, dogs=6)
    result = zookit.run(
        "image_folder:path=this|that,size=8", Mean(), listeners="tensorboard", epochs=1
    )
    text = Events(result.folder / "tensorboard" / "train").values("composition")[0].item()
    (line,) = [line for line in text.decode().splitlines() if "image_folder" in line]
    assert "this&#124;that" in line
    assert line.count("|") == 3


def store() -> "MlflowClient":
    """What another program in the same folder has when it asks for nothing else."""
    from mlflow import MlflowClient  # not outside of a test, where it would tell its makers

    return MlflowClient()


def tracked(experiment: str = "zookit") -> "Sequence[Tracked]":
    """The runs of an experiment."""
    found = store().get_experiment_by_name(experiment)
    return store().search_runs([found.experiment_id]) if found else []


def metrics(run: "Tracked") -> dict[str, dict[int, float]]:
    """By name and step."""
    return {
        name: {each.step: each.value for each in store().get_metric_history(run.info.run_id, name)}
        for name in run.data.metrics
    }


def expected(result: Result) -> dict[str, dict[int, float]]:
    """What is to be tracked of a run: epochs from 1, and the test beside the last."""
    epochs = {**result.history, "seconds": result.seconds}
    return {
        **{name: dict(enumerate(values, start=1)) for name, values in epochs.items()},
        **{f"test_{name}": {result.epochs: value} for name, value in result.metrics.items()},
    }


def artifacts(run: "Tracked") -> dict[str, bytes]:
    """By their paths."""
    return files(Path(store().download_artifacts(run.info.run_id, "")))


def files(folder: Path) -> dict[str, bytes]:
    """By their paths in the folder."""
    return {
        str(each.relative_to(folder)): each.read_bytes()
        for each in folder.rglob("*")
        if each.is_file()
    }


def chatter(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What was written although a quiet run without trouble writes nothing but one warning."""
    written = capsys.readouterr()
    lines = (written.out + written.err).splitlines()
    return [line for line in lines if "Lopsided was made by hand" not in line]


@pytest.mark.usefixtures("made_store")
def test_mlflow_has_parameters_values_status_and_the_folder(
    capsys: pytest.CaptureFixture[str],
) -> None:
    store()  # now MLflow has set its loggers up
    capsys.readouterr()
    variables = dict(os.environ)
    levels = {name: logging.getLogger(name).level for name in ("mlflow", "urllib3.connectionpool")}
    result = train("tensorboard", "mlflow", callbacks="stop_at_loss:0.001", quiet=True)
    assert dict(os.environ) == variables
    assert {name: logging.getLogger(name).level for name in levels} == levels
    assert chatter(capsys) == []
    (run,) = tracked()
    assert run.info.run_name == result.folder.name
    assert run.info.status == "FINISHED"
    for name in ("identity", "group"):
        assert run.data.tags[name] == result.environment[name]
    assert metrics(run) == expected(result)
    parameters = run.data.params
    assert parameters["dataset"] == "made_by_hand:Lopsided"
    assert parameters["architecture"] == "zookit/dense"
    assert parameters["architecture.units"] == "4"
    assert parameters["architecture.dropout"] == "0.1"
    assert parameters["callbacks"] == "zookit/stop_at_loss"
    assert parameters["stop_at_loss.threshold"] == "0.001"
    assert parameters["epochs"] == "3"
    assert parameters["class_weights"] == "false"
    assert "augment" not in parameters  # there is none
    assert artifacts(run) == files(result.folder)
    assert any(name.startswith("tensorboard/test/") for name in artifacts(run))


@pytest.mark.usefixtures("made_store")
@pytest.mark.parametrize(("interrupted", "status"), [(True, "KILLED"), (False, "FAILED")])
def test_mlflow_has_what_there_is_of_a_run_that_ended_early(interrupted: bool, status: str) -> None:
    folder = end_early("mlflow:experiment=early", interrupted=interrupted)
    (run,) = tracked("early")
    assert run.info.status == status
    assert metrics(run)["loss"].keys() == {1}
    assert not any(name.startswith("test_") for name in run.data.metrics)
    assert artifacts(run) == files(folder)


def test_mlflow_puts_the_runs_of_one_experiment_together(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for _ in range(2):
        train("mlflow", epochs=1, quiet=True)
    # It says nothing of its tables either, which it makes for the first of them.
    assert chatter(capsys) == []
    names = [run.info.run_name for run in tracked()]
    assert sorted(names) == sorted(folder.name for folder in Path("runs").iterdir())


@dataclass(frozen=True)
class Locking(Callback):
    """Locks MLflow's store at the end of the first epoch, and lets it go again in the third."""

    def build(self) -> keras.callbacks.Callback:
        def begin(epoch: int, logs: Any) -> None:
            if epoch == 0:
                self.locks.append(sqlite3.connect("mlflow.db", isolation_level=None))
                self.locks[0].execute("BEGIN EXCLUSIVE")
            if epoch == 2:
                self.locks[0].close()

        return keras.callbacks.LambdaCallback(on_epoch_begin=begin)

    locks: ClassVar[list[sqlite3.Connection]] = []


@pytest.mark.usefixtures("made_store")
def test_what_mlflow_could_not_take_it_gets_in_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    result = train("mlflow", callbacks=Locking(), epochs=4)
    (told,) = [line for line in capsys.readouterr().err.splitlines() if " failed in " in line]
    assert told.startswith("zookit: listener 'mlflow' of zookit==")
    assert " failed in epoch_ended and was passed over: " in told
    assert "database is locked" in told
    (run,) = tracked()
    assert run.info.status == "FINISHED"
    assert metrics(run) == expected(result)


def test_a_server_that_is_away_costs_a_warning(
    zookit: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    run = ("run", "mnist", "dense:4,dropout=0.1", "--data", "sample", "--epochs", "1", "--json")
    began = time.monotonic()
    outcome = zookit(*run, "--with", "mlflow")
    assert time.monotonic() - began < 60
    assert outcome.code == 0
    assert json.loads(outcome.out)["status"] == "finished"
    (told,) = [line for line in outcome.err.splitlines() if "127.0.0.1" in line]
    assert " failed in run_started and was passed over: MlflowException: " in told


def test_a_server_that_does_not_answer_is_waited_for_as_long_as_the_person_says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
        monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
        assert train("mlflow", epochs=1).status == "finished"
    assert "read timeout=1" in capsys.readouterr().err
    assert os.environ["MLFLOW_HTTP_REQUEST_TIMEOUT"] == "1"


# Python runs this file first of all.
HIDING = """
import sys
from importlib.machinery import PathFinder

class Hiding(PathFinder):
    @classmethod
    def find_spec(cls, name, *more):
        return None if name.partition(".")[0] == {name!r} else super().find_spec(name, *more)

sys.meta_path[sys.meta_path.index(PathFinder)] = Hiding
"""


@pytest.mark.parametrize("name", ["mlflow", "tensorboard"])
def test_a_tracker_that_is_not_installed_says_how_to_install_it(tmp_path: Path, name: str) -> None:
    (tmp_path / "sitecustomize.py").write_text(HIDING.format(name=name))
    ended = subprocess.run(
        [sys.executable, "-m", "zookit", "run", "mnist", "dense", "--with", name],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 2
    assert ended.stderr == (
        f"zookit: {name} needs a package that is not installed. Install it: pip install "
        f"'zookit[{name}]'\n"
    )
    assert not ended.stdout
    assert not Path("runs").exists()
