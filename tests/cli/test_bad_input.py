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

SAMPLE = ("--data", "sample")
MNIST = ("mnist", "dense", *SAMPLE)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("mnits", "dense"),
            ["no data set named 'mnits'", "Did you mean 'mnist'?", "fash"],
        ),
        (
            ("mnist", "dnese"),
            ["no architecture named 'dnese'", "Did you mean 'dense'?", "cnn, dense, "],
        ),
        (
            ("mnist", "dense", "stop_at_los"),
            ["no callback named 'stop_at_los'", "Did you mean 'stop_at_loss'?"],
        ),
        (
            ("dense", "mnist"),
            ["no data set named 'dense'", "one of the architectures", "the order is"],
        ),
        (("mnist", "stop_at_loss"), ["no architecture", "one of the callbacks"]),
        (("other/mnist", "dense"), ["no data set named 'other/mnist'", "zookit/mnist"]),
        (("mnist", "dense:width=3"), ["dense: no parameter 'width'", "units, activation, drop"]),
        (("mnist", "dense:unit=3"), ["no parameter 'unit'", "Did you mean 'units'?"]),
        (
            ("mnist", "dense:units=many"),
            ["dense: parameter 'units': 'many' is not a whole number", "'dense:units=many'"],
        ),
        (("mnist", "dense:0"), ["parameter 'units': '0' is not greater than 0"]),
        (("mnist", "dense:dropout=1"), ["'dropout': '1' is not less than 1"]),
        (("mnist", "dense:dropout=nan"), ["'nan' is not a finite number"]),
        (("mnist", "dense:activation=rleu"), ["'rleu' is not one of 'relu'"]),
        (("mnist", "dense:units="), ["'units' has no value", "units=VALUE"]),
        (("mnist", "dense:"), ["a value is missing after the colon"]),
        (("mnist", "dense:5,6"), ["'6' is not KEY=VALUE", "joined by +"]),
        (("mnist", "dense:5,units=6"), ["'units' is given twice"]),
        (("mnist", "Dense"), ["'Dense' is not a name", "Did you mean 'dense'?"]),
        (("mnist",), ["an architecture", "zookit run"]),
        ((), ["a data set and an architecture", "zookit run"]),
        (("image_folder", "dense"), ["parameter 'path' is missing", "image_folder:path=VALUE"]),
        (
            ("mnist", "cnn:filters=4+4+4+4"),
            ["cnn: images of 28 x 28 are too small for 4 blocks", "cnn:filters=4+4+4)"],
        ),
        (("mnist", "dense", "stop_at_loss", "stop_at_loss:0.1"), ["stop_at_loss", "twice"]),
        (("mnist", "dense", "stop_at_accuracy:95"), ["'95' is not at most 1"]),
        ((*MNIST, "--epochs", "9" * 20), ["is not at most 1000000"]),
        ((*MNIST, "--epochs", "0"), ["'epochs': '0' is not at least 1"]),
        ((*MNIST, "--epochs", "five"), ["'epochs': 'five' is not a whole number"]),
        ((*MNIST, "--batch-size", "-8"), ["'batch_size': '-8' is not at least 1"]),
        ((*MNIST, "--optimizer", "sdg"), ["optimizer", "'sdg'", "Did you mean 'sgd'?"]),
        ((*MNIST, "--learning-rate", "0"), ["'learning_rate': '0' is not greater than 0"]),
        (
            (*MNIST, "--learning-rate", "1", "--optimizer", "sgd:learning_rate=2"),
            ["learning rate", "1 ", "2 "],
        ),
        (
            (*MNIST, "--learning-rate", "0.5", "--optimizer", "sgd:0.01"),
            ["learning rate", "0.5", "0.01"],
        ),
        ((*MNIST, "--optimizer", "adam:0.1,learning_rate=0.2"), ["'learning_rate' is given tw"]),
        ((*MNIST, "--seed", "-1"), ["'seed': '-1' is not at least 0"]),
        ((*MNIST, "--validation", "1"), ["'validation': '1' is not less than 1"]),
        ((*MNIST, "--augment", "flip+spin"), ["'augment'", "'flip+spin'"]),
        ((*MNIST, "--augment", "flip+flip"), ["name each change once"]),
        ((*MNIST, "--precision", "float16"), ["'float16' is not one of"]),
        (("mnist", "dense", "--data", "some"), ["'some' is not one of"]),
        ((*MNIST, "--epoch", "3"), ["No such option"]),
        ((*MNIST, "--from", "no.toml"), ["'mnist'", "--from no.toml"]),
        (("--from", "no.toml"), ["no.toml cannot be read"]),
    ],
    ids=str,
)
def test_run_refuses(zookit: Command, arguments: tuple[str, ...], said: list[str]) -> None:
    message = zookit("run", *arguments).message()
    for each in said:
        assert each in message
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("list", "models"), ["'models'", "datasets, architectures, callbacks"]),
        (("show", "mnits"), ["'mnits'", "Did you mean 'mnist'?"]),
        (("show", "mnist", "--image", "6000", *SAMPLE), ["no image 6000", "0 to 5,999"]),
        (("show", "dense", "--image", "0"), ["--image and --sheet are for data sets"]),
        (("show", "mnist", "--on", "mnist"), ["--on is for architectures"]),
        (("show", "mnist", "--values"), ["--image N"]),
        (("show", "dense:units=many"), ["'many' is not a whole number"]),
        (("show", "mnist", "--sheet", "no/where.png", *SAMPLE), ["no/where.png cannot be writ"]),
        (("show", "mnist", "--sheet", "/", *SAMPLE), ["/ cannot be written"]),
        (("show", "mnist", "--image", "x"), ["'--image'", "See 'zookit show --help'"]),
        (("data", "fetch", "mnits"), ["no data set named 'mnits'"]),
        (("data", "clear", "mnits"), ["'mnits'", "cache"]),
        (("tarin",), ["'tarin'", "list, show"]),
    ],
    ids=str,
)
def test_other_commands_refuse(
    zookit: Command, arguments: tuple[str, ...], said: list[str]
) -> None:
    Path("no").touch()
    message = zookit(*arguments).message()
    for each in said:
        assert each in message


