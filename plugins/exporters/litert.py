"""The exporter `litert`."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zookit.core import Exporter
from zookit.plugins.exporters.description import INFO, add_to_archive, as_json, encodable

if TYPE_CHECKING:
    import keras

    from zookit.core import Predict

_LABELS = "labels.txt"
"""The class names, one in each line."""


@dataclass(frozen=True)
class LiteRT(Exporter):
    """LiteRT, formerly TensorFlow Lite, a .tflite file, for phones and small devices.

    Other names: TFLite, lite.
    """

    suffix = ".tflite"

    def export(self, model: "keras.Model", path: Path, info: Mapping[str, Any]) -> None:
        """Write the file, with the description and a list of the classes appended to it."""
        import tensorflow as tf

        # By default Keras also allows operations that need TensorFlow's own interpreter.
        only = {"supported_ops": [tf.lite.OpsSet.TFLITE_BUILTINS]}
        model.export(path, format="litert", verbose=False, target_spec=only)
        labels = "".join(f"{' '.join(name.splitlines())}\n" for name in info["class_names"])
        add_to_archive(path, {_LABELS: encodable(labels), INFO: as_json(info)})

    def load(self, path: Path) -> "Predict":
        """Load the model with LiteRT's interpreter, or with TensorFlow's, which is the same."""
        if find_spec("ai_edge_litert"):  # TensorFlow's own is deprecated
            from ai_edge_litert.interpreter import Interpreter
        else:
            import tensorflow as tf

            Interpreter = tf.lite.Interpreter  # noqa: N806
        run = Interpreter(model_path=str(path)).get_signature_runner()
        names = run.get_input_details()
        return lambda images: next(iter(run(**dict.fromkeys(names, images)).values()))
