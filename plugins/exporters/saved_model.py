"""The exporter `saved_model`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zookit.core import Exporter
from zookit.plugins.exporters.description import INFO, as_json

if TYPE_CHECKING:
    import keras

    from zookit.core import Predict


@dataclass(frozen=True)
class SavedModel(Exporter):
    """TensorFlow's format, a folder, for TensorFlow Serving and other languages.

    Other names: pb, TF, TensorFlow.
    """

    suffix = ".saved_model"
    is_folder = True
    holds_any_model = True

    def export(self, model: "keras.Model", path: Path, info: Mapping[str, Any]) -> None:
        """Write the folder, with the description in assets.extra."""
        model.export(path, format="tf_saved_model", verbose=False)
        extra = path / "assets.extra"  # TensorFlow's folder for the files of others
        extra.mkdir()
        (extra / INFO).write_text(as_json(info), encoding="utf-8")

    def load(self, path: Path) -> "Predict":
        """Load the model with TensorFlow."""
        import tensorflow as tf

        loaded = tf.saved_model.load(path)
        return lambda images: loaded.serve(images).numpy()
