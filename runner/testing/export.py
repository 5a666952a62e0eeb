"""The contract of architectures about exported models."""

from pathlib import Path
from tempfile import TemporaryDirectory

from zookit.core import DatasetInfo, NotInstalled, ZookitError
from zookit.inference.export import ExporterFailed, WrongExport, model_info, write_checked
from zookit.modeling.model import build_model
from zookit.registry import default
from zookit.testing.check import ContractBroken
from zookit.testing.shapes import smallest_shape
from zookit.testing.target import NotApplicable, Target

_CLASSES = ("a", "b", "c")


def exports_to_every_format(target: Target) -> None:
    """Every format that holds any model holds its model, and every export predicts the same.

    What other formats do not support is reported and is no error.
    """
    shape = smallest_shape(target)
    model = build_model(DatasetInfo(shape, _CLASSES), target.component, normalize=True)
    missing: list[str] = []
    for entry in default.exporters.entries():
        try:
            to = default.exporters.build(entry.full_name)
            with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
                path = Path(folder, f"model{to.component.suffix}")
                info = model_info(_CLASSES, shape, "none")
                write_checked(model, to, path, info, "its model", target.entry.full_name)
        except (NotInstalled, ExporterFailed) as error:
            missing.append(str(error))
        except ZookitError as error:
            if isinstance(error, WrongExport) or to.component.holds_any_model:
                raise ContractBroken(str(error)) from error
            missing.append(str(error))
    if missing:
        raise NotApplicable(" ".join(missing))
