"""The exporter `onnx`."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from zookit.core import Exporter
from zookit.plugins.exporters.description import as_json

if TYPE_CHECKING:
    import keras

    from zookit.core import Predict


@dataclass(frozen=True)
class Onnx(Exporter):
    """ONNX, a .onnx file, for ONNX Runtime and many other programs."""

    suffix = ".onnx"
    packages: ClassVar = {"onnx": "zookit[export]", "tf2onnx": "zookit[export]"}

    def export(self, model: "keras.Model", path: Path, info: Mapping[str, Any]) -> None:
        """Write the file; each key of the description is a property of the model."""
        from onnx import helper, save_model

        from zookit.plugins.exporters.onnx_conversion import convert_to_onnx

        converted = convert_to_onnx(model)
        helper.set_model_props(converted, {name: as_json(value) for name, value in info.items()})
        save_model(converted, path)

    def load(self, path: Path) -> "Predict | None":
        """Load the model with ONNX Runtime, if it is installed."""
        if not find_spec("onnxruntime"):
            return None
        import onnxruntime

        session = onnxruntime.InferenceSession(path)
        (given,) = session.get_inputs()
        return lambda images: session.run(None, {given.name: images})[0]
