"""The contract of architectures about exported models."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

from zookit.core import DatasetInfo, NotInstalled, ZookitError
from zookit.inference.export import Format, WrongExport, check_packages, suffix_of, write_checked
from zookit.modeling.model import build_model
from zookit.testing.architecture import smallest_shape
from zookit.testing.check import ContractBroken
from zookit.testing.target import NotApplicable, Target

_ANY_MODEL = ("keras", "saved_model")
"""Keras and TensorFlow can save any model. The other formats lack some operations."""
_CLASSES = ("a", "b", "c")


def exports_to_every_format(target: Target) -> None:
    """Its model can be saved by Keras and TensorFlow, and every export predicts the same.

    What ONNX or LiteRT does not support is reported and is no error.
    """
    shape = smallest_shape(target)
    model = build_model(DatasetInfo(shape, _CLASSES), target.component, normalize=True)
    missing: list[str] = []
    for to in get_args(Format):
        try:
            check_packages(to)
            with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
                path = Path(folder, f"model{suffix_of(to)}")
                info = {"class_names": _CLASSES}
                write_checked(model, to, path, info, "its model", target.entry.full_name)
        except NotInstalled as error:
            missing.append(str(error))
        except ZookitError as error:
            if isinstance(error, WrongExport) or to in _ANY_MODEL:
                raise ContractBroken(str(error)) from error
            missing.append(str(error))
    if missing:
        raise NotApplicable(" ".join(missing))
