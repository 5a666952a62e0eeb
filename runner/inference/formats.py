"""The formats that a model can be exported to. A leaf, since `--help` wants it."""

from typing import Literal

Format = Literal["keras", "saved_model", "onnx", "litert"]

ENDINGS: dict[Format, str] = {
    "keras": ".keras",
    "saved_model": ".saved_model",
    "onnx": ".onnx",
    "litert": ".tflite",
}