@pytest.mark.parametrize(
    ("optimizer", "said"),
    [
        ("sgd:momentun=0.9", ["sgd: no parameter 'momentun'", "Did you mean 'momentum'?"]),
        ("sgd:momentum=much", ["'momentum': 'much' is not a number"]),
        ("adam:-1", ["'learning_rate': '-1' is not greater than 0"]),
        ("sgd:momentum=7", ["sgd: ", "momentum"]),
    ],
)
def test_optimizer_parameters_are_checked_before_a_folder_is_made(
    zookit: Command, optimizer: str, said: list[str]
) -> None:
    message = zookit("run", *MNIST, "--optimizer", optimizer).message()
    for each in said:
        assert each in message
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--epochs", "3", ["epochs", "3", "2"]),
        ("--no-normalize", None, ["normalize", "False", "True"]),
    ],
)
def test_option_that_contradicts_the_file(
    zookit: Command, tmp_path: Path, option: str, value: str | None, said: list[str]
) -> None:
    file = tmp_path / "experiment.toml"
    file.write_text(
        'format = 2\n[dataset]\nname = "mnist"\n[architecture]\nname = "dense"\n'
        "[settings]\nepochs = 2\n"
    )
    given = [option] if value is None else [option, value]
    message = zookit("run", "--from", file, *given).message()
    for each in (*said, str(file)):
        assert each in message


def picture(path: Path) -> None:
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
        (folder / "notes.txt").write_text("no picture")
    message = zookit("run", "image_folder:photos", "dense").message()
    assert "has no readable image" in message
    assert "notes.txt" in message
    assert "PNG" in message


def test_image_too_small_for_the_blocks(zookit: Command) -> None:
    for name in ("cats", "dogs"):
        picture(Path("photos") / name / "a.png")
    message = zookit("run", "image_folder:photos,size=8", "cnn:filters=4+4+4").message()
    assert "images of 8 x 8 are too small for 3 blocks" in message


def test_runs_folder_inside_the_data_folder(zookit: Command) -> None:
    for name in ("cats", "dogs"):
        picture(Path(name) / "a.png")
        picture(Path(name) / "b.png")
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
    ("content", "said"),
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
    said: str,
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
    assert said in message
    assert "horse_or_human: " in message
    assert not list(tmp_path.rglob("climbs.png"))


def test_host_unreachable_with_full(zookit: Command, tmp_path: Path) -> None:
    message = zookit("run", "mnist", "dense", "--data", "full").message()
    for said in ("mnist", "not available", "ZOOKIT_DATA_DIR", "ZOOKIT_MIRROR", "--data sample"):
        assert said in message


def test_host_unreachable_with_auto_uses_the_sample_with_a_warning(zookit: Command) -> None:
    outcome = zookit("run", "mnist", "dense:4", "--epochs", "1", "--batch-size", "256")
    assert outcome.code == 0
    for said in ("mnist", "sample", "not available", "ZOOKIT_DATA_DIR"):
        assert said in outcome.err
    assert "mnist, sample: 6,000 train" in outcome.out


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
    for said in ("'numpy'", "'tensorflow'", "KERAS_BACKEND"):
        assert said in last
