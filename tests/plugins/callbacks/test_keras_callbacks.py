"""The callbacks that Keras ships: each acts as its parameters say, and goes on from its state."""

import csv
import dataclasses
import inspect
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from conftest import Command
from hypothesis import given, settings
from hypothesis import strategies as st

import zookit
from zookit.core import BadParameter, Callback, FolderError, Result, TrainingFailed
from zookit.plugins.callbacks.early_stopping import EarlyStopping
from zookit.plugins.callbacks.reduce_lr_on_plateau import ReduceLrOnPlateau
from zookit.registry import callbacks
from zookit.testing.callback import as_from_file
from zookit.testing.callback_harness import Harness, Logs
from zookit.testing.trial_training import Brightness, Shades


def trained(*chosen: str, runs_dir: Path, **wanted: Any) -> Result:
    """A real training of a few epochs."""
    wanted = {"epochs": 4, **wanted}
    return zookit.run(Shades(4, 4), Brightness(), chosen, runs_dir=runs_dir, quiet=True, **wanted)


@pytest.fixture
def said() -> Iterator[list[str]]:
    """What components tell the person, as a program that handles the logger itself gets it."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("zookit")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield lines
    logger.removeHandler(handler)
    logger.setLevel(before)


def begun(
    built: keras.callbacks.Callback, at: int = 0, state: Any = None, rate: float = 1.0
) -> Harness:
    """A training that begins, or goes on after epoch `at` from a state that was in a file."""
    harness = Harness(built, at, rate)
    harness.begin(None if state is None else as_from_file(state))
    return harness


def told(built: keras.callbacks.Callback, values: Sequence[float]) -> Harness:
    """A training that goes through epochs with these val_losses, or until it stops."""
    harness = begun(built)
    harness.train(logs_of(values))
    return harness


def logs_of(values: Sequence[float]) -> Logs:
    return {"loss": [0.5] * len(values), "val_loss": values}


def ended(harness: Harness) -> dict[str, Any]:
    """What there is at the end."""
    harness.end()
    return {
        "epochs": harness.epoch,
        "stopped": harness.model.stop_training,
        "rate": harness.learning_rate,
        "weight": float(harness.model.get_weights()[0][0, 0]),
    }


# --- what the parameters are


NAMED = {
    "early_stopping": "EarlyStopping",
    "reduce_lr_on_plateau": "ReduceLROnPlateau",
    "terminate_on_nan": "TerminateOnNaN",
    "model_checkpoint:kept.keras": "ModelCheckpoint",
    "csv_logger:log.csv": "CSVLogger",
    "swap_ema_weights": "SwapEMAWeights",
    "remote_monitor": "RemoteMonitor",
}
# What prints, what a run does anyway, what the path says, what needs a second place to save from,
# and what a run's folder should not keep.
LEFT_OUT = {"verbose", "raise_error", "save_weights_only", "save_freq", "headers"}
# They need a function; Keras adds them itself; resume and trackers are instead of them.
OTHERS = {"LambdaCallback", "LearningRateScheduler", "History", "ProgbarLogger"}
OTHERS |= {"BackupAndRestore", "TensorBoard", "Callback", "CallbackList"}


def test_the_callbacks_of_keras_are_these() -> None:
    kinds = {each for each in dir(keras.callbacks) if each[0].isupper()}
    # Orbax checkpoints need a package of their own.
    assert kinds - {"OrbaxCheckpoint"} == set(NAMED.values()) | OTHERS


@pytest.mark.parametrize("words", NAMED)
def test_parameters_and_defaults_are_kerass_own(words: str) -> None:
    kind = getattr(keras.callbacks, NAMED[words])
    own = {
        {"filepath": "path", "filename": "path"}.get(each.name, each.name): each.default
        for each in inspect.signature(kind).parameters.values()
        if each.kind is not each.VAR_KEYWORD and each.name not in LEFT_OUT
    }
    component = callbacks.build(words).component
    assert {each.name for each in dataclasses.fields(component)} == set(own)
    for name, default in own.items():
        if name != "path" or words.startswith("remote"):
            assert getattr(component, name) == default, name


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("early_stopping:-1", "patience.* at least 0"),
        ("early_stopping:mode=up", "mode.* not one of"),
        ("reduce_lr_on_plateau:factor=1", "factor.* less than 1"),
        ("model_checkpoint", "path.* missing"),
        ("model_checkpoint:kept.h5", r"neither in \.keras"),
        ("model_checkpoint:{epoch.keras", "path.*expected"),
        ("csv_logger:log.csv,separator=tab", "separator"),
    ],
)
def test_what_cannot_be_is_refused_before_keras(words: str, complaint: str) -> None:
    with pytest.raises(BadParameter, match=complaint):
        callbacks.build(words)


# --- in real trainings


def test_early_stopping_stops_says_so_and_takes_the_best_weights_back(
    tmp_path: Path, said: list[str]
) -> None:
    wanted: dict[str, Any] = {"epochs": 12, "learning_rate": 5}  # so large that it soon gets worse
    free = trained(runs_dir=tmp_path, **wanted)
    stopped = trained("early_stopping:2,restore_best_weights=true", runs_dir=tmp_path, **wanted)
    values = free.history["val_loss"]
    best = next(
        at
        for at in range(len(values))
        if min(values[at : at + 3]) == values[at] == min(values[: at + 1])
    )
    assert best + 3 < 12
    assert stopped.epochs == best + 3
    assert any(f"val_loss was best in epoch {best + 1}" in line for line in said)
    assert f"early_stopping: the weights are those of epoch {best + 1}." in said
    # What is tested is the best epoch's model.
    alone = trained(runs_dir=tmp_path, **{**wanted, "epochs": best + 1})
    for found, expected in zip(stopped.model.get_weights(), alone.model.get_weights(), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_reduce_lr_on_plateau_lowers_the_rate_and_says_so(tmp_path: Path, said: list[str]) -> None:
    # No improvement counts as one, so every second epoch lowers it.
    words = "reduce_lr_on_plateau:2,factor=0.5,min_delta=1000,min_lr=0.02"
    result = trained(words, runs_dir=tmp_path, epochs=9, learning_rate=0.1)
    assert float(result.model.optimizer.learning_rate) == pytest.approx(0.02)
    lowered = [line for line in said if line.startswith("reduce_lr_on_plateau")]
    assert [line[-len("after epoch 3.") : -1] for line in lowered] == [
        "after epoch 3",
        "after epoch 5",
        "after epoch 7",
    ]
    assert "from 0.1 to 0.05" in lowered[0]


@pytest.mark.parametrize(
    "words",
    [
        "early_stopping:monitor=val_accuracy",
        "reduce_lr_on_plateau:monitor=val_accuracy",
        "model_checkpoint:kept.keras,save_best_only=true,monitor=val_accuracy",
        "model_checkpoint:{val_accuracy:.2f}.keras",
    ],
)
def test_a_value_that_is_never_logged_ends_the_run_in_one_line(zookit: Command, words: str) -> None:
    body = "dense:4,dropout=0.1"  # compiled by no XLA, which takes longer than the training
    outcome = zookit("run", "mnist", body, words, "--data", "sample", "--epochs", "1", "--quiet")
    assert outcome.code == 2
    assert "'val_accuracy' is never logged. Did you mean 'accuracy'?" in outcome.err
    assert "--validation 0.1" in outcome.err
    assert len(outcome.err.splitlines()) == 1


def test_a_value_of_unknown_direction_is_told() -> None:
    component = EarlyStopping(monitor="lr")
    harness = begun(component.build())
    with pytest.raises(TrainingFailed, match="mode='max'"):
        harness.train({"lr": [0.1]})


def test_terminate_on_nan_stops_by_itself_and_a_run_fails_before_it(
    tmp_path: Path, said: list[str]
) -> None:
    images, labels = np.ones((8, 1), np.float32), np.ones((8, 1), np.float32)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    labels[4] = np.nan
    callback = callbacks.build("terminate_on_nan").component.build()
    logged = model.fit(
        images, labels, batch_size=2, epochs=3, shuffle=False, callbacks=[callback], verbose=0
    )
    assert len(logged.history["loss"]) == 1
    assert said == ["terminate_on_nan: the loss became nan by step 3; stopping."]
    with pytest.raises(TrainingFailed, match="the loss became"):
        trained("terminate_on_nan", runs_dir=tmp_path, optimizer="sgd:learning_rate=1e30")


@pytest.mark.parametrize("ending", [".keras", ".weights.h5"])
def test_model_checkpoint_saves_each_epoch_where_it_is_told(
    tmp_path: Path, said: list[str], ending: str
) -> None:
    pattern = tmp_path / "kept" / f"{{epoch:02d}}{ending}"
    result = trained(f"model_checkpoint:{pattern}", runs_dir=tmp_path, epochs=3)
    kept = sorted((tmp_path / "kept").iterdir())
    assert [each.name for each in kept] == [f"{epoch:02d}{ending}" for epoch in (1, 2, 3)]
    assert sum("is saved in" in line for line in said) == 3
    images = np.random.default_rng(0).integers(0, 256, (5, 4, 4, 1), np.uint8)
    expected = result.model.predict(images, verbose=0)
    if ending == ".keras":
        model = keras.saving.load_model(kept[-1])
    else:
        model = result.model
        model.load_weights(kept[0])
        assert not np.array_equal(model.predict(images, verbose=0), expected)
        model.load_weights(kept[-1])
    np.testing.assert_allclose(model.predict(images, verbose=0), expected, rtol=1e-6)


def test_model_checkpoint_saves_only_what_is_better(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    words = f"model_checkpoint:{tmp_path}/kept/{{epoch}}.weights.h5,save_best_only=true"
    best = f"{words},initial_value_threshold=0.45"
    values = [0.5, 0.4, 0.41, 0.3]
    told(callbacks.build(best).component.build(), values)
    names = {each.name for each in (tmp_path / "kept").iterdir()}
    assert names == {"2.weights.h5", "4.weights.h5"}
    # Resumed after the second epoch, the third is still none.
    first = callbacks.build(words).component.build()
    begun(first).train(logs_of(values), until=2)
    for each in (tmp_path / "kept").iterdir():
        each.unlink()
    second = callbacks.build(words).component.build()
    begun(second, 2, first.get_state()).train(logs_of(values))
    assert [each.name for each in (tmp_path / "kept").iterdir()] == ["4.weights.h5"]


@pytest.mark.parametrize("name", ["model_checkpoint", "csv_logger"])
def test_a_place_that_cannot_be_written_is_told_before_training(
    zookit: Command, tmp_path: Path, name: str
) -> None:
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "folder.keras").mkdir()
    for place in ("file/x.keras", "folder.keras", "/proc/x.keras"):
        outcome = zookit(
            "run", "mnist", "dense:4", f"{name}:{place}", "--data", "sample", "--quiet"
        )
        assert outcome.message().startswith(f"zookit: {name}: ")
        assert "cannot be written" in outcome.err
        assert len(outcome.err.splitlines()) == 1
    for run in (tmp_path / "runs").iterdir():
        assert not (run / "history.csv").exists()


def test_a_folder_that_vanishes_meanwhile_is_told(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "log.csv"
    harness = told(callbacks.build(f"csv_logger:{path}").component.build(), [0.5])
    path.unlink()
    path.parent.rmdir()
    with pytest.raises(FolderError, match="cannot be written"):
        harness.train(logs_of([0.5, 0.4]))


def rows(path: Path, separator: str = ",") -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter=separator))


def test_csv_logger_writes_what_kerass_own_writes(tmp_path: Path) -> None:
    ours, own = tmp_path / "made" / "ours.csv", tmp_path / "own.csv"
    result = trained(f"csv_logger:{ours},separator=;", runs_dir=tmp_path, epochs=3)
    logged = [float(row["val_loss"]) for row in rows(ours, ";")]
    assert logged == pytest.approx(result.history["val_loss"])
    values = [0.5, 0.4, 0.3]
    told(keras.callbacks.CSVLogger(own, ";"), values).end()
    for append in ("false", "false", "true"):
        words = f"csv_logger:{ours},separator=;,append={append}"
        told(callbacks.build(words).component.build(), values).end()
        text = own.read_bytes()
        expected = text + text.partition(b"\n")[2] if append == "true" else text
        assert ours.read_bytes() == expected


def test_csv_logger_resumed_has_each_epoch_once(tmp_path: Path) -> None:
    path, values = tmp_path / "log.csv", [0.5, 0.4, 0.3, 0.2]
    first = callbacks.build(f"csv_logger:{path}").component.build()
    harness = begun(first)
    harness.train(logs_of(values), until=2)
    state = first.get_state()
    harness.train(logs_of(values), until=3)  # and then it is killed
    second = callbacks.build(f"csv_logger:{path}").component.build()
    begun(second, 2, state).train(logs_of(values))
    assert [row["epoch"] for row in rows(path)] == ["0", "1", "2", "3"]
    assert [float(row["val_loss"]) for row in rows(path)] == values


# --- the averages of the weights


def averaged(callback: keras.callbacks.Callback, epochs: int = 4, **wanted: Any) -> dict[str, Any]:
    """A plain fit with an optimizer that keeps averages: its history, and the model's weights."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.1, use_ema=True, ema_momentum=0.9), "mse")
    drawn = np.random.default_rng(0)
    images, labels = drawn.random((32, 3)), drawn.random((32, 1))
    fitted = model.fit(
        *(images, labels),
        validation_data=(images, labels),
        epochs=epochs,
        shuffle=False,
        verbose=0,
        callbacks=[callback, *wanted.get("after", ())],
    )
    return {**fitted.history, "weights": np.concatenate([w.ravel() for w in model.get_weights()])}


