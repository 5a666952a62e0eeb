"""Running: every pair on the samples, what is kept, the same bits again, and bad ends."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import keras
import numpy as np
import pytest
from conftest import Command
from made_by_hand import Constant, Lopsided, Mean
from safetensors.numpy import load_file

import zookit
from zookit.core import Experiment, TrainingFailed
from zookit.modeling.model import build_model, compile_model
from zookit.modeling.optimizers import create_optimizer
from zookit.plugins.architectures.dense import Dense
from zookit.plugins.datasets.mnist import Mnist
from zookit.training.resolve import compose

DATASETS = ("fashion_mnist", "mnist", "horse_or_human")
# Small bodies: what is tested is that everything fits, not how well it learns.
ARCHITECTURES = ("dense:16", "cnn:filters=4+4,units=8")
# Compiled by no XLA, which takes longer than the training.
QUICK = "dense:4,dropout=0.1"
CALLBACKS = (
    (),
    ("stop_at_accuracy:0.01",),
    ("stop_at_loss:1000",),
    ("stop_at_accuracy:0.01", "stop_at_loss:1000"),
)
# Each two of a data set, an architecture and callbacks meet; the rest of all threes would show
# nothing more.
MET = [
    (dataset, ARCHITECTURES[(row + column) % 2], callbacks)
    for row, dataset in enumerate(DATASETS)
    for column, callbacks in enumerate(CALLBACKS)
]


@pytest.mark.parametrize(("dataset", "architecture", "callbacks"), MET, ids=str)
def test_every_pair_trains_with_any_callbacks(
    tmp_path: Path, dataset: str, architecture: str, callbacks: tuple[str, ...]
) -> None:
    result = zookit.run(
        dataset,
        architecture,
        callbacks,
        runs_dir=tmp_path,
        data="sample",
        epochs=2,
        batch_size=64,
        quiet=True,
    )
    assert result.status == "finished"
    # Thresholds that the first epoch reaches stop after it.
    assert result.epochs == (1 if callbacks else 2)
    assert set(result.history) == {"loss", "accuracy"}
    assert all(len(values) == result.epochs for values in result.history.values())
    assert np.isfinite(result.metrics["loss"])
    assert 0 <= result.metrics["accuracy"] <= 1
    assert result.folder.parent == tmp_path


def test_default_cnn_trains_on_the_largest_images(tmp_path: Path) -> None:
    """On the small ones the commands of README.md train it, as tests/docs/test_docs.py runs them."""
    result = zookit.run(
        "horse_or_human", "cnn", runs_dir=tmp_path, data="sample", epochs=1, quiet=True
    )
    assert result.status == "finished"


def test_learning_beats_guessing(tmp_path: Path) -> None:
    # One callback may stand by itself.
    result = zookit.run(
        "mnist", "dense", "stop_at_accuracy:1.0", runs_dir=tmp_path, data="sample", quiet=True
    )
    assert result.metrics["accuracy"] > 0.9
    assert list(result.history["loss"]) == sorted(result.history["loss"], reverse=True)


def test_run_shows_composition_epochs_and_result(zookit: Command) -> None:
    outcome = zookit("run", "mnist", "dense:16", "--data", "sample", "--epochs", "2")
    assert outcome.code == 0, outcome
    for shown in (
        "mnist, sample: 6,000 train + 1,000 test",
        "28 x 28 x 1",
        "10: 0, 1, 2",
        "Dense(10, softmax), sparse_categorical_crossentropy",
        "12,730",
        "epoch 2/2  loss ",
        "test  loss ",
        "kept in ",
    ):
        assert shown in outcome.out
    assert "zookit: " not in outcome.err


def test_run_folder_holds_what_there_is_to_know(tmp_path: Path) -> None:
    result = zookit.run(
        "mnist", "dense:8", ["stop_at_loss:0.001"], runs_dir=tmp_path, data="auto", epochs=2
    )
    files = {path.name for path in result.folder.iterdir()}
    assert files == {
        "experiment.toml",
        "environment.json",
        "history.csv",
        "times.csv",
        "metrics.json",
        "weights.safetensors",
        "evaluation.safetensors",
        "checkpoint.safetensors",
        ".lock",
    }
    experiment = Experiment.from_toml((result.folder / "experiment.toml").read_text())
    assert experiment == result.experiment
    assert experiment.settings.data == "sample"  # auto is settled before training
    assert experiment.dataset.name == "zookit/mnist"
    assert experiment.architecture.parameters["units"] == [8]
    environment = json.loads((result.folder / "environment.json").read_text())
    assert environment["data"]["word"] == "sample"
    assert environment["versions"]["zookit"] == zookit.__version__
    owners = {each["name"]: each["owner"] for each in environment["components"]}
    assert owners["zookit/stop_at_loss"] == f"zookit=={zookit.__version__}"
    header, *rows = (result.folder / "history.csv").read_text().splitlines()
    assert header == "epoch,loss,accuracy"
    assert [float(row.split(",")[1]) for row in rows] == list(result.history["loss"])
    metrics = json.loads((result.folder / "metrics.json").read_text())
    assert metrics["status"] == "finished"
    assert metrics["test"] == result.metrics
    weights = load_file(result.folder / "weights.safetensors")
    assert len(weights) == 4
    for kept, weight in zip(sorted(weights), result.model.weights, strict=True):
        np.testing.assert_array_equal(weights[kept], weight.numpy())


@pytest.mark.parametrize(
    ("dataset", "architecture", "more", "threads"),
    [
        # Small matrices, so that a second thread would only cost.
        ("mnist", "dense:32,dropout=0.2", ["--validation", "0.1"], 1),
        (
            *("horse_or_human", "cnn:filters=4+4+4,units=8"),
            ["--augment", "flip+rotation+contrast", "--epochs", "1"],
            len(os.sched_getaffinity(0)),
        ),
    ],
)
def test_same_seed_gives_the_same_bits_in_another_process(
    tmp_path: Path, dataset: str, architecture: str, more: list[str], threads: int
) -> None:
    """Whatever a person's Keras settings, and with a closed stderr, which a service may have."""
    (tmp_path / "keras.json").write_text(
        '{"floatx": "float16", "epsilon": 0.01, "backend": "jax",'
        ' "image_data_format": "channels_first"}'
    )
    command = [sys.executable, "-m", "zookit", "run", dataset, architecture, "--data", "sample"]
    command += ["--epochs", "2", "--quiet", "--seed", "7", *more]
    for name, home, closing in (("plain", "none", ""), ("own", ".", " 2>&-")):
        ended = subprocess.run(
            shlex.join([*command, "--runs-dir", name]) + closing,
            shell=True,
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            timeout=300,
            env={**os.environ, "KERAS_HOME": str(tmp_path / home)},
        )
        assert ended.returncode == 0, ended
        # TensorFlow's start-up notes are kept off the terminal.
        assert not ended.stderr, ended
    plain, own = (next((tmp_path / name).iterdir()) for name in ("plain", "own"))
    for file in ("experiment.toml", "history.csv", "weights.safetensors"):
        assert (plain / file).read_bytes() == (own / file).read_bytes()
    engine = json.loads((plain / "environment.json").read_text())["runtime"]
    assert engine["intra_op_threads"] == threads
    assert engine["devices"]


