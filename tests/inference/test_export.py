"""`zookit export`: each format, loaded by its own runtime, says what the run's model says."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnxruntime
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from conftest import Command
from contents import contents
from made_data import put_pictures
from made_plugins import make_distribution

import zookit as package
from zookit.inference.rebuild import rebuild_model
from zookit.registry import Registry
from zookit.runs.run import read_run

pytestmark = pytest.mark.xdist_group("export")

FORMATS = {
    "keras": ".keras",
    "saved_model": ".saved_model",
    "onnx": ".onnx",
    "litert": ".tflite",
}
Says = Callable[[Any], Any]


def keras_says(path: Path) -> Says:
    model = keras.saving.load_model(path, safe_mode=True)
    return lambda images: model(images).numpy()


def tensorflow_says(path: Path) -> Says:
    loaded = tf.saved_model.load(path)
    return lambda images: loaded.serve(images).numpy()


def onnxruntime_says(path: Path) -> Says:
    session = onnxruntime.InferenceSession(path)
    (images_in,) = session.get_inputs()
    return lambda images: session.run(None, {images_in.name: images})[0]


def litert_says(path: Path) -> Says:
    run = Interpreter(model_path=str(path)).get_signature_runner()
    return lambda images: next(iter(run(images=images).values()))


RUNTIMES = dict(
    zip(FORMATS, (keras_says, tensorflow_says, onnxruntime_says, litert_says), strict=True)
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(
        tmp_path_factory.mktemp("runs"),
        "mnist",
        "dense:8,dropout=0.5",
        precision="mixed_bfloat16",
    )


def test_a_bfloat16_run_is_exported_in_float32(
    zookit: Command, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(run, tmp_path / "a copied run é"))
    monkeypatch.setenv("ZOOKIT_DISABLE", "mnist")  # without the data, and what would load it
    check_every_format(zookit, folder)


@pytest.mark.parametrize(
    ("dataset", "architecture", "settings"),
    [
        ("mnist", "cnn:filters=4+4,units=8", {"augment": ("flip",)}),
        ("image_folder:path=photos", "cnn:filters=4+4,units=8,dropout=0.5", {}),  # two classes
    ],
)
def test_every_format_says_the_same_as_the_run(
    zookit: Command, tmp_path: Path, dataset: str, architecture: str, settings: dict[str, Any]
) -> None:
    put_pictures(tmp_path / "photos", dark=9, light=9)
    made = trained(tmp_path, dataset, architecture, **settings)
    shutil.rmtree(tmp_path / "photos")
    check_every_format(zookit, made)


def check_every_format(zookit: Command, folder: Path) -> None:
    before = contents(folder)
    shape = read_run(folder).environment.data.image_shape
    images = np.random.default_rng(0).integers(0, 256, (5, *shape), np.uint8)
    images[0], images[1] = 0, 255
    expected = rebuild_model(read_run(folder), float32=True)(images).numpy()
    assert np.ptp(expected, axis=0).max() > 1e-3, "else any images would do"
    for name, ending in FORMATS.items():
        outcome = zookit("export", folder, "--to", name)
        path = Path(f"{folder.name}{ending}").absolute()
        assert outcome.code == 0, outcome
        assert (outcome.out, outcome.err) == (f"exported to {path}\n", "")
        says = RUNTIMES[name](path)
        for count in (1, 5):
            np.testing.assert_allclose(says(images[:count]), expected[:count], rtol=0, atol=1e-5)
    assert contents(folder) == before
    assert not list(Path().glob(".zookit-*"))


def test_a_path_of_ones_own_and_nothing_is_overwritten(zookit: Command, run: Path) -> None:
    target = Path("models/mine.keras")
    said = zookit("export", run, "--to", "keras", "--output", target).message()
    assert "mine.keras cannot be written: No such file or directory" in said
    target.parent.mkdir()
    assert zookit("export", run, "--to", "keras", "--output", target).code == 0
    before = target.read_bytes()
    message = zookit("export", run, "--to", "keras", "--output", target).message()
    assert "models/mine.keras is there already. Name another path with --output" in message
    assert target.read_bytes() == before
    message = zookit("export", run, "--to", "saved_model", "--output", "models").message()
    assert "models is there already" in message
    assert [each.name for each in Path("models").iterdir()] == ["mine.keras"]


def test_what_comes_to_be_there_meanwhile_is_not_overwritten(
    zookit: Command, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = tmp_path / "mine.keras"
    save = keras.Model.save

    def slow_save(model: Any, path: Path) -> None:
        save(model, path)
        theirs.write_text("theirs")

    monkeypatch.setattr(keras.Model, "save", slow_save)
    assert "is there" in zookit("export", run, "--to", "keras", "--output", theirs).message()
    assert theirs.read_text() == "theirs"
    assert list(tmp_path.iterdir()) == [theirs]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--to", "onnx", "--output", "mine.keras"), "mine.keras does not end in .onnx"),
        (("--to", "litert", "--output", "mine"), "mine does not end in .tflite"),
        (("--to", "keras", "--output", "file/mine.keras"), "file/mine.keras cannot be written: "),
        (("--to", "keras", "--output", f"{'a' * 300}.keras"), "cannot be written: File name too"),
        (("--to", "h5"), "'h5' is not one of 'keras', 'saved_model', 'onnx', 'litert'"),
        ((), "Missing option '--to'"),
    ],
)
def test_what_cannot_be_written(
    zookit: Command, run: Path, arguments: tuple[str, ...], said: str
) -> None:
    Path("file").write_text("theirs")
    assert said in zookit("export", run, *arguments).message()
    assert [each.name for each in Path().iterdir()] == ["file"]


def test_a_package_that_is_missing(
    zookit: Command, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tf2onnx", None)  # as where there is none
    message = zookit("export", run, "--to", "onnx").message()
    assert message.endswith("pip install 'zookit[export]'")


def test_a_run_that_has_not_ended(zookit: Command, run: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(run, tmp_path / "killed"))
    (folder / "metrics.json").unlink()
    assert "Finish it: zookit resume " in zookit("export", folder, "--to", "keras").message()
    assert list(tmp_path.iterdir()) == [folder]


ODD = '''
"""An architecture with a layer that only TensorFlow itself can keep."""

from dataclasses import dataclass

from zookit.core import Architecture


@dataclass(frozen=True)
class Odd(Architecture):
    """The digamma function of each channel's mean."""

    def features(self, images):
        import keras
        import tensorflow as tf

        class Digamma(keras.layers.Layer):
            def call(self, values):
                return tf.math.digamma(values + 1)

        return Digamma()(keras.layers.GlobalAveragePooling2D()(images))
