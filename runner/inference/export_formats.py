"""The formats of exported models: how each is written, described, and loaded again."""

import inspect
import json
import zipfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import tensorflow as tf

from zookit.inference.onnx_conversion import INPUT, convert_to_onnx

if TYPE_CHECKING:
    import numpy.typing as npt

    Pixels = npt.NDArray[np.uint8]

INFO = "model_info.json"
"""The name of the description in a .keras archive, in the archive at the end of a .tflite file, and
in the folder assets.extra of a SavedModel. In ONNX each key is a property of the model."""
LABELS = "labels.txt"
"""The class names in a .tflite file, one in each line."""
_IMAGES = 4


def write_model(model: keras.Model, to: str, path: Path, info: Mapping[str, Any]) -> None:
    """Write a model with its description. Converters raise errors of any type."""
    if to == "keras":
        (_in_inference_mode(model) if _trains_by_default(model) else model).save(path)
        _add_to_archive(path, {INFO: _json(info)})
    elif to == "saved_model":
        _in_inference_mode(model).export(path, format="tf_saved_model", verbose=False)
        extra = path / "assets.extra"  # TensorFlow's folder for the files of others
        extra.mkdir()
        (extra / INFO).write_text(_json(info), encoding="utf-8")
    elif to == "onnx":
        from onnx import helper, save_model

        converted = convert_to_onnx(model)
        helper.set_model_props(converted, {name: _json(value) for name, value in info.items()})
        save_model(converted, path)
    else:
        # By default Keras also allows operations that need TensorFlow's own interpreter.
        only = {"supported_ops": [tf.lite.OpsSet.TFLITE_BUILTINS]}
        _in_inference_mode(model).export(path, format="litert", verbose=False, target_spec=only)
        labels = "".join(f"{' '.join(name.splitlines())}\n" for name in info["class_names"])
        _add_to_archive(path, {LABELS: _encodable(labels), INFO: _json(info)})


def largest_difference(model: keras.Model, to: str, path: Path) -> float:
    """Load a written model, and return how far its probabilities differ for random images.

    The runtime of ONNX need not be installed; without it, the difference is 0.
    """
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (_IMAGES, *model.input_shape[1:]), np.uint8)
    images[0], images[1] = 0, 255
    if to == "onnx" and not find_spec("onnxruntime"):
        return 0.0
    found = _predict(to, path, images)
    return float(np.abs(found - model(images, training=False).numpy()).max())


def _predict(to: str, path: Path, images: "Pixels") -> "npt.NDArray[np.float32]":
    if to == "keras":
        loaded = keras.saving.load_model(path, compile=False, safe_mode=True)
        probabilities = loaded(images).numpy()
    elif to == "saved_model":
        served = tf.saved_model.load(path)
        probabilities = served.serve(images).numpy()
    elif to == "onnx":
        import onnxruntime

        session = onnxruntime.InferenceSession(path)
        (probabilities,) = session.run(None, {INPUT: images})
    else:
        if find_spec("ai_edge_litert"):  # TensorFlow's own is the same, and deprecated
            from ai_edge_litert.interpreter import Interpreter
        else:
            Interpreter = tf.lite.Interpreter  # noqa: N806
        run = Interpreter(model_path=str(path)).get_signature_runner()
        (probabilities,) = run(**dict.fromkeys(run.get_input_details(), images)).values()
    return np.asarray(probabilities)


def _in_inference_mode(model: keras.Model) -> keras.Model:
    """Return a model that calls this one with training=False, unless it is trained."""
    images = keras.Input(model.input_shape[1:], dtype="uint8", name=INPUT)
    return keras.Model(images, model(images, training=False))


def _trains_by_default(model: keras.Model) -> bool:
    """Whether the model computes as in training if it is called without the argument `training`.

    Keras's layers for preprocessing, such as RandomFlip and Resizing, have training=True as their
    default, and the layers that follow take it from them.
    """
    parameters = (
        inspect.signature(layer.call).parameters.get("training")
        for layer in model._flatten_layers()  # noqa: SLF001 - Keras has no public name for it
    )
    return any(each is not None and each.default is True for each in parameters)


def _encodable(text: str) -> str:
    r"""Return the text with lone surrogates, as in undecodable names of folders, as `\udcff`."""
    return text.encode("utf-8", "backslashreplace").decode()


def _add_to_archive(path: Path, members: Mapping[str, str]) -> None:
    """Add text to a ZIP archive, or append an archive to a file that is none."""
    with zipfile.ZipFile(path, "a") as archive:
        for name, text in members.items():
            archive.writestr(zipfile.ZipInfo(name), text)  # without the time


def _json(value: Any) -> str:
    return _encodable(json.dumps(value, ensure_ascii=False))  # which is an escape of JSON too
