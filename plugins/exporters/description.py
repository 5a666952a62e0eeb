"""The description of a model, beside it in what is written."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

INFO = "model_info.json"
"""The name of the description in a .keras archive, in the archive at the end of a .tflite file, and
in the folder assets.extra of a SavedModel. In ONNX each key is a property of the model."""


def encodable(text: str) -> str:
    r"""Return the text with lone surrogates, as in undecodable names of folders, as `\udcff`."""
    return text.encode("utf-8", "backslashreplace").decode()


def as_json(value: Any) -> str:
    """Return a value as JSON that can be encoded."""
    return encodable(json.dumps(value, ensure_ascii=False))  # which is an escape of JSON too


def add_to_archive(path: Path, members: Mapping[str, str]) -> None:
    """Add text to a ZIP archive, or append an archive to a file that is none."""
    with zipfile.ZipFile(path, "a") as archive:
        for name, text in members.items():
            archive.writestr(zipfile.ZipInfo(name), text)  # without the time
