"""Mistakes of users: exit code 2, and one line with the name, the value and what to do."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from command_server import command_server
from conftest import Command
from permissions import obey_permissions
from PIL import Image

from zookit import list_runs

SAMPLE = ("--data", "sample")
MNIST = ("mnist", "dense", *SAMPLE)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ("mnits", "dense"),
            ["no data set named 'mnits'", "Run: zookit run mnist dense"],
        ),
        (
            ("mnist", "dnese"),
            ["no architecture named 'dnese'", "Run: zookit run mnist dense"],
        ),
        (
            ("mnist", "dense", "stop_at_los"),
            ["no callback named 'stop_at_los'", "Run: zookit run mnist dense stop_at_loss"],
        ),
        (
            ("dense", "mnist"),
            ["no data set named 'dense'", "one of the architectures", "the order is"],
        ),
        (("mnist", "stop_at_loss"), ["no architecture", "one of the callbacks"]),
        (("imagenet", "dense"), ["no data set named 'imagenet'", "Installed: cifar10"]),
        (("mnist", "dense:width=3"), ["dense: no parameter 'width'", "units, activation, drop"]),
        (("mnist", "dense:unit=3"), ["no parameter 'unit'", "Run: zookit run mnist dense:units=3"]),
        (("mnist", "dense:unit=many"), ["Did you mean 'units'?", "units, activation, drop"]),
        (
            ("mnist", "dense:units=many"),
            ["dense: units must be a whole number, got 'many'", "'dense:units=many'"],
        ),
        (("mnist", "dense:0"), ["units must be greater than 0, got 0"]),
        (("mnist", "dense:dropout=1"), ["dropout must be less than 1, got 1"]),
        (("mnist", "dense:dropout=nan"), ["must be a finite number, got 'nan'"]),
        (("mnist", "dense:activation=rleu"), ["activation must be 'relu', ", "got 'rleu'"]),
        (("mnist", "dense:units="), ["'units' has no value", "units=VALUE"]),
        (("mnist", "dense:"), ["expected a value after the colon"]),
        (("mnist", "dense:5,6"), ["expected KEY=VALUE, got '6'", "dense:5+6"]),
        (("mnist", "dense:5,units=6"), ["units is given twice"]),
        (("mnist", "Dense"), ["'Dense' is not a valid name", "Run: zookit run mnist dense"]),
        (("mnist",), ["an architecture", "zookit run"]),
        ((), ["a data set and an architecture", "zookit run"]),
        (("image_folder", "dense"), ["path is required", "image_folder:path=VALUE"]),
        (
            ("mnist", "cnn:filters=4+4+4+4"),
            ["cnn: images of 28 x 28 are too small: block 4 of 4", "cnn:filters=4+4+4)"],
        ),
        (("mnist", "dense", "stop_at_loss", "stop_at_loss:0.1"), ["stop_at_loss", "twice"]),
        (("mnist", "dense", "stop_at_accuracy:95"), ["must be at most 1, got 95"]),
        ((*MNIST, "--epochs", "9" * 20), ["epochs must be at most 1000000"]),
        ((*MNIST, "--epochs", "0"), ["epochs must be at least 1, got 0"]),
        ((*MNIST, "--epochs", "five"), ["epochs must be a whole number, got 'five'"]),
        ((*MNIST, "--batch-size", "-8"), ["--batch-size must be at least 1, got -8"]),
        ((*MNIST, "--optimizer", "sdg"), ["optimizer", "'sdg'", "--optimizer sgd"]),
        ((*MNIST, "--learning-rate", "0"), ["learning_rate must be greater than 0, got 0"]),
        (
            (*MNIST, "--learning-rate", "1", "--optimizer", "sgd:learning_rate=2"),
            ["learning rate", "1 ", "2 "],
        ),
        (
            (*MNIST, "--learning-rate", "0.5", "--optimizer", "sgd:0.01"),
            ["learning rate", "0.5", "0.01"],
        ),
        ((*MNIST, "--optimizer", "adam:0.1,learning_rate=0.2"), ["learning_rate is given tw"]),
        ((*MNIST, "--seed", "-1"), ["seed must be at least 0, got -1"]),
        ((*MNIST, "--validation", "1"), ["validation must be less than 1, got 1"]),
        ((*MNIST, "--augment", "flip+spin"), ["no augmentation named 'spin'", "flip, "]),
        ((*MNIST, "--augment", "flip+flip"), ["augmentation 'zookit/flip' is given twice"]),
        ((*MNIST, "--precision", "float16"), ["precision must be 'auto', ", "got 'float16'"]),
        (("mnist", "dense", "--data", "some"), ["data must be 'auto', ", "got 'some'"]),
        ((*MNIST, "--epoch", "3"), ["--epoch", "--epochs 3"]),
        ((*MNIST, "--from", "no.toml"), ["'mnist'", "--from no.toml"]),
        (("--from", "no.toml"), ["no.toml cannot be read"]),
    ],
    ids=str,
)
def test_run_refuses(zookit: Command, arguments: tuple[str, ...], expected: list[str]) -> None:
    message = zookit("run", *arguments).message()
    for each in expected:
        assert each in message
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("list", "networks"), ["'networks'", "datasets, architectures, callbacks"]),
        (("show", "mnits"), ["'mnits'", "Run: zookit show mnist"]),
        (("show", "mnist", "--image", "6000", *SAMPLE), ["no image 6000", "0 to 5999"]),
        (("show", "dense", "--image", "0"), ["--image and --sheet are for data sets"]),
        (("show", "mnist", "--on", "mnist"), ["--on is for architectures"]),
        (("show", "mnist", "--values"), ["--image N"]),
        (("show", "dense:units=many"), ["must be a whole number, got 'many'"]),
        (("show", "mnist", "--sheet", "no/where.png", *SAMPLE), ["no/where.png cannot be writ"]),
        (("show", "mnist", "--sheet", "/", *SAMPLE), ["/ cannot be written"]),
        (("show", "mnist", "--sheet", "a.pdf", "--data", "sample"), ["a.pdf", "Write a.png"]),
        (("show", "mnist", "--image", "x"), ["--image", "'x'", "zookit show mnist --image 0"]),
        (("data", "fetch", "mnits"), ["no data set named 'mnits'"]),
        (("data", "clear", "mnits"), ["'mnits'", "cache"]),
        (("tarin",), ["'tarin'", "Run: zookit run "]),
        (("bla",), ["'bla'", "list, show"]),
    ],
    ids=str,
)
def test_other_commands_refuse(
    zookit: Command, arguments: tuple[str, ...], expected: list[str]
) -> None:
    Path("no").touch()
    message = zookit(*arguments).message()
    for each in expected:
        assert each in message


@pytest.mark.parametrize(
    ("optimizer", "expected"),
    [
        ("sgd:momentun=0.9", ["sgd: no parameter 'momentun'", "sgd:momentum=0.9"]),
        ("sgd:momentum=much", ["momentum must be a number, got 'much'"]),
        ("adam:-1", ["learning_rate must be greater than 0, got -1"]),
        ("sgd:momentum=7", ["sgd: ", "momentum"]),
    ],
)
def test_optimizer_parameters_are_checked_before_a_folder_is_made(
    zookit: Command, optimizer: str, expected: list[str]
) -> None:
    message = zookit("run", *MNIST, "--optimizer", optimizer).message()
    for each in expected:
        assert each in message
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("--epochs", "3", ["epochs", "3", "2"]),
        ("--no-normalize", None, ["normalize", "False", "True"]),
    ],
)
def test_option_that_contradicts_the_file(
    zookit: Command, tmp_path: Path, option: str, value: str | None, expected: list[str]
) -> None:
    file = tmp_path / "experiment.toml"
    file.write_text(
        'format = 2\n[dataset]\nname = "mnist"\n[architecture]\nname = "dense"\n'
        "[settings]\nepochs = 2\n"
    )
    given = [option] if value is None else [option, value]
    message = zookit("run", "--from", file, *given).message()
    for each in (*expected, str(file)):
        assert each in message


def put_image(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (20, 20), "red").save(path)


def test_image_folder_missing(zookit: Command) -> None:
    message = zookit("run", "image_folder:path=photos", "dense").message()
    assert f"{Path('photos').absolute()} does not exist" in message


def test_image_folder_empty(zookit: Command) -> None:
    Path("photos").mkdir()
    message = zookit("run", "image_folder:photos", "dense").message()
    assert str(Path("photos").absolute()) in message
    assert "class folders" in message


def test_image_folder_without_images(zookit: Command) -> None:
    for name in ("cats", "dogs"):
        folder = Path("photos") / name
        folder.mkdir(parents=True)
        (folder / "notes.txt").write_text("not an image")
    message = zookit("run", "image_folder:photos", "dense").message()
    assert "has no readable image" in message
    assert "notes.txt" in message
    assert "PNG" in message


def test_image_too_small_for_the_blocks(zookit: Command) -> None:
    for name in ("cats", "dogs"):
        put_image(Path("photos") / name / "a.png")
    message = zookit("run", "image_folder:photos,size=8", "cnn:filters=4+4+4").message()
    assert "images of 8 x 8 are too small: block 2 of 3" in message


def test_runs_folder_inside_the_data_folder(zookit: Command) -> None:
    for name in ("cats", "dogs"):
        put_image(Path(name) / "a.png")
        put_image(Path(name) / "b.png")
    message = zookit("run", "image_folder:path=.,size=8", "dense:2").message()
    assert str(Path().absolute()) in message
    assert "--runs-dir" in message
    assert not Path("runs").exists()


@pytest.mark.slow  # TensorFlow waits for memory for ten seconds
def test_more_than_memory_holds(zookit: Command) -> None:
    message = zookit("run", "mnist", "dense:1000000000", *SAMPLE).message()
    assert "memory" in message
    assert "fewer units" in message


def test_broken_metadata_of_another_package_is_only_a_warning(tmp_path: Path) -> None:
    broken = tmp_path / "site" / "broken-1.0.dist-info"
    broken.mkdir(parents=True)
    (broken / "METADATA").write_text("Name: broken\nVersion: 1.0\n")
    (broken / "entry_points.txt").write_bytes(b"[zookit.datasets]\nb = \xff:B\n")
    with command_server(broken.parent) as server:
        for command in ("show dense", "list"):
            ended = server.run(*command.split(), cwd=tmp_path)
            assert ended.code == 0, ended
            assert ("broken-1.0.dist-info: " in ended.err) == (command == "list")


def test_square_brackets_in_a_folders_name_are_printed(zookit: Command) -> None:
    message = zookit("run", "image_folder:path=a[/]b", "dense").message()
    assert "a[/]b does not exist" in message


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"not a zip file", "horse-or-human.zip is damaged"),
        (None, "'../climbs.png'"),
    ],
)
def test_bad_archive_in_a_named_folder(
    zookit: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes | None,
    expected: str,
) -> None:
    home = tmp_path / "data" / "horse-or-human"
    home.mkdir(parents=True)
    archive = home / "horse-or-human.zip"
    if content is None:
        with zipfile.ZipFile(archive, "w") as opened:
            opened.writestr("../climbs.png", b"")
    else:
        archive.write_bytes(content)
    monkeypatch.setenv("ZOOKIT_DATA_DIR", str(tmp_path / "data"))
    message = zookit("run", "horse_or_human", "dense").message()
    assert expected in message
    assert "horse_or_human: " in message
    assert not list(tmp_path.rglob("climbs.png"))


def test_host_unreachable_with_full(zookit: Command, tmp_path: Path) -> None:
    message = zookit("run", "mnist", "dense", "--data", "full").message()
    for expected in ("mnist", "not available", "ZOOKIT_DATA_DIR", "ZOOKIT_MIRROR", "--data sample"):
        assert expected in message


def test_host_unreachable_with_auto_uses_the_sample_with_a_warning(zookit: Command) -> None:
    outcome = zookit("run", "mnist", "dense:4", "--epochs", "1", "--batch-size", "256")
    assert outcome.code == 0
    for expected in ("mnist", "sample", "not available", "ZOOKIT_DATA_DIR"):
        assert expected in outcome.err
    assert "mnist, sample: 6,000 train" in outcome.out
    (run,) = list_runs()
    assert run.experiment.settings.data == "sample"


@pytest.mark.skipif(sys.platform != "linux", reason="permissions are dropped as Linux does it")
def test_read_only_runs_folder(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    runs.mkdir(mode=0o500)
    ended = subprocess.run(
        [sys.executable, "-m", "zookit", "run", *MNIST, "--runs-dir", runs],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ,
        preexec_fn=obey_permissions,
    )
    assert ended.returncode == 2, ended
    assert ended.stderr.startswith("zookit: ")
    assert str(runs) in ended.stderr
    assert "--runs-dir" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert not list(runs.iterdir())


def test_runs_folder_that_is_a_file(zookit: Command) -> None:
    Path("taken").touch()
    message = zookit("run", *MNIST, "--runs-dir", "taken/runs").message()
    assert "taken is not a folder" in message


def test_backend_other_than_tensorflow(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "zookit", "run", *MNIST],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "KERAS_BACKEND": "numpy"},
    )
    assert ended.returncode == 2, ended
    last = ended.stderr.splitlines()[-1]
    assert last.startswith("zookit: ")
    for expected in ("'numpy'", "'tensorflow'", "KERAS_BACKEND"):
        assert expected in last
