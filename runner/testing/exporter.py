"""The contract of exporters."""

from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from zookit.core import Architecture, DatasetInfo, Exporter
from zookit.core.calling import call_declared
from zookit.inference.export import model_info
from zookit.modeling.model import build_model
from zookit.testing.check import require
from zookit.testing.target import NotApplicable, Target
from zookit.testing.trial_training import Brightness

if TYPE_CHECKING:
    import keras

_CLASSES = ("a", "b", "c")
_TOLERANCE = 1e-4


@dataclass(frozen=True)
class _Convolution(Architecture):
    """A convolution, batch normalization and dropout."""

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        """(N, H, W, C) to (N, 4)."""
        from keras import layers

        outputs = layers.Conv2D(4, 3, padding="same", activation="relu")(images)
        outputs = layers.Dropout(0.5)(layers.BatchNormalization()(outputs))
        return layers.GlobalMaxPooling2D()(outputs)


_MODELS = (
    (Brightness(), (5, 4, 1), _CLASSES[:2]),
    (Brightness(), (5, 4, 3), _CLASSES),
    (_Convolution(), (8, 8, 3), _CLASSES),
)


def suffix_begins_with_a_dot(target: Target) -> None:
    """Its `suffix` begins with a dot, and names a file that every system allows."""
    suffix = getattr(target.kind, "suffix", None)
    allowed = (
        isinstance(suffix, str) and suffix[:1] == "." and suffix[1:].replace("_", "").isalnum()
    )
    require(allowed, f"its suffix is {suffix!r}")


def writes_what_it_is_asked_to(target: Target) -> None:
    """It writes the file that it is given, or a folder if `is_folder` is true, and nothing else.

    The model stays as it is.
    """
    exporter: Exporter = target.component
    for model in _models():
        before = model.get_weights()
        with _exported(target, model) as path:
            what = "folder" if exporter.is_folder else "file"
            there = path.is_dir() if exporter.is_folder else path.is_file()
            require(there, f"it wrote no {what} {path.name}")
            others = {each.name for each in path.parent.iterdir()} - {path.name}
            require(not others, f"it also wrote {', '.join(sorted(others))}")
        pairs = zip(before, model.get_weights(), strict=True)
        require(all(np.array_equal(*pair) for pair in pairs), "it changed the weights of the model")


def predicts_the_same(target: Target) -> None:
    """What it wrote predicts as the model does, for any number of images.

    `load` returns a function of uint8 images that returns float32 probabilities.
    """
    exporter: Exporter = target.component
    for model in _models():
        with _exported(target, model) as path:
            predict = call_declared(exporter.load, path=path)
            if predict is None:
                raise NotApplicable("the runtime of the format is not installed")
            for count in (1, 3):
                _require_alike(predict, model, count)


def _require_alike(predict: Any, model: "keras.Model", count: int) -> None:
    random = np.random.default_rng(count)
    images = random.integers(0, 256, (count, *model.input_shape[1:])).astype(np.uint8)
    expected = np.asarray(model(images, training=False))
    found = predict(images)
    shape = getattr(found, "shape", None)
    require(
        shape == expected.shape and str(found.dtype) == "float32",
        f"for {count} images of {images.shape[1:]}, it returns {type(found).__name__} {shape}, "
        f"expected float32 {expected.shape}",
    )
    apart = float(np.abs(np.asarray(found) - expected).max())
    require(
        apart <= _TOLERANCE, f"for {count} images of {images.shape[1:]}, it differs by {apart:.2g}"
    )


@lru_cache(maxsize=1)
def _models() -> "list[keras.Model]":
    models = []
    for architecture, shape, names in _MODELS:
        model = build_model(DatasetInfo(shape, names), architecture, normalize=True)
        random = np.random.default_rng(0)
        # As after training: those of a new model hide what is lost, such as zeros.
        model.set_weights([random.uniform(0.1, 1, each.shape) for each in model.get_weights()])
        models.append(model)
    return models


@contextmanager
def _exported(target: Target, model: "keras.Model") -> Iterator[Path]:
    """Yield the path that it wrote a model to, in a folder that is the current one meanwhile."""
    exporter: Exporter = target.component
    names = _CLASSES[: max(2, model.output_shape[1])]
    info = model_info(names, model.input_shape[1:], "none")
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder, chdir(folder):
        path = Path(folder, f"model{exporter.suffix}")
        call_declared(exporter.export, model=model, path=path, info=info)
        yield path


CHECKS = (suffix_begins_with_a_dot, writes_what_it_is_asked_to, predicts_the_same)
