"""Export: each format, loaded by its own runtime, gives the probabilities of the run's model."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any, get_args

import keras
import numpy as np
import onnxruntime
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from contents import contents
from made_by_hand import Lopsided
from made_runs import digits, photos_folder, trained, two_classes

import zookit
from zookit.core import (
    Architecture,
    BadParameter,
    BadRun,
    FolderError,
    NotInstalled,
    ZookitError,
)
from zookit.inference import export as module
from zookit.inference.export import Format, default_path, export
from zookit.inference.rebuild import rebuild_model
from zookit.runs.arrays import numbered, save_arrays
from zookit.runs.run import RunRecord, read_run

pytestmark = pytest.mark.xdist_group("shared runs")

Predict = Callable[[Any], Any]


def with_keras(path: Path) -> Predict:
    model = keras.saving.load_model(path, safe_mode=True)
    return lambda images: model(images).numpy()


def with_tensorflow(path: Path) -> Predict:
    loaded = tf.saved_model.load(path)
    return lambda images: loaded.serve(images).numpy()


def with_onnxruntime(path: Path) -> Predict:
    session = onnxruntime.InferenceSession(path)
    (images_in,) = session.get_inputs()
    return lambda images: session.run(None, {images_in.name: images})[0]


def with_litert(path: Path) -> Predict:
    run = Interpreter(model_path=str(path)).get_signature_runner()
    return lambda images: next(iter(run(images=images).values()))


FORMATS: dict[Format, tuple[str, Callable[[Path], Predict]]] = {
    "keras": (".keras", with_keras),
    "saved_model": (".saved_model", with_tensorflow),
    "onnx": (".onnx", with_onnxruntime),
    "litert": (".tflite", with_litert),
}


def dense_in_bfloat16(tmp_path: Path) -> RunRecord:
    words = (f"image_folder:path={photos_folder()},size=8", "dense:8,dropout=0.5")
    return trained(tmp_path / "runs", tmp_path / "cache", *words, precision="mixed_bfloat16")


@pytest.mark.parametrize(
    "make",
    [lambda _: two_classes(), dense_in_bfloat16],
    ids=["convolutions, augmentation", "dense, bfloat16"],
)
def test_every_format_predicts_the_same(
    tmp_path: Path, make: Callable[[Path], RunRecord], capfd: pytest.CaptureFixture[str]
) -> None:
    run = make(tmp_path)
    before = contents(run.folder)
    shape = run.environment.data.image_shape
    images = np.random.default_rng(0).integers(0, 256, (5, *shape), np.uint8)
    images[0], images[1] = 0, 255
    expected = rebuild_model(run, float32=True)(images).numpy()
    assert np.ptp(expected, axis=0).max() > 1e-3, "any images would give the same"
    for name, (suffix, load) in FORMATS.items():
        path = tmp_path / default_path(run, name)
        assert path.name == f"{run.name}{suffix}"
        capfd.readouterr()
        export(run, name, path)
        assert capfd.readouterr() == ("", "")
        predict = load(path)
        for count in (1, 5):
            found = predict(images[:count])
            np.testing.assert_allclose(found, expected[:count], rtol=0, atol=1e-5)
    assert contents(run.folder) == before
    assert not list(tmp_path.glob(".zookit-*"))
    assert set(FORMATS) == set(get_args(Format))


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "models" / "mine.keras"
    with pytest.raises(FolderError, match=r"mine\.keras cannot be written: No such file"):
        export(digits(), "keras", path)
    path.parent.mkdir()
    export(digits(), "keras", path)
    before = path.read_bytes()
    for name, taken in (("keras", path), ("saved_model", path.parent)):
        with pytest.raises(FolderError, match=f"{taken} already exists"):
            export(digits(), name, taken)  # type: ignore[arg-type]
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_path_that_is_taken_meanwhile_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = tmp_path / "mine.keras"
    save = keras.Model.save

    def slow_save(model: Any, path: Path) -> None:
        save(model, path)
        theirs.write_text("theirs")

    monkeypatch.setattr(keras.Model, "save", slow_save)
    with pytest.raises(FolderError, match="already exists"):
        export(digits(), "keras", theirs)
    assert theirs.read_text() == "theirs"
    assert list(tmp_path.iterdir()) == [theirs]


@pytest.mark.parametrize(
    ("to", "name", "error", "expected"),
    [
        ("onnx", "mine.keras", BadParameter, r"mine\.keras does not end in \.onnx"),
        ("litert", "mine", BadParameter, r"mine does not end in \.tflite"),
        ("keras", "file/mine.keras", FolderError, r"file/mine\.keras cannot be written: "),
        ("keras", f"{'a' * 300}.keras", FolderError, "cannot be written: File name too"),
    ],
)
def test_paths_that_cannot_be_written(
    tmp_path: Path, to: Format, name: str, error: type[ZookitError], expected: str
) -> None:
    (tmp_path / "file").write_text("theirs")
    with pytest.raises(error, match=expected):
        export(digits(), to, tmp_path / name)
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


def test_a_missing_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def find_spec(name: str) -> ModuleSpec | None:
        return None if name == "tf2onnx" else ModuleSpec(name, None)

    monkeypatch.setattr(module, "find_spec", find_spec)
    with pytest.raises(NotInstalled, match=r"pip install 'zookit\[export\]'"):
        export(digits(), "onnx", tmp_path / "mine.onnx")


def test_weights_that_are_not_finite(tmp_path: Path) -> None:
    copy = Path(shutil.copytree(digits().folder, tmp_path / "copy"))
    model = rebuild_model(digits())
    model.weights[-1].assign(np.full(10, np.inf))
    save_arrays(copy / "weights.safetensors", numbered("", model.weights))
    (copy / "metrics.json").write_text(
        (copy / "metrics.json").read_text().replace('"weights.safetensors":', '"other":')
    )
    with pytest.raises(BadRun, match="NaN or infinite"):
        export(read_run(copy), "keras", tmp_path / "mine.keras")
    assert not (tmp_path / "mine.keras").exists()


@dataclass(frozen=True)
class Odd(Architecture):
    """The digamma function of each channel's mean, in a layer that only TensorFlow can store."""

    def features(self, images: Any) -> Any:
        class Digamma(keras.layers.Layer):  # type: ignore[misc]
            def call(self, values: Any) -> Any:
                return tf.math.digamma(values + 1)

        return Digamma()(keras.layers.GlobalAveragePooling2D()(images))


def test_layers_that_a_format_does_not_support(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The architecture is not registered, so its instance is needed."""
    folder = zookit.run(Lopsided(), Odd(), epochs=1, runs_dir=tmp_path / "runs", quiet=True).folder
    run = read_run(folder)
    capfd.readouterr()
    for name in ("keras", "onnx", "litert"):
        path = tmp_path / default_path(run, name)
        with pytest.raises(ZookitError, match=f"to {name}, .*Odd.*Digamma") as raised:
            export(run, name, path, Odd())
        assert len(str(raised.value)) < 700
        assert not path.exists()
    path = tmp_path / default_path(run, "saved_model")
    export(run, "saved_model", path, Odd())
    assert with_tensorflow(path)(np.zeros((2, 8, 8, 1), np.uint8)).shape == (2, 1)
    assert capfd.readouterr() == ("", "")