@pytest.mark.parametrize("swap", [False, True])
def test_swap_ema_weights_does_as_kerass_own(swap: bool) -> None:
    own = averaged(keras.callbacks.SwapEMAWeights(swap_on_epoch=swap))
    without = averaged(keras.callbacks.Callback())
    found = averaged(callbacks.build(f"swap_ema_weights:{str(swap).lower()}").component.build())
    for name in ("loss", "val_loss", "weights"):
        np.testing.assert_allclose(found[name], own[name], rtol=1e-4)
    assert not np.allclose(found["val_loss"], without["val_loss"], rtol=1e-2)
    np.testing.assert_array_equal(found["loss"], without["loss"])


def test_the_averages_are_the_models_where_training_ends_early() -> None:
    def stopping() -> keras.callbacks.Callback:
        def stop(epoch: int, logs: Any) -> None:
            callback.model.stop_training = epoch == 1

        callback = keras.callbacks.LambdaCallback(on_epoch_end=stop)
        return callback

    swap = callbacks.build("swap_ema_weights:true").component.build()
    stopped = averaged(swap, after=[stopping()])
    short = averaged(callbacks.build("swap_ema_weights:true").component.build(), epochs=2)
    np.testing.assert_array_equal(stopped["weights"], short["weights"])


def test_swap_ema_weights_goes_on_from_its_state() -> None:
    first = callbacks.build("swap_ema_weights:true").component.build()
    harness = begun(first)
    harness.model.set_weights([np.full(w.shape, 7.0) for w in harness.model.weights])
    first.on_epoch_end(0)
    between = harness.model.get_weights()
    assert not np.any(between[0] == 7)  # the averages
    second = callbacks.build("swap_ema_weights:true").component.build()
    resumed = begun(second, 1, first.get_state())
    resumed.model.set_weights(between)
    second.on_epoch_begin(1)
    assert np.all(resumed.model.get_weights()[0] == 7)


