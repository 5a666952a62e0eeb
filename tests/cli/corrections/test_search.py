"""Beginners' mistakes: each message ends with the command that was meant, and that is valid."""

import shlex
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from bounded import bounded
from conftest import Command
from edited_plugin import forget_plugins
from edited_runs import RunMaker
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_data import put_pictures

from zookit.cli.commands import app
from zookit.cli.corrections.search import Search
from zookit.typer_commands import command_of

OF_MNIST_CNN = "cnn:filters=16+32,units=32,dropout=0.25"
"""The architecture of a model that comes with zookit."""
IN_WORDS = [
    ("run mnist dense stop_at_accuracy 0.9", "run mnist dense stop_at_accuracy:0.9"),
    ("run mnist dense stop_at_accuracy=0.9", "run mnist dense stop_at_accuracy:0.9"),
    ("run mnist dense stop_at_accuracy:95", "run mnist dense stop_at_accuracy:0.95"),
    ("run mnist dense stop_at_accuracy:95%", "run mnist dense stop_at_accuracy:0.95"),
    ("run mnist dense stop_at_accuracy:0,9", "run mnist dense stop_at_accuracy:0.9"),
    ("run mnist dense stop at accuracy 0.9", "run mnist dense stop_at_accuracy:0.9"),
    ("run mnist dense stop_at_loss:40%", "run mnist dense stop_at_loss:0.4"),
    ("run mnist dense:512,256", "run mnist dense:512+256"),
    ("run mnist dense:512x256", "run mnist dense:512+256"),
    ("run mnist 'dense:[512, 256]'", "run mnist dense:512+256"),
    ("run mnist dense:1,024", "run mnist dense:1024"),
    ("run mnist 'dense:units=512, dropout=0.2'", "run mnist dense:units=512,dropout=0.2"),
    ("run mnist dense:units=512, dropout=0.2", "run mnist dense:units=512,dropout=0.2"),
    ("run mnist dense:units=512,256,dropout=0,2", "run mnist dense:units=512+256,dropout=0.2"),
    ("run mnist dense units=512", "run mnist dense:units=512"),
    ("run mnist 'dense(512)'", "run mnist dense:512"),
    ("run mnist 'dense[512]'", "run mnist dense:512"),
    ("run mnist dense-512", "run mnist dense:512"),
    ("run mnist 'cnn:filters=[32,64]'", "run mnist cnn:filters=32+64"),
    ("run mnist dense:activation=ReLU", "run mnist dense:activation=relu"),
    ("run mnist dense:dropout=50%", "run mnist dense:dropout=0.5"),
    (
        "run mnist dense early-stopping:patience 3",
        "run mnist dense early_stopping:patience=3 --validation 0.1",
    ),
    (
        "run mnist dense early_stopping patience 3",
        "run mnist dense early_stopping:patience=3 --validation 0.1",
    ),
]
IN_NAMES = [
    ("run fashion-mnist dense", "run fashion_mnist dense"),
    ("run fashionMNIST dense", "run fashion_mnist dense"),
    ("run Fashion-MNIST dense", "run fashion_mnist dense"),
    ("run mnist.csv dense", "run mnist dense"),
    ("run mnist conv", "run mnist cnn"),
    ("run mnist mlp", "run mnist dense"),
    ("run mnist NN", "run mnist dense"),
    ("run mnist resnet50", "run mnist keras_application:ResNet50"),
    ("run mnist resnet20", "run mnist resnet:20"),
    ("run mnist lenet", "run mnist lenet5"),
    ("run mnist MobileNet", "run mnist keras_application:MobileNet"),
    ("run mnist dense EarlyStopping", "run mnist dense early_stopping --validation 0.1"),
    ("run mnist dense earlystopping", "run mnist dense early_stopping --validation 0.1"),
    ("run mnist dense ReduceLROnPlateau", "run mnist dense reduce_lr_on_plateau --validation 0.1"),
    ("run mnist dense --optimizer SGD", "run mnist dense --optimizer sgd"),
    ("run mnist dense --optimizer=Adam(0.1)", "run mnist dense --optimizer=adam:0.1"),
    (
        "run mnist dense --optimizer adam:lr=0.1",
        "run mnist dense --optimizer adam:learning_rate=0.1",
    ),
    ("run photos/ dense", "run image_folder:path=photos/ dense"),
    ("run mnist dense --data photos", "run image_folder:path=photos dense"),
    ("run dense mnist", "run mnist dense"),
    ("run mnist stop_at_loss dense", "run mnist dense stop_at_loss"),
    ("run mnist fashion_mnist dense", "run mnist dense"),
    ("run dense", "run fashion_mnist dense"),
    ("run mnist, dense, stop_at_loss", "run mnist dense stop_at_loss"),
    ("RUN MNIST DENSE", "run mnist dense"),
    ("show Dense", "show dense"),
    ("show vgg16", "show keras_application:VGG16"),
    ("list dataset", "list datasets"),
    ("completion bsh", "completion bash"),
    ("data ftch mnist", "data fetch mnist"),
    ("data fetch MNIST", "data fetch mnist"),
]
IN_OPTIONS = [
    (
        "run mnist dense --optimizer sgd --momentum 0.9",
        "run mnist dense --optimizer sgd:momentum=0.9",
    ),
    ("run mnist dense --epoch 5", "run mnist dense --epochs 5"),
    ("run mnist dense --lr 0.1", "run mnist dense --learning-rate 0.1"),
    ("run mnist dense --batchsize=64", "run mnist dense --batch-size=64"),
    ("run mnist dense --batch_size 64", "run mnist dense --batch-size 64"),
    ("run mnist dense --val 0.1", "run mnist dense --validation 0.1"),
    ("run mnist dense -e 5", "run mnist dense --epochs 5"),
    ("run mnist dense -lr 0.1", "run mnist dense --learning-rate 0.1"),
    (
        f"run mnist {OF_MNIST_CNN} --pretrained mnist_cnn",
        f"run mnist {OF_MNIST_CNN} --init mnist_cnn",
    ),
    ("run mnist mnist_cnn", f"run mnist {OF_MNIST_CNN} --init mnist_cnn"),
    ("run mnist mnist_cnn --init mnist_cnn", f"run mnist {OF_MNIST_CNN} --init mnist_cnn"),
    ("run mnist dense epochs=5", "run mnist dense --epochs 5"),
    ("run mnist dense epochs 5", "run mnist dense --epochs 5"),
    ("run mnist dense --epochs=five", "run mnist dense --epochs=5"),
    ("run mnist dense --epochs", "run mnist dense --epochs 5"),
    ("run mnist dense --epochs --seed 3", "run mnist dense --epochs 5 --seed 3"),
    ("run mnist dense --epochs 1e3", "run mnist dense --epochs 1000"),
    ("run mnist dense --validation 10", "run mnist dense --validation 0.1"),
    ("run mnist dense --validation 10%", "run mnist dense --validation 0.1"),
    ("run mnist dense --validation true", "run mnist dense --validation 0.1"),
    ("run mnist dense --optimizer", "run mnist dense --optimizer adam"),
    ("run mnist dense epochs:5", "run mnist dense --epochs 5"),
    ("run mnist dense --learning-rate 0,01", "run mnist dense --learning-rate 0.01"),
    ("run mnist dense --seed random", "run mnist dense --seed 0"),
    ("run mnist dense --augment flip,rotate", "run mnist dense --augment flip --augment rotation"),
    ("run mnist dense --precision bfloat16", "run mnist dense --precision mixed_bfloat16"),
    ("run mnist dense --outputs 5", "run mnist dense"),
    ("run mnist dense --no-flatten", "run mnist dense"),
    ("run mnist dense --gpu", "run mnist dense"),
    ("run mnist dense --verbose 1", "run mnist dense"),
    ("run mnist dense --summary", "show dense --on mnist"),
    ("run mnist dense --units 512", "run mnist dense:units=512"),
    ("run mnist dense --patience 3", "run mnist dense early_stopping:patience=3 --validation 0.1"),
    ("run --dataset mnist --model dense", "run mnist dense"),
    ("run mnist dense --callback stop_at_loss", "run mnist dense stop_at_loss"),
    ("run mnist dense --with tensorbord", "run mnist dense --with tensorboard"),
    ("run mnist dense --no-plugin mlflow", "--no-plugin mlflow run mnist dense"),
    ("--epochs 3 run mnist dense", "run mnist dense --epochs 3"),
    ("run mnist dense \u2014epochs 3", "run mnist dense --epochs 3"),
    ("run mnist dense \u2013epochs\u00a03", "run mnist dense --epochs 3"),
    ("run \u201cmnist\u201d dense", "run mnist dense"),
    ("run mnist dense --epochs \uff15", "run mnist dense --epochs 5"),
    ("list --datasets", "list datasets"),
    ("-v", "--version"),
]
IN_COMMANDS = [
    ("train mnist dense", "run mnist dense"),
    ("tarin mnist dense", "run mnist dense"),
    ("mnist dense", "run mnist dense"),
    ("help", "--help"),
    ("help run", "run --help"),
    ("train --help", "run --help"),
    ("mnist", "run mnist cnn"),
    ("dense", "show dense"),
    ("latest", "report latest"),
    ("download mnist", "data fetch mnist"),
    ("version", "--version"),
    ("test latest", "evaluate latest"),
    ("pakage", "package latest"),
    ("report", "report latest"),
    ("evaluate", "evaluate latest"),
    ("resume", "resume latest"),
    ("resume latest --epoch 7", "resume latest --epochs 7"),
    ("predict", "predict latest --image 0"),
    ("predict latest", "predict latest --image 0"),
    ("predict pic.png", "predict latest pic.png"),
    ("predict latest --image pic.png", "predict latest pic.png"),
    ("predict latest --image=pic.png", "predict latest pic.png"),
    ("predict latest --image x", "predict latest --image 0"),
    ("predict 34", "predict latest --image 34"),
    ("predict latest 34", "predict latest --image 34"),
    ("predict latest --file pic.png", "predict latest pic.png"),
    ("predict --run latest pic.png", "predict latest pic.png"),
    ("export latest onnx", "export latest --to onnx"),
    ("export latest --to onxx", "export latest --to onnx"),
    ("show", "show fashion_mnist"),
    ("check denes", "check dense"),
    ("--plugin net.py:Net list", "--plugin net.py list"),
    ("run mnist dense --plugin net.py:Net", "--plugin net.py run mnist dense"),
    ("check Mnist", "check mnist"),
]
BY_POSITION = [
    ("run mnist dense:relu", "run mnist dense:activation=relu"),
    ("run mnist dense:relu,512", "run mnist dense:512,activation=relu"),
    ("run mnist dense:512:relu", "run mnist dense:512,activation=relu"),
    (
        "run mnist dense stop_at_accuracy:0.9,val_accuracy --validation 0.1",
        "run mnist dense stop_at_accuracy:0.9,monitor=val_accuracy --validation 0.1",
    ),
    ("run mnist dense stop_at_accuracy:accuracy=0.9", "run mnist dense stop_at_accuracy:0.9"),
    (
        "run image_folder:photos:64 cnn",
        "run image_folder:photos,size=64 cnn",
    ),
    ("run image_folder:photos,64 cnn", "run image_folder:photos,size=64 cnn"),
    ("run photos,size=64 cnn", "run image_folder:path=photos,size=64 cnn"),
    ("run image_folder cnn", "run image_folder:path=photos cnn"),
    ("run image_folder:photos/dark,photos/light cnn", "run image_folder:path=photos cnn"),
    ("run image_folder:photos/dark cnn", "run image_folder:path=photos cnn"),
    ("run image_folder:photo cnn", "run image_folder:path=photos cnn"),
    ("show image_folder:photo --image 0", "show image_folder:path=photos --image 0"),
    ("run mnist dense:units=0", "run mnist dense:units=128"),
    ("run mnist dense stop_at_loss:-1", "run mnist dense stop_at_loss:0.4"),
    ("run image_folder:photos,size=4 cnn", "run image_folder:photos,size=8 cnn"),
    ("run image_folder:photos,size=64px cnn", "run image_folder:photos,size=64 cnn"),
    ("run image_folder:photos,size=64x64 cnn", "run image_folder:photos,size=64 cnn"),
]
ELSEWHERE = [
    ("run 'mnist dense'", "run mnist dense"),
    ("run mnist,dense", "run mnist dense"),
    ("run dataset=mnist model=dense", "run mnist dense"),
    ("run mnist dense callback=stop_at_loss", "run mnist dense stop_at_loss"),
    ("run mnist dense tensorboard", "run mnist dense --with tensorboard"),
    ("run mnist dense sgd", "run mnist dense --optimizer sgd"),
    ("run mnist dense adam", "run mnist dense --optimizer adam"),
    ("run mnist dense flip zoom", "run mnist dense --augment flip --augment zoom"),
    ("run mnist dense --gpu stop_at_loss", "run mnist dense stop_at_loss"),
    (
        "run mnist dense --monitor val_loss",
        "run mnist dense early_stopping:monitor=val_loss --validation 0.1",
    ),
    ("run photos/ cnn --size 32", "run image_folder:path=photos/,size=32 cnn"),
    ("run mnist dense flip", "run mnist dense --augment flip"),
    ("run mnist dense --with stop_at_loss", "run mnist dense stop_at_loss"),
    (
        "run mnist dense --with tensorboard,mlflow",
        "run mnist dense --with tensorboard --with mlflow",
    ),
    ("run mnist dense --augment flip zoom", "run mnist dense --augment flip --augment zoom"),
    ("run mnist dense --augment horizontal_flip", "run mnist dense --augment flip"),
    ("run mnist dense --activation relu", "run mnist dense:activation=relu"),
    ("run image_folder:photos cnn --size 64", "run image_folder:photos,size=64 cnn"),
    ("run mnist dense --validation", "run mnist dense --validation 0.1"),
    ("run mnist dense --learning-rate 0", "run mnist dense --learning-rate 0.001"),
    ("run mnist dense -- epochs 5", "run mnist dense --epochs 5"),
    ("run mnist dense --from runs", "run --from runs/20260101-000000-aaaaaaaa/experiment.toml"),
    ("run --from runs", "run --from runs/20260101-000000-aaaaaaaa/experiment.toml"),
    ("run help", "run --help"),
    ("list dense", "show dense"),
    ("list networks", "list architectures"),
    ("list model", "list models"),
    ("datasets", "list datasets"),
    ("models", "list models"),
    ("mnist_cnn", "show mnist_cnn"),
    ("show mnist_cn", "show mnist_cnn"),
    ("evaluate mnist-cnn", "evaluate mnist_cnn"),
    ("publish latest", "package latest"),
    ("publish latest s3://zoo/digits", "push latest s3://zoo/digits"),
    ("show dense cnn", "show dense"),
    ("show mnist 3", "show mnist --image 3"),
    ("show mnist --image", "show mnist --image 0"),
    ("show latest", "report latest"),
    ("show run", "run --help"),
    ("show mnist --sheet --data sample", "show mnist --sheet sheet.png --data sample"),
    ("report latest --output", "report latest --output report.html"),
    ("new", "new zookit-stripes"),
    ("new zookit-mine model", "new zookit-mine architecture"),
    ("runs latest", "report latest"),
    ("doctor dense", "check dense"),
    ("check mnists", "check mnist"),
    ("data remove mnist", "data clear mnist"),
    ("data download mnist", "data fetch mnist"),
    ("predict latest --image 3 photos", "predict latest photos"),
    ("predict photos latest", "predict latest photos"),
    ("predict runs photos", "predict latest photos"),
    ("evaluate latest mnist", "evaluate latest --on mnist"),
    ("resume latest 10", "resume latest --epochs 10"),
    ("export latest --format keras", "export latest --to keras"),
    ("evaluate mnist", "evaluate 20260101-000000-aaaaaaaa"),
]
KEPT = [
    ("run image_folder photos cnn", "run image_folder:photos cnn"),
    ("run image_folder:photos size=16 cnn", "run image_folder:photos,size=16 cnn"),
    ("run image_folder:path:photos cnn", "run image_folder:path=photos cnn"),
    (
        "run mnist dense stop_at_accuracy:0.9,monitor=val_acc --validation 0.1",
        "run mnist dense stop_at_accuracy:0.9,monitor=val_accuracy --validation 0.1",
    ),
    (
        "run mnist dense early_stopping:3,monitor=acc",
        "run mnist dense early_stopping:3,monitor=accuracy",
    ),
    (
        "run mnist dense reduce_lr_on_plateau",
        "run mnist dense reduce_lr_on_plateau --validation 0.1",
    ),
    ("new zookit-foo data set", "new zookit-foo dataset"),
    ("list data sets", "list datasets"),
    ("run fashion mnist dense", "run fashion_mnist dense"),
    ("--runs-dir runs runs", "runs --runs-dir runs"),
    (
        "predict 20260101-000000-aaaaaaaa.keras photos",
        "predict 20260101-000000-aaaaaaaa photos",
    ),
    ("evaluate 20260101-000000-aaaaaaaa.tar.gz", "evaluate 20260101-000000-aaaaaaaa"),
    (
        "run runs/20260101-000000-aaaaaaaa/experiment.toml",
        "run --from runs/20260101-000000-aaaaaaaa/experiment.toml",
    ),
    ("export latest --to model.h5", "export latest --to keras --output model.keras"),
    ("export latest --to model.tflite", "export latest --to litert --output model.tflite"),
    ("export latest --to model.onnx", "export latest --to onnx --output model.onnx"),
    ("export --to h5", "export latest --to keras"),
    ("run photos dense:8 size=16", "run image_folder:photos,size=16 dense:8"),
    ("run mnist dense seed=3", "run mnist dense --seed 3"),
    (
        "run mnist dense --metric top_k:3+macro_f1",
        "run mnist dense --metric top_k:3 --metric macro_f1",
    ),
    (
        "run mnist dense --augment flip+rotation:0.2",
        "run mnist dense --augment flip --augment rotation:0.2",
    ),
    (
        "run mnist dense stop_at_loss+early_stopping",
        "run mnist dense stop_at_loss early_stopping --validation 0.1",
    ),
    (
        "run mnist dense early_stopping:monitor=val_macro_f1",
        "run mnist dense early_stopping:monitor=val_macro_f1 --validation 0.1 --metric macro_f1",
    ),
    (
        "run mnist dense stop_at_accuracy:monitor=top_k_3 --metric auc",
        "run mnist dense stop_at_accuracy:monitor=top_k_3 --metric auc --metric top_k:3",
    ),
    ("run 'image_folder:photos/*' cnn", "run image_folder:path=photos cnn"),
    ("run image_folder:path=photos/dark+photos/light cnn", "run image_folder:path=photos cnn"),
    (
        "run mnist dense model_checkpoint:{val_acc:.2f}.keras",
        "run mnist dense model_checkpoint:{val_accuracy:.2f}.keras --validation 0.1",
    ),
    ("run mnist dense --save model.keras", "run mnist dense"),
    ("compare --sort accuracy", "compare --by accuracy"),
    ("runs photos", "runs --runs-dir photos"),
    ("export keras latest", "export --to keras latest"),
    (
        "run 'EarlyStopping(patience=3)'",
        "run fashion_mnist cnn early_stopping:patience=3 --validation 0.1",
    ),
    (
        "run mnist 'EarlyStopping(patience=3)'",
        "run mnist cnn early_stopping:patience=3 --validation 0.1",
    ),
    ("run mnist 'Adam(0.01)'", "run mnist cnn --optimizer adam:0.01"),
    ("compare --format csv", "compare --csv"),
    ("list --format json", "list --json"),
    (
        "run mnist dense early_stopping:monitor=learning_rate reduce_lr_on_plateau:monitor=loss",
        "run mnist dense reduce_lr_on_plateau:monitor=loss early_stopping:monitor=learning_rate",
    ),
]
SEVERAL = [
    (
        "run fashion-mnist Dense(64) stop_at_loss 40% early_stopping 3 --val 0.2 --sed 7",
        "run fashion_mnist dense:64 stop_at_loss:0.4 early_stopping:3 --validation 0.2 --seed 7",
    ),
    ("train MNIST dense --epoch 1e1", "run mnist dense --epochs 10"),
]


