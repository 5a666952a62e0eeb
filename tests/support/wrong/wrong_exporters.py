"""Exporters, each wrong in one way; ENTRIES names the checks that each must fail."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from zookit.core import Exporter

SUFFIX = "suffix begins with a dot"
WRITES = "writes what it is asked to"
PREDICTS = "predicts the same"


@dataclass(frozen=True)
class Right(Exporter):
    """Keras's own format; nothing is wrong."""

    suffix = ".keras"

    def export(self, model: Any, path: Path, info: Mapping[str, Any]) -> None:
        assert info["class_names"]
        model.save(path)

    def load(self, path: Path) -> Any:
        import keras

        model = keras.saving.load_model(path)
        return lambda images: np.asarray(model(images, training=False))


@dataclass(frozen=True)
class NoDot(Right):
    """A suffix without a dot."""

    suffix = "model.keras"


@dataclass(frozen=True)
class Elsewhere(Right):
    """Writes into the current folder."""

    def export(self, model: Any, path: Path, info: Mapping[str, Any]) -> None:
        model.save("other.keras")

    def load(self, path: Path) -> Any:
        return super().load(Path("other.keras"))


@dataclass(frozen=True)
class Beside(Right):
    """Leaves another file."""

    def export(self, model: Any, path: Path, info: Mapping[str, Any]) -> None:
        super().export(model, path, info)
        Path(f"{path}.log").write_text("done")


@dataclass(frozen=True)
class NoFolder(Right):
    """Writes a file, and says that it is a folder."""

    is_folder = True


@dataclass(frozen=True)
class ChangesModel(Right):
    """Changes the weights of the model that it is given, after saving it."""

    def export(self, model: Any, path: Path, info: Mapping[str, Any]) -> None:
        super().export(model, path, info)
        model.set_weights([each * 0 for each in model.get_weights()])

    def load(self, path: Path) -> Any:
        return None


@dataclass(frozen=True)
class Training(Right):
    """Predicts as in training, with dropout."""

    def load(self, path: Path) -> Any:
        import keras

        model = keras.saving.load_model(path)
        return lambda images: np.asarray(model(images, training=True))


@dataclass(frozen=True)
class Forgets(Right):
    """Saves no weights."""

    def export(self, model: Any, path: Path, info: Mapping[str, Any]) -> None:
        path.write_text(model.to_json())

    def load(self, path: Path) -> Any:
        import keras

        model = keras.models.model_from_json(path.read_text())
        return lambda images: np.asarray(model(images, training=False))


@dataclass(frozen=True)
class OneImage(Right):
    """Predicts one image alone."""

    def load(self, path: Path) -> Any:
        predict = super().load(path)
        return lambda images: predict(images[:1])


@dataclass(frozen=True)
class Doubles(Right):
    """Returns float64."""

    def load(self, path: Path) -> Any:
        predict = super().load(path)
        return lambda images: predict(images).astype("float64")


ENTRIES = {
    "right": (Right, ()),
    "no_dot": (NoDot, (SUFFIX,)),
    "elsewhere": (Elsewhere, (WRITES,)),
    "beside": (Beside, (WRITES,)),
    "no_folder": (NoFolder, (WRITES,)),
    "changes_model": (ChangesModel, (WRITES,)),
    "training": (Training, (PREDICTS,)),
    "forgets": (Forgets, (PREDICTS,)),
    "one_image": (OneImage, (PREDICTS,)),
    "doubles": (Doubles, (PREDICTS,)),
}