def test_another_seed_gives_other_weights(tmp_path: Path) -> None:
    losses = {
        zookit.run(
            "mnist", QUICK, runs_dir=tmp_path, data="sample", epochs=1, seed=seed, quiet=True
        ).history["loss"]
        for seed in (0, 1)
    }
    assert len(losses) == 2


def test_run_from_file_repeats_the_composition(zookit: Command, tmp_path: Path) -> None:
    first = zookit("run", "mnist", QUICK, "--data", "sample", "--epochs", "1", "--json")
    folder = Path(json.loads(first.out)["folder"])
    again = zookit("run", "--from", folder / "experiment.toml", "--epochs", "1", "--json")
    assert again.code == 0, again
    assert json.loads(again.out)["history"] == json.loads(first.out)["history"]
    assert json.loads(again.out)["folder"] != str(folder)


def test_short_hand_written_file_is_enough(zookit: Command, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'format = 1\n[dataset]\nname = "mnist"\n[architecture]\nname = "dense"\n'
        'parameters = {units = [4]}\n[settings]\nepochs = 1\ndata = "sample"\n'
    )
    outcome = zookit("run", "--from", file, "--json")
    assert json.loads(outcome.out)["experiment"]["architecture"]["name"] == "zookit/dense"


def test_quiet_shows_the_result_alone(zookit: Command) -> None:
    words = ("mnist", QUICK, "stop_at_loss:1000")
    outcome = zookit("run", *words, "--data", "sample", "--epochs", "2", "-q")
    test, kept = outcome.out.splitlines()
    assert test.startswith("test  loss ")
    assert kept.startswith("kept in ")
    assert "zookit: " not in outcome.err