NET = "from zookit.core import Architecture\n\nclass Net(Architecture):\n    pass\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run and pictures."""
    folder = tmp_path_factory.mktemp("beginner")
    RunMaker(folder / "runs")("20260101-000000-aaaaaaaa")
    put_pictures(folder / "photos", dark=4, light=4)
    (folder / "net.py").write_text(NET)
    return folder


@pytest.fixture
def corrected(
    zookit: Command, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> Iterator[Callable[[str], list[str] | None]]:
    """Run a command that fails, and return the arguments of the one that its message shows."""
    monkeypatch.chdir(folder)

    def correct(line: str) -> list[str] | None:
        message = zookit(*(shlex.split(line) if "'" in line else line.split(" "))).message()
        before, _, shown = message.partition(" Run: zookit ")
        assert not shown or before[-1] in ".?", message
        return shlex.split(shown) if shown else None

    yield correct
    forget_plugins()  # a line names a Python file


@pytest.mark.parametrize(
    ("written", "meant"),
    [*IN_WORDS, *IN_NAMES, *IN_OPTIONS, *IN_COMMANDS, *BY_POSITION, *ELSEWHERE, *KEPT, *SEVERAL],
    ids=str,
)
def test_the_command_that_was_meant_is_shown(
    corrected: Callable[[str], list[str] | None], written: str, meant: str
) -> None:
    found = corrected(written)
    assert found == shlex.split(meant)
    assert Search(command_of(app)).problem(found) is None


@pytest.mark.parametrize(
    "written",
    [
        "bla",
        "check zookit-foo",
        "evaluate runs.zip",
        "check zookit-stripes-2",
        "predict model.keras photos/dark",
        "predict latest model.keras",
        "run mnist dense --optimizer adam:momentum=0.9",
        "run mnist dense:filters=32",
        "run imagenet dense",
        "run mnist dense 0.9",
        "run mnist dense:many",
        "run mnist dense --image 3",
        "run mnist dense --data /my/folder",
        "run C:\\photos dense",
        "resume latest --epochs abc",
        "run mnist 128",
        "show dense --on 28x28",
        "list kinds",
        "run mnist squeezenet",
        "run mnist dense --precision half",
        "run mnist dense --class-weights true",
        "run mnist dense --early-stopping 3",
        "evaluate latest imagenet",
        "evaluate nosuchrun",
        "resume 20260101-000001-aaaaaaab",
        "remove latest",
        "new --kind dataset",
        "evaluate latest --split train",
        "check ./photos",
        "predict latest --image 5000",
        "show resnet:21",
        "show vgg:12",
    ],
)
def test_where_nothing_is_certain_nothing_is_invented(
    corrected: Callable[[str], list[str] | None], written: str
) -> None:
    assert corrected(written) is None


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("run mnist dense --outputs 5", ["--outputs", "classes"]),
        ("run mnist dense --no-flatten", ["flatten"]),
        ("run mnist dense --image 3", ["--image", "predict", "show"]),
        ("run mnist dense --data /my/folder", ["/my/folder", "image_folder:path="]),
        ("resume latest --epochs abc", ["--epochs", "whole number", "at least 1", "'abc'"]),
        ("predict latest --image x", ["--image", "whole number", "'x'"]),
        ("doctor --timeout fast", ["--timeout", "number", "'fast'"]),
        ("evaluate latest", ["no runs", "zookit run fashion_mnist"]),  # which has a sample
        ("resume latest --lr 0.1", ["--learning-rate is an option of run", "train again"]),
        ("run imagenet cnn", ["Installed: cifar10", "zookit list datasets"]),
        ("run mnist cnn:relu", ["filters", "zookit show cnn"]),
        ("run https://example.org/a.zip cnn", ["unpack", "image_folder:path=FOLDER"]),
        ("delete latest", ["folder"]),
        ("check zookit-mine", ["pip install -e"]),
        ("run mnist dense --optimizer adam:momentum=0.9", ["parameter of", "sgd"]),
        ("run mnist dense:filters=8", ["parameter of cnn"]),
        ("add foo", ["zookit install"]),
        ("zookit-nowhere/podium", ["'zookit install zookit-nowhere'"]),
        ("run zookit-nowhere/set dense", ["image_folder:path=", "zookit install zookit-nowhere"]),
        ("run mnist zookit-nowhere/net", ["'zookit install zookit-nowhere'"]),
        ("compare --csv a.csv", ["Run: zookit compare --csv > a.csv"]),
        ("compare --by loss --output b.json", ["zookit compare --by loss --json > b.json"]),
        ("compare --format xlsx", ["no option --format", "--json or --csv"]),
        ("data fetch sample", ["'sample'", "included", "--data sample"]),
        ("resume latest --lr 0.1", ["no option --lr."]),
        ("bla", ["'bla'", "Available: run", "--help"]),
        ("run mnist dense --learning-rate fast", ["number", "0.001", "zookit list schedules"]),
        ("run mnist dense --learning-rate cosine:fast", ["zookit show cosine"]),
        ("run mnist dense --metric top_k+macro_f1", ["top_k:k=VALUE", "--metric for each"]),
        ("run mnist dense --metric top_k", ["top_k:k=VALUE", "zookit show top_k"]),
        ("run mnist dense --loss nothing", ["zookit list losses"]),
    ],
)
def test_a_message_gives_the_reason_and_what_is_expected(
    zookit: Command, written: str, words: list[str]
) -> None:
    message = zookit(*written.split()).message()
    for each in words:
        assert each in message


