"""`zookit run`: what it shows and saves, the same bits again, and how it ends."""

import io
import json
import os
import pty
import shlex
import signal
import subprocess
import sys
import tomllib
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import pytest
from conftest import Command, Outcome
from made_by_hand import Constant, Lopsided, Mean
from made_data import put_pictures
from safetensors.numpy import load_file
from small_runs import interrupt_after_each_epoch

import zookit
import zookit as package
from zookit.cli.app import main
from zookit.core import BadExperiment, Experiment, TrainingFailed
from zookit.plugins.architectures.dense import Dense
from zookit.plugins.datasets.image_folder import ImageFolder
from zookit.training.resolve import compose

pytestmark = pytest.mark.xdist_group("run")

# XLA does not compile dropout, and compiling takes longer than these trainings.
QUICK = "dense:4,dropout=0.1"


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The words for a small data set of two classes."""
    folder = put_pictures(tmp_path_factory.mktemp("data") / "images", dark=20, light=20)
    return f"image_folder:path={folder},size=8"


@pytest.mark.parametrize(
    ("dataset", "architecture", "callbacks"),
    [
        ("fashion_mnist", "dense:16", ("stop_at_accuracy:0.01",)),
        pytest.param(
            "mnist",
            "cnn:filters=4+4,units=8",
            ("stop_at_accuracy:0.01", "stop_at_loss:1000"),
            marks=pytest.mark.slow,
        ),
        ("horse_or_human", "cnn:filters=4,units=4", ("stop_at_loss:1000",)),
    ],
    ids=str,
)
def test_data_sets_train_with_architectures_and_callbacks(
    tmp_path: Path, dataset: str, architecture: str, callbacks: tuple[str, ...]
) -> None:
    run = zookit.run(
        dataset,
        architecture,
        callbacks,
        runs_dir=tmp_path,
        data="sample",
        epochs=2,
        batch_size=64,
        quiet=True,
    )
    assert run.status == "finished"
    # The first epoch reaches the thresholds.
    assert run.epochs == 1
    assert set(run.history) == {"loss", "accuracy"}
    assert np.isfinite(run.metrics["loss"])
    assert 0 <= run.metrics["accuracy"] <= 1
    assert run.folder.parent == tmp_path


def test_learning_beats_guessing(tmp_path: Path) -> None:
    # A single callback needs no list.
    run = zookit.run(
        "mnist", "dense", "stop_at_accuracy:1.0", runs_dir=tmp_path, data="sample", quiet=True
    )
    assert run.metrics["accuracy"] > 0.9
    assert list(run.history["loss"]) == sorted(run.history["loss"], reverse=True)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, session_cache: Path) -> Outcome:
    """A run by the command, in the folder `runs`, which the outcome names."""
    folder = tmp_path_factory.mktemp("trained")
    words = ("mnist", "dense:16", "stop_at_loss:0.001", "--data", "sample", "--epochs", "2")
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setenv("ZOOKIT_CACHE_DIR", str(session_cache))
        patch.setenv("COLUMNS", "120")
        patch.setattr(sys, "argv", ["zookit", "run", *words, "--runs-dir", str(folder / "runs")])
        with pytest.raises(SystemExit) as ended:
            main()
    return Outcome(int(ended.value.code or 0), out.getvalue(), err.getvalue())


def folder_of(outcome: Outcome) -> Path:
    return Path(outcome.out.splitlines()[-1].removeprefix("saved in "))


def test_run_shows_composition_epochs_and_result(trained: Outcome) -> None:
    assert trained.code == 0, trained
    for shown in (
        "mnist, sample: 6,000 train + 1,000 test",
        "28 x 28 x 1",
        "10: 0, 1, 2",
        "dense:units=16",
        "Dense(10, softmax), sparse_categorical_crossentropy",
        "adam, learning rate 0.001",
        "12,730",
        "stop_at_loss:threshold=0.001",
        "epoch 2/2  loss ",
        "test  loss ",
    ):
        assert shown in trained.out
    assert trained.err.count("zookit: ") == 1
    assert "stop_at_loss: loss did not reach 0.001" in trained.err


def test_the_run_folder_has_experiment_environment_history_metrics_and_weights(
    trained: Outcome,
) -> None:
    folder = folder_of(trained)
    assert {path.name for path in folder.iterdir()} == {
        "experiment.toml",
        "environment.json",
        "history.csv",
        "times.csv",
        "metrics.json",
        "weights.safetensors",
        "evaluation.safetensors",
        "probe.safetensors",
        "checkpoint.safetensors",
        ".lock",
    }
    run = zookit.open_run(folder)
    experiment = Experiment.from_toml((folder / "experiment.toml").read_text())
    assert experiment == run.experiment
    assert experiment.dataset.name == "zookit/mnist"
    assert experiment.architecture.parameters["units"] == [16]
    environment = json.loads((folder / "environment.json").read_text())
    assert environment["data"]["origin"] == "sample"
    assert environment["versions"]["zookit"] == zookit.__version__
    owners = {each["name"]: each["owner"] for each in environment["components"]}
    assert owners["zookit/stop_at_loss"] == f"zookit=={zookit.__version__}"
    header, *rows = (folder / "history.csv").read_text().splitlines()
    assert header == "epoch,loss,accuracy"
    assert [float(row.split(",")[1]) for row in rows] == list(run.history["loss"])
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["status"] == "finished"
    assert metrics["test"] == run.metrics
    weights = load_file(folder / "weights.safetensors")
    assert len(weights) == 4
    for name, weight in zip(sorted(weights), run.model().weights, strict=True):
        np.testing.assert_array_equal(weights[name], weight.numpy())


@pytest.mark.slow
def test_command_and_python_give_the_same_bits_in_any_process(tmp_path: Path, images: str) -> None:
    """Whatever a user's Keras settings are, and whether or not anybody reads the output.

    TensorFlow's messages are shown if they are asked for.
    """
    (tmp_path / "keras.json").write_text(
        '{"floatx": "float16", "epsilon": 0.01, "backend": "jax",'
        ' "image_data_format": "channels_first"}'
    )
    words = (images, "cnn:filters=4,units=8,dropout=0.2")
    options = {"epochs": "2", "seed": "7", "validation": "0.2", "augment": "rotation"}
    given = [each for name, value in options.items() for each in (f"--{name}", value)]
    command = [sys.executable, "-m", "zookit", "run", *words, *given, "--runs-dir", "command"]
    arguments = "*{!r}, runs_dir='python', epochs=2, seed=7, validation=0.2, augment='rotation'"
    program = f"import zookit; zookit.run({arguments.format(words)})"
    processes = [
        subprocess.Popen(
            line,
            shell=True,
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": level, "KERAS_HOME": str(tmp_path / home)},
        )
        for line, home, level in (
            (f"{shlex.join(command)} | head -1", "none", "0"),
            (f"{shlex.join([sys.executable, '-c', program])} 2>&-", ".", "2"),
        )
    ]
    errors = [process.communicate(timeout=300)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], errors
    assert b"oneDNN" in errors[0]
    one, other = (zookit.list_runs(tmp_path / name)[0] for name in ("command", "python"))
    assert one.environment.identity == other.environment.identity
    for file in ("experiment.toml", "history.csv", "weights.safetensors"):
        assert (one.folder / file).read_bytes() == (other.folder / file).read_bytes()
    assert one.status == other.status == "finished"
    assert one.environment.runtime.intra_op_threads == len(os.sched_getaffinity(0))
    assert one.environment.runtime.devices


def test_another_seed_gives_other_weights(tmp_path: Path, images: str) -> None:
    one, other = (
        zookit.run(images, QUICK, runs_dir=tmp_path, epochs=1, seed=seed, quiet=True)
        for seed in (0, 1)
    )
    assert one.history["loss"] != other.history["loss"]


def test_run_from_a_file_repeats_the_experiment(zookit: Command, images: str) -> None:
    first = zookit("run", images, QUICK, "--epochs", "1", "--json")
    result = json.loads(first.out)
    assert result["status"] == "finished"
    assert "epoch 1/1" in first.err
    folder = Path(result["folder"])
    assert tomllib.loads((folder / "experiment.toml").read_text()) == result["experiment"]
    again = zookit("run", "--from", folder / "experiment.toml", "--epochs", "1", "--json")
    assert again.code == 0, again
    assert json.loads(again.out)["history"] == result["history"]
    assert json.loads(again.out)["folder"] != str(folder)


def test_a_short_file_is_enough(zookit: Command, images: str) -> None:
    path = images.removeprefix("image_folder:path=").removesuffix(",size=8")
    Path("mine.toml").write_text(
        'format = 2\n[dataset]\nname = "image_folder"\n'
        f'parameters = {{path = "{path}", size = 8}}\n'
        '[architecture]\nname = "dense"\nparameters = {units = [4], dropout = 0.1}\n'
        "[settings]\nepochs = 1\n"
    )
    outcome = zookit("run", "--from", "mine.toml", "--json")
    assert json.loads(outcome.out)["experiment"]["architecture"]["name"] == "zookit/dense"


def test_quiet_shows_the_result_alone(zookit: Command, images: str) -> None:
    outcome = zookit("run", images, QUICK, "stop_at_loss:1000", "--epochs", "2", "-q")
    ended, test, saved = outcome.out.splitlines()
    assert ended == "stop_at_loss ended the training after epoch 1 of 2"
    assert test.startswith("test  loss ")
    assert saved.startswith("saved in ")
    assert "stop_at_loss" not in outcome.err


def test_the_entry_points_of_instances_are_found(tmp_path: Path, images: str) -> None:
    path = images.removeprefix("image_folder:path=").removesuffix(",size=8")
    dataset, architecture = ImageFolder(Path(path), size=8), Dense(units=(4,), dropout=0.1)
    run = zookit.run(dataset, architecture, runs_dir=tmp_path, epochs=1, quiet=True)
    assert run.experiment.architecture.name == "zookit/dense"
    assert run.experiment.dataset.name == "zookit/image_folder"


def test_an_instance_without_entry_point_is_needed_to_rebuild_the_run(
    tmp_path: Path, images: str, capfd: pytest.CaptureFixture[str]
) -> None:
    run = zookit.run(images, Mean(), runs_dir=tmp_path, epochs=1, quiet=True)
    assert "Mean is not registered" in capfd.readouterr().err
    assert not run.experiment.architecture.registered
    opened = zookit.open_run(run.folder)
    assert opened.experiment == run.experiment
    with pytest.raises(zookit.BadRun, match="made_by_hand:Mean"):
        opened.model()


@pytest.mark.slow
def test_class_weights_make_rare_classes_count(tmp_path: Path) -> None:
    """Without features a model learns the frequencies, and with class weights equal ones."""
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
            ).predict(np.zeros((1, 8, 8, 1), np.uint8))[0, 1]
        )
        for weighted in (False, True)
    }
    assert chances[False] == pytest.approx(0.9, abs=0.05)
    assert chances[True] == pytest.approx(0.5, abs=0.05)


def test_a_monitor_that_is_never_logged_is_an_error_with_those_that_are(
    tmp_path: Path, images: str
) -> None:
    with pytest.raises(BadExperiment, match=r"(?s)'val_loss'.*loss, accuracy"):
        zookit.run(
            images,
            QUICK,
            ["stop_at_loss:monitor=val_loss"],
            runs_dir=tmp_path,
            epochs=3,
            quiet=True,
        )
    assert not list(tmp_path.iterdir())


def test_stopping_is_reported_once_with_the_value(zookit: Command) -> None:
    outcome = zookit(
        *("run", "mnist", "dense:64", "stop_at_accuracy:0.85", "--data", "sample"),
        *("--epochs", "9", "--json"),
    )
    history = json.loads(outcome.out)["history"]["accuracy"]
    (line,) = (line for line in outcome.err.splitlines() if "stop_at_accuracy: " in line)
    assert f"{history[-1]:.4f}" in line
    assert f"epoch {len(history)}" in line
    assert history[-1] >= 0.85
    assert all(value < 0.85 for value in history[:-1])


def test_a_loss_that_is_not_finite_names_epoch_and_step(zookit: Command) -> None:
    outcome = zookit(
        *("run", "mnist", QUICK, "--data", "sample", "--epochs", "3", "--quiet"),
        *("--optimizer", "sgd:1e30"),
    )
    message = outcome.message()
    assert "epoch 1" in message
    assert "step" in message
    (folder,) = Path("runs").iterdir()
    assert json.loads((folder / "metrics.json").read_text())["status"] == "failed"


@pytest.mark.parametrize("validation", [0.0, 0.2])
def test_a_loss_that_is_not_finite_on_other_images_is_an_error(
    tmp_path: Path, validation: float
) -> None:
    """With a single step in the epoch, training itself shows nothing."""
    found = "val_loss.*nan.*epoch 1" if validation else "test images"
    with pytest.raises(TrainingFailed, match=found):
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
        ("sgd:0.01,momentum=0.5", "zoom:0.2"),
        ("sgd:learning_rate=0.01,momentum=0.5", "zookit/zoom"),
    )
    one, two = (
        compose("mnist", "dense", (), {"optimizer": optimizer, "augment": augment}).experiment
        for optimizer, augment in written
    )
    assert one == two


@pytest.mark.slow
def test_an_interruption_saves_what_was_trained(tmp_path: Path, images: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "zookit", "run", images, QUICK, "--epochs", "100000"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        # The background jobs of a shell ignore SIGINT, and so do the processes they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("epoch 2/"):
            break
    process.send_signal(signal.SIGINT)
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


@pytest.mark.parametrize("options", [(), ("--json",)], ids=str)
def test_a_training_whose_output_nobody_reads_is_finished(
    images: str, zookit: Command, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as out, os.fdopen(os.dup(writing), "w") as err:
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        outcome = zookit("run", images, QUICK, "--epochs", "1", *options)
    assert outcome.code == 0
    (run,) = package.list_runs()
    assert run.status == "finished"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
def test_a_training_whose_output_is_lost_is_finished_and_says_so(
    images: str, zookit: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        outcome = zookit("run", images, QUICK, "--epochs", "1")
    assert outcome.code == 0
    assert "space" in outcome.err.splitlines()[-1]
    (run,) = package.list_runs()
    assert run.status == "finished"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="closes a pseudo-terminal as Linux does it")
def test_a_terminal_that_is_closed_interrupts_the_training(tmp_path: Path, images: str) -> None:
    pid, terminal = pty.fork()
    if not pid:
        os.chdir(tmp_path)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup ignores it, for its children too
        words = ["run", images, QUICK, "--epochs", "5000"]
        os.execv(sys.executable, [sys.executable, "-m", "zookit", *words])
    written = b""
    while b"epoch 2/" not in written:
        written += os.read(terminal, 65536)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 130
    (run,) = package.list_runs(tmp_path / "runs")
    assert run.status == "interrupted"
    assert run.epochs >= 1


def test_an_interruption_names_the_command_that_continues(
    images: str, zookit: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt_after_each_epoch(monkeypatch)
    ended = zookit("run", images, QUICK, "--epochs", "5", "--seed", "1")
    assert ended.code == 130
    assert ended.err.splitlines()[-1].endswith("To continue: zookit resume latest")
    ended = zookit("run", images, QUICK, "--epochs", "5", "--seed", "1", "--runs-dir", "other runs")
    assert ended.err.splitlines()[-1].endswith("zookit resume latest --runs-dir 'other runs'")
    ended = zookit("resume", "latest", "--epochs", "6")
    assert ended.code == 130
    assert "resume latest" in ended.err.splitlines()[-1]


@pytest.mark.slow
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
    run = zookit.run(words[0], words[1], words[2:], runs_dir=tmp_path, data="full", quiet=True)
    assert epochs[0] <= run.epochs <= epochs[1]
    assert run.metrics["accuracy"] >= accuracy
