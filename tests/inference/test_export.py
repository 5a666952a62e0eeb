"""Export: each format, loaded by its own runtime, gives the probabilities of the run's model."""

import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnxruntime
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from contents import contents
from made_by_hand import Lopsided
from made_runs import digits, make_whole, photos_folder, trained, two_classes

import zookit
from zookit.core import (
    Architecture,
    BadParameter,
    BadRun,
    DatasetInfo,
    Exporter,
    FolderError,
    NotInstalled,
    ZookitError,
)
from zookit.inference import rebuild
from zookit.inference.export import (
    ExporterFailed,
    WrongExport,
    export,
    model_info,
    write_checked,
)
from zookit.inference.rebuild import rebuild_model
from zookit.modeling.model import build_model
from zookit.plugins.architectures.dense import Dense
from zookit.plugins.architectures.keras_application import KerasApplication
from zookit.registry import Built, default
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


def info_of_keras(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        return loads(archive.read("model_info.json"))


def info_of_saved_model(path: Path) -> dict[str, Any]:
    return loads((path / "assets.extra" / "model_info.json").read_bytes())


def info_of_onnx(path: Path) -> dict[str, Any]:
    found = onnxruntime.InferenceSession(path).get_modelmeta().custom_metadata_map
    return {name: json.loads(value) for name, value in found.items()}


def info_of_litert(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        info = loads(archive.read("model_info.json"))
        assert archive.read("labels.txt").decode().splitlines() == info["class_names"]
    return info


def loads(text: str | bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


INFO: dict[str, Callable[[Path], dict[str, Any]]] = {
    "keras": info_of_keras,
    "saved_model": info_of_saved_model,
    "onnx": info_of_onnx,
    "litert": info_of_litert,
}

FORMATS: dict[str, tuple[str, Callable[[Path], Predict]]] = {
    "keras": (".keras", with_keras),
    "saved_model": (".saved_model", with_tensorflow),
    "onnx": (".onnx", with_onnxruntime),
    "litert": (".tflite", with_litert),
}


def write(model: Any, name: str, path: Path, class_names: list[str]) -> None:
    write_with(model, default.exporters.build(name), path, class_names)


def write_with(model: Any, to: Built[Exporter], path: Path, class_names: list[str]) -> None:
    info = model_info(class_names, model.input_shape[1:], "none")
    write_checked(model, to, path, info, "the model", "its architecture")


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
        path = tmp_path / f"{run.name}{FORMATS[name][0]}"
        assert path.name == f"{run.name}{suffix}"
        capfd.readouterr()
        export(run, default.exporters.build(name), path)
        assert capfd.readouterr() == ("", "")
        predict = load(path)
        for count in (1, 5):
            found = predict(images[:count])
            np.testing.assert_allclose(found, expected[:count], rtol=0, atol=1e-5)
        info = INFO[name](path)
        assert info["format"] == 1
        assert info["class_names"] == ["dark", "light"]
        assert info["input"]["dtype"] == "uint8"
        assert info["input"]["shape"] == [None, *shape]
        assert "0 to 255" in info["input"]["meaning"]
        assert info["output"]["shape"] == [None, 1]
        assert "second" in info["output"]["meaning"]
        assert info["run"] == run.name
    assert contents(run.folder) == before
    assert not list(tmp_path.glob(".zookit-*"))
    assert set(FORMATS) == set(default.exporters)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "models" / "mine.keras"
    with pytest.raises(FolderError, match=r"mine\.keras cannot be written: .*does not exist"):
        export(digits(), default.exporters.build("keras"), path)
    path.parent.mkdir()
    export(digits(), default.exporters.build("keras"), path)
    before = path.read_bytes()
    export(digits(), default.exporters.build("keras"), path)  # zookit's own
    path.write_bytes(before + b"changed")
    with pytest.raises(FolderError, match=f"{path} already exists"):
        export(digits(), default.exporters.build("keras"), path)
    with pytest.raises(FolderError, match=f"{path.parent} cannot be written"):
        export(digits(), default.exporters.build("saved_model"), path.parent, force=True)
    assert path.read_bytes() == before + b"changed"
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
        export(digits(), default.exporters.build("keras"), theirs)
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
    tmp_path: Path, to: str, name: str, error: type[ZookitError], expected: str
) -> None:
    (tmp_path / "file").write_text("theirs")
    with pytest.raises(error, match=expected):
        export(digits(), default.exporters.build(to), tmp_path / name)
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


def test_a_missing_package(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_spec(name: str) -> ModuleSpec | None:
        return None if name == "tf2onnx" else ModuleSpec(name, None)

    monkeypatch.setattr("zookit.registry.components.find_spec", find_spec)
    with pytest.raises(NotInstalled, match=r"pip install 'zookit\[export\]'"):
        default.exporters.build("onnx")


def test_weights_that_are_not_finite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a diverged run has them, whose recorded outputs are not finite either."""
    copy = Path(shutil.copytree(digits().folder, tmp_path / "copy"))
    model = rebuild_model(digits())
    model.weights[-1].assign(np.full(10, np.inf))
    save_arrays(copy / "weights.safetensors", numbered("", model.weights))
    make_whole(copy)
    monkeypatch.setattr(rebuild, "check_outputs", lambda *_: None)
    with pytest.raises(BadRun, match="NaN or infinite"):
        export(read_run(copy), default.exporters.build("keras"), tmp_path / "mine.keras")
    assert not (tmp_path / "mine.keras").exists()


@dataclass(frozen=True)
class Preprocessing(Architecture):
    """Layers for preprocessing, by which Keras decides whether all others are in training."""

    def features(self, images: Any) -> Any:
        scaled = keras.layers.Resizing(9, 9)(keras.layers.RandomFlip()(images))
        seen = keras.layers.BatchNormalization(momentum=0.5)(keras.layers.Conv2D(2, 3)(scaled))
        return keras.layers.GaussianNoise(0.5)(keras.layers.Flatten()(seen))


def test_an_exported_model_never_computes_as_in_training(tmp_path: Path) -> None:
    """By default, Keras calls and exports such a model with training=True."""
    run = zookit.run(
        Lopsided(), Preprocessing(), epochs=1, batch_size=8, runs_dir=tmp_path, quiet=True
    )
    images = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 1), np.uint8)
    expected = run.predict(images)[:, 1:]
    for name in ("keras", "saved_model", "onnx"):
        path = tmp_path / f"{run.name}{FORMATS[name][0]}"
        run.export(name, path)
        found = FORMATS[name][1](path)(images)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)
    np.testing.assert_allclose(run.model()(images).numpy(), expected, rtol=0, atol=1e-6)
    loaded = keras.saving.load_model(tmp_path / f"{run.name}{FORMATS['keras'][0]}")
    trained = loaded(images, training=True).numpy()
    assert not np.allclose(trained, expected, rtol=0, atol=1e-3)  # it can be trained further


def test_an_export_that_predicts_otherwise_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = keras.Model.save

    def wrong_save(model: Any, path: Path) -> None:
        model.weights[-1].assign(model.weights[-1] + np.eye(1, 10, dtype=np.float32)[0])
        save(model, path)
        model.weights[-1].assign(model.weights[-1] - np.eye(1, 10, dtype=np.float32)[0])

    monkeypatch.setattr(keras.Model, "save", wrong_save)
    with pytest.raises(ZookitError, match="probabilities differ by 0"):
        export(digits(), default.exporters.build("keras"), tmp_path / "mine.keras")
    assert not list(tmp_path.iterdir())


def test_class_names_that_are_not_unicode(tmp_path: Path) -> None:
    """Of folders whose names are not UTF-8."""
    names = ["\udce4", "\u00e4"]
    built = build_model(DatasetInfo((2, 2, 1), ("a", "b")), Dense(units=()), normalize=True)
    for name in ("keras", "litert"):
        path = tmp_path / f"model{FORMATS[name][0]}"
        write(built, name, path, names)
        with zipfile.ZipFile(path) as archive:
            assert loads(archive.read("model_info.json"))["class_names"] == names
    with zipfile.ZipFile(path) as archive:
        assert archive.read("labels.txt").decode().splitlines() == ["\\udce4", "\u00e4"]


@dataclass(frozen=True)
class Failing(Exporter):
    """Does what a test says."""

    error: str = ""

    suffix = ".keras"

    def export(self, model: Any, path: Path, info: Any) -> None:
        """Fail, or write nothing."""
        if self.error == "key":
            info["colour"]
        if self.error == "file":
            Path("no-such-template").read_text()
        if self.error == "own":
            raise BadParameter("use another one")
        if self.error == "keras":
            keras.layers.Dense("many")
        if self.error == "disk":
            raise OSError(28, "No space left on device")

    def load(self, path: Path) -> Predict:
        """Predict otherwise."""
        return lambda images: np.ones((len(images), 1))


@pytest.mark.parametrize(
    ("error", "kind", "parts", "absent"),
    [
        ("key", ExporterFailed, ("Failing failed: KeyError: 'colour'", "Correct"), "architecture"),
        ("file", ExporterFailed, ("Failing failed: FileNotFoundError", "template"), "architecture"),
        ("own", BadParameter, ("use another one",), "architecture"),
        ("keras", ZookitError, ("Failing failed with its architecture: ", "authors"), "layer of"),
        ("disk", OSError, ("No space left",), "architecture"),
        ("", WrongExport, ("differ by", "authors", "its architecture", "Failing"), "layer of"),
    ],
)
def test_who_is_blamed_for_a_failure(
    tmp_path: Path, error: str, kind: type[Exception], parts: tuple[str, ...], absent: str
) -> None:
    built = build_model(DatasetInfo((2, 2, 1), ("a", "b")), Dense(units=()), normalize=True)
    to = default.exporters.build(Failing(error))
    with pytest.raises(kind) as raised:
        write_with(built, to, tmp_path / "model.keras", ["a", "b"])
    for part in parts:
        assert part in str(raised.value)
    assert absent not in str(raised.value)


@pytest.mark.parametrize(
    "activation",
    ["gelu", *(pytest.param(each, marks=pytest.mark.slow) for each in ("selu", "silu"))],
)
def test_activations_in_onnx(tmp_path: Path, activation: str) -> None:
    words = (f"image_folder:path={photos_folder()},size=8", f"dense:8,activation={activation}")
    run = zookit.run(*words, epochs=1, runs_dir=tmp_path / "runs", quiet=True)
    run.export("onnx", tmp_path / "model.onnx")
    images = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3), np.uint8)
    found = with_onnxruntime(tmp_path / "model.onnx")(images)
    np.testing.assert_allclose(found, run.model()(images), rtol=0, atol=1e-5)


@pytest.fixture
def few_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each kind of block once or twice: a format is converted block by block, for minutes."""
    from keras.src.applications import convnext, efficientnet

    monkeypatch.setitem(convnext.MODEL_CONFIGS["tiny"], "depths", [1, 1, 1, 1])
    blocks = efficientnet.DEFAULT_BLOCKS_ARGS[:3]
    monkeypatch.setattr(efficientnet, "DEFAULT_BLOCKS_ARGS", blocks)


@pytest.mark.slow
@pytest.mark.usefixtures("few_blocks")
@pytest.mark.parametrize("model", ["ConvNeXtTiny", "EfficientNetB0", "MobileNetV3Small"])
def test_models_of_keras_in_every_format(tmp_path: Path, model: Any) -> None:
    """GELU, constants that layers keep as tensors, and hard swish."""
    info = DatasetInfo((32, 32, 3), ("a", "b", "c"))
    built = build_model(info, KerasApplication(model), normalize=True)
    for name, (suffix, _) in FORMATS.items():
        path = tmp_path / f"model{suffix}"
        write(built, name, path, ["a", "b", "c"])


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
        path = tmp_path / f"{run.name}{FORMATS[name][0]}"
        with pytest.raises(ZookitError, match=f"to {name}.*Odd.*Digamma") as raised:
            export(run, default.exporters.build(name), path, Odd())
        assert len(str(raised.value)) < 700
        assert not path.exists()
    path = tmp_path / f"{run.name}{FORMATS['saved_model'][0]}"
    export(run, default.exporters.build("saved_model"), path, Odd())
    assert with_tensorflow(path)(np.zeros((2, 8, 8, 1), np.uint8)).shape == (2, 1)
    assert capfd.readouterr() == ("", "")