def test_swap_ema_weights_in_a_run(zookit: Command) -> None:
    words = ("run", "mnist", "dense:4", "swap_ema_weights", "--data", "sample", "--epochs", "1")
    refused = zookit(*words, "--quiet")
    assert "Let it, as --optimizer adam:use_ema=true does" in refused.message()
    asked = ("--optimizer", "adam:use_ema=true", "--validation", "0.1")
    assert zookit(*words, *asked).code == 0


# --- the server


@contextmanager
def listening(status: int = 200) -> Iterator[tuple[str, list[tuple[str, str, bytes]]]]:
    """A server's address, and what was posted to it: path, type of content, body."""
    posted: list[tuple[str, str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            posted.append((self.path, self.headers["Content-Type"], body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Keep still."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", posted
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("as_json", [False, True])
def test_remote_monitor_sends_what_kerass_own_sends(as_json: bool) -> None:
    with listening() as (root, posted):
        words = f"remote_monitor:{root},field=told,send_as_json={str(as_json).lower()}"
        told(callbacks.build(words).component.build(), [0.5, 0.25])
        own = keras.callbacks.RemoteMonitor(root, field="told", send_as_json=as_json)
        told(own, [0.5, 0.25])
    assert len(posted) == 4
    assert posted[:2] == posted[2:]
    assert posted[0][0] == "/publish/epoch/end/"


def test_a_server_that_refuses_is_told_of_once(tmp_path: Path, said: list[str]) -> None:
    with listening(500) as (root, posted):
        result = trained(f"remote_monitor:{root}", runs_dir=tmp_path, epochs=3)
    assert len(posted) == result.epochs == 3
    (line,) = [line for line in said if "did not take the values of" in line]
    assert "epoch 1: 500" in line


# --- early_stopping and reduce_lr_on_plateau resumed, beside Keras's own


SERIES = st.lists(st.sampled_from([0.1, 0.2, 0.3, 0.35, 0.4, 0.5]), min_size=2, max_size=14)
MODES = st.sampled_from(["auto", "min", "max"])


def resumed(component: Callback, values: Sequence[float], at: int) -> dict[str, Any]:
    """What there is at the end where training was broken off after epoch `at`."""
    first = begun(component.build())
    first.train(logs_of(values), until=at)
    rate = float(first.model.optimizer.learning_rate)
    second = begun(component.build(), at, first.callback.get_state(), rate)
    second.train(logs_of(values))
    return ended(second)


@given(
    values=SERIES,
    parameters=st.fixed_dictionaries(
        {
            "patience": st.integers(0, 3),
            "min_delta": st.sampled_from([0.0, 0.06]),
            "mode": MODES,
            "baseline": st.sampled_from([None, 0.25]),
            "restore_best_weights": st.booleans(),
            "start_from_epoch": st.integers(0, 3),
        }
    ),
    data=st.data(),
)
@settings(deadline=None, max_examples=30)
def test_early_stopping_resumed_after_any_epoch_ends_as_kerass_own(
    values: list[float], parameters: dict[str, Any], data: st.DataObject
) -> None:
    own = ended(told(keras.callbacks.EarlyStopping(**parameters), values))
    at = data.draw(st.integers(0, own["epochs"] - 1))
    assert resumed(EarlyStopping(**parameters), values, at) == own


@given(
    values=SERIES,
    parameters=st.fixed_dictionaries(
        {
            "patience": st.integers(0, 3),
            "factor": st.sampled_from([0.5, 0.1]),
            "mode": MODES,
            "min_delta": st.sampled_from([0.0, 0.06]),
            "cooldown": st.integers(0, 2),
            "min_lr": st.sampled_from([0.0, 0.2]),
        }
    ),
    data=st.data(),
)
@settings(deadline=None, max_examples=30)
def test_reduce_lr_resumed_after_any_epoch_ends_as_kerass_own(
    values: list[float], parameters: dict[str, Any], data: st.DataObject
) -> None:
    own = ended(told(keras.callbacks.ReduceLROnPlateau(**parameters), values))
    at = data.draw(st.integers(0, len(values) - 1))
    assert resumed(ReduceLrOnPlateau(**parameters), values, at) == own