def test_json_is_all_there_is_on_stdout(zookit: Command) -> None:
    outcome = zookit("run", "mnist", QUICK, "--data", "sample", "--epochs", "1", "--json")
    result = json.loads(outcome.out)
    assert result["status"] == "finished"
    assert tomllib.loads((Path(result["folder"]) / "experiment.toml").read_text())
    assert "epoch 1/1" in outcome.err


def test_instances_are_taken_and_their_entry_points_found(tmp_path: Path) -> None:
    result = zookit.run(
        Mnist(), Dense(units=(4,)), runs_dir=tmp_path, data="sample", epochs=1, quiet=True
    )
    assert result.experiment.architecture.name == "zookit/dense"


def test_instance_without_entry_point_says_it_cannot_be_rebuilt(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    result = zookit.run("mnist", Mean(), runs_dir=tmp_path, data="sample", epochs=1, quiet=True)
    assert "made_by_hand:Mean was made by hand" in capfd.readouterr().err
    assert not result.experiment.architecture.rebuildable
    kept = zookit.open_run(result.folder)
    assert kept.experiment == result.experiment
    with pytest.raises(zookit.BadRun, match="cannot be looked up: it was made by hand"):
        kept.model()


def test_validation_is_held_out_of_training(tmp_path: Path) -> None:
    result = zookit.run(
        "mnist", QUICK, runs_dir=tmp_path, data="sample", epochs=1, validation=0.1, quiet=True
    )
    assert set(result.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}


@pytest.mark.parametrize("normalize", [True, False])
def test_no_normalize_feeds_pixels_as_they_are(normalize: bool) -> None:
    model = build_model(Mnist().info, Mean(), normalize)
    body = keras.Model(model.inputs, model.get_layer("head").input)
    white = np.full((1, 28, 28, 1), 255, np.uint8)
    assert body.predict(white, verbose=0)[0, 0] == pytest.approx(1 if normalize else 255)


def test_class_weights_make_rare_classes_count(tmp_path: Path) -> None:
    """On a lopsided set a body that sees nothing learns the frequencies, weighted: halves."""
    chances = {
        weighted: float(
            zookit.run(
                Lopsided(),
                Constant(),
                runs_dir=tmp_path,
                epochs=12,
                learning_rate=0.2,
                class_weights=weighted,
                quiet=True,
            ).model.predict(np.zeros((1, 8, 8, 1), np.uint8), verbose=0)[0, 0]
        )
        for weighted in (False, True)
    }
    assert chances[False] == pytest.approx(0.9, abs=0.05)
    assert chances[True] == pytest.approx(0.5, abs=0.05)


def test_mixed_precision_keeps_head_and_weights_in_float32(tmp_path: Path) -> None:
    result = zookit.run(
        "mnist",
        "dense:4",
        runs_dir=tmp_path,
        data="sample",
        epochs=1,
        precision="mixed_bfloat16",
        quiet=True,
    )
    policies = {layer.name: layer.dtype_policy.name for layer in result.model.layers}
    assert "mixed_bfloat16" in policies.values()
    assert policies["head"] == "float32"
    assert keras.config.dtype_policy().name == "float32"  # put back for the program's own models


@pytest.mark.parametrize(
    "optimizer", ["sgd:learning_rate=0.01,momentum=0.9,nesterov=true", "rmsprop:0.002", "adamw"]
)
def test_optimizers_take_parameters(optimizer: str) -> None:
    model = build_model(Mnist().info, Mean(), normalize=True)
    compile_model(model, Mnist().info, create_optimizer(optimizer)[0])
    config = model.optimizer.get_config()
    for item in optimizer.partition(":")[2].split(","):
        key, _, value = item.rpartition("=")
        if value:
            expected = {"true": True}.get(value) or float(value)
            assert config[key or "learning_rate"] == pytest.approx(expected)


def test_monitor_that_is_never_logged_names_what_is(tmp_path: Path) -> None:
    with pytest.raises(TrainingFailed, match=r"'val_loss' is never logged.*accuracy, loss"):
        zookit.run(
            "mnist",
            QUICK,
            ["stop_at_loss:monitor=val_loss"],
            runs_dir=tmp_path,
            data="sample",
            epochs=3,
            quiet=True,
        )
    (folder,) = tmp_path.iterdir()
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["status"] == "failed"
    assert "never logged" in metrics["error"]
    assert (folder / "weights.safetensors").exists()  # the epoch is not lost


def test_stopping_is_said_once_with_the_value(zookit: Command) -> None:
    outcome = zookit(
        *("run", "mnist", "dense:64", "stop_at_accuracy:0.85", "--data", "sample"),
        *("--epochs", "9", "--json"),
    )
    history = json.loads(outcome.out)["history"]["accuracy"]
    said = [line for line in outcome.err.splitlines() if "stop_at_accuracy: " in line]
    epoch = f"{history[-1]:.4f} in epoch {len(history)}"
    assert said == [f"zookit: stop_at_accuracy: accuracy reached {epoch}; stopping."]
    assert history[-1] >= 0.85
    assert all(value < 0.85 for value in history[:-1])


def test_loss_that_is_not_finite_says_when_it_began(zookit: Command, tmp_path: Path) -> None:
    outcome = zookit(
        *("run", "mnist", QUICK, "--data", "sample", "--epochs", "3", "--quiet"),
        *("--optimizer", "sgd:1e30"),
    )
    assert "in epoch 1, by step " in outcome.message()
    (folder,) = (tmp_path / "runs").iterdir()
    assert json.loads((folder / "metrics.json").read_text())["status"] == "failed"


@pytest.mark.parametrize("validation", [0.0, 0.1])
def test_loss_that_is_not_finite_at_the_end_is_no_success(
    tmp_path: Path, validation: float
) -> None:
    """One step an epoch: what it breaks shows only on other images."""
    where = "val_loss became nan at the end of epoch 1" if validation else "on the test images"
    with pytest.raises(TrainingFailed, match=where):
        zookit.run(
            "mnist",
            QUICK,
            runs_dir=tmp_path,
            data="sample",
            epochs=1,
            batch_size=6000,
            learning_rate=1e38,
            validation=validation,
            quiet=True,
        )
    (folder,) = tmp_path.iterdir()
    assert json.loads((folder / "metrics.json").read_text())["status"] == "failed"


def test_equal_experiments_are_equal_however_they_are_written() -> None:
    written = (
        ("sgd:0.01,momentum=0.5", "zoom+flip"),
        ("sgd:learning_rate=0.01,momentum=0.5", "flip+zoom"),
    )
    one, two = (
        compose("mnist", "dense", (), {"optimizer": optimizer, "augment": augment}).experiment
        for optimizer, augment in written
    )
    assert one == two


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interruption_keeps_what_there_is(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "zookit", "run", "mnist", "dense:8", "--data", "sample"]
    process = subprocess.Popen(
        [*command, "--epochs", "100000"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        # A shell's background jobs ignore it, and what they start inherits that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("epoch 2/"):
            break
    time.sleep(0.2)  # into the middle of an epoch
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, (out, err)
    assert "interrupted after " in out
    assert "Traceback" not in err
    (folder,) = (tmp_path / "runs").iterdir()
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["status"] == "interrupted"
    assert metrics["epochs"] >= 2
    assert len((folder / "history.csv").read_text().splitlines()) == metrics["epochs"] + 1
    assert len(load_file(folder / "weights.safetensors")) == 4
    assert not list(folder.glob(".*.aside"))


def test_output_that_is_closed_does_not_end_the_run(tmp_path: Path) -> None:
    command = f"{sys.executable} -m zookit run mnist dense:8 --data sample --epochs 2 | head -1"
    subprocess.run(command, shell=True, check=True, cwd=tmp_path, timeout=120)
    (folder,) = (tmp_path / "runs").iterdir()
    assert json.loads((folder / "metrics.json").read_text())["status"] == "finished"


@pytest.mark.full_data
@pytest.mark.parametrize(
    ("words", "epochs", "accuracy"),
    [
        (("fashion_mnist", "dense"), (5, 5), 0.86),
        (("fashion_mnist", "dense:512", "stop_at_loss:0.4"), (2, 3), 0.84),
    ],
)
def test_course_on_whole_data(
    monkeypatch: pytest.MonkeyPatch,
    test_data: Path,
    tmp_path: Path,
    words: tuple[str, ...],
    epochs: tuple[int, int],
    accuracy: float,
) -> None:
    monkeypatch.setenv("ZOOKIT_DATA_DIR", str(test_data))
    result = zookit.run(words[0], words[1], words[2:], runs_dir=tmp_path, data="full", quiet=True)
    assert epochs[0] <= result.epochs <= epochs[1]
    assert result.metrics["accuracy"] >= accuracy