def test_an_option_that_is_left_out_is_named(
    zookit: Command, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.chdir(folder)
    assert "left out here: --images 3" in zookit("predict", "latest", "photos", "--images", "3").err


TEXTS = st.sampled_from(
    [
        *("run", "show", "predict", "data", "fetch", "list", "latest", "runs", "help", "--", "-v"),
        *("mnist", "Dense", "dense:512", "units=3", "photos", "flip", "sgd", "tensorboard", "5"),
        *("--epochs", "--epochs=x", "--lr", "--units", "--with", "--augment", "--on", "--image"),
        *("--data=photos", "--from", "--patience", "--gpu", "--no-plugin", "image_folder", "95%"),
    ]
)


@settings(deadline=None, max_examples=20, suppress_health_check=list(HealthCheck))
@given(st.lists(TEXTS | st.text(max_size=8), max_size=8))
def test_any_line_is_answered_with_a_valid_one_or_with_none(folder: Path, line: list[str]) -> None:
    search = Search(command_of(app))
    with chdir(folder), bounded(seconds=10, megabytes=200):
        found = search.corrected(line)
        assert found is None or search.problem(found) is None


def test_h_shows_the_help(zookit: Command) -> None:
    assert zookit("-h").out == zookit("--help").out
    assert "--epochs" in zookit("run", "-h").out
    zookit("dcotor")
    assert "--timeout" in zookit("doctor", "-h").out


def test_a_search_that_fails_shows_the_error_itself(
    zookit: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(Search, "corrected", fail)
    message = zookit("run", "mnist", "dnese").message()
    assert "'dnese'" in message
    assert "RuntimeError" not in message


def test_an_error_about_something_else_says_nothing_about_runs(
    zookit: Command, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = str(next((folder / "runs").iterdir()))
    monkeypatch.chdir(tmp_path)
    Path("own.html").touch()
    assert "no runs" not in zookit("report", run, "--output", "own.html").message()


def test_one_sentence_says_that_there_are_no_runs(zookit: Command, tmp_path: Path) -> None:
    message = zookit("resume", "latest", "--runs-dir", str(tmp_path)).message()
    assert message.count(str(tmp_path)) == 1
