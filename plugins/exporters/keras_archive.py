"""The exporter `keras`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zookit.core import Exporter
from zookit.plugins.exporters.description import INFO, add_to_archive, as_json

if TYPE_CHECKING:
    import keras

    from zookit.core import Predict


@dataclass(frozen=True)
class KerasArchive(Exporter):
    """Keras's own format, a .keras file, which can be trained further.

    Other names: h5, HDF5.
    """

    suffix = ".keras"
    holds_any_model = True

    def export(self, model: "keras.Model", path: Path, info: Mapping[str, Any]) -> None:
        """Write the file, with the description as a member of the archive."""
        model.save(path)
        add_to_archive(path, {INFO: as_json(info)})

    def load(self, path: Path) -> "Predict":
        """Load the model with Keras."""
        import keras

        model = keras.saving.load_model(path, compile=False, safe_mode=True)
        return lambda images: model(images).numpy()