'''


def test_layers_that_a_format_cannot_hold(
    zookit: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = {"zookit.architectures": "odd = odd_layers:Odd"}
    make_distribution(tmp_path / "site", "zookit-odd", group, {"odd_layers.py": ODD})
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.setattr("zookit.training.resolve.default", Registry())  # looks anew
    monkeypatch.setattr("zookit.inference.rebuild.default", Registry())
    folder = trained(tmp_path / "runs", "mnist", "odd")
    for name, reason in (("keras", "Digamma"), ("onnx", "Digamma"), ("litert", "Digamma")):
        outcome = zookit("export", folder, "--to", name)
        message = outcome.message()
        assert outcome.err.splitlines() == [message]
        assert f"to {name}: zookit-odd/odd has layers that {name} cannot hold" in message
        assert reason in message
        assert len(message) < 700
    outcome = zookit("export", folder, "--to", "saved_model")
    assert (outcome.code, outcome.err) == (0, "")
    says = tensorflow_says(tmp_path / f"{folder.name}.saved_model")
    assert says(np.zeros((2, 28, 28, 1), np.uint8)).shape == (2, 10)
    assert {each.name for each in tmp_path.iterdir()} == {
        "site",
        "runs",
        f"{folder.name}.saved_model",
    }


def trained(runs_dir: Path, dataset: str, architecture: str, **settings: Any) -> Path:
    """A run's folder, made in seconds."""
    return package.run(
        dataset,
        architecture,
        data="auto" if ":" in dataset else "sample",
        epochs=1,
        batch_size=500,
        runs_dir=runs_dir,
        quiet=True,
        **settings,
    ).folder
