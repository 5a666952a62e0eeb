"""Checks of what Python programs pass to the public functions."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from zookit.core import BadParameter, Component
from zookit.core.errors import quoted
from zookit.registry.instances import instead_of

C = TypeVar("C", bound=Component)

_INSTEAD = {
    "accuracy": 'metrics["accuracy"], or run.evaluate().accuracy',
    "loss": 'metrics["loss"]',
    "confusion": "evaluate().confusion",
    "fit": "resume(epochs=N)",
    "train": "resume(epochs=N)",
    "save": 'export("keras")',
    "load": "model()",
    "weights": "model().weights",
    "summary": "model().summary()",
    "plot": "report()",
    "config": "experiment",
    "path": "folder",
}
"""What `Run` has in place of attributes that other tools have."""

_INSTEAD_OF_DATA = {
    **{name: f"splits.{name}" for name in ("train", "test", "validation")},
    **{name: f"splits.train.{name}" for name in ("images", "labels")},
    "classes": "info.class_names",
    "class_names": "info.class_names",
}
"""What `LoadedData` has in place of attributes that one may expect."""

IMAGES_AND_LABELS = (
    "Write data.splits.train.images and data.splits.train.labels, and data.splits.test for the "
    "test images."
)
"""Where the arrays of `LoadedData` are."""


def path_of(given: object, name: str) -> Path:
    """Return a path. Raises BadParameter if it is neither text nor a path, or empty."""
    if isinstance(given, str) and not given:
        raise BadParameter(f"{name} is empty. Name a path, such as '.' for the current folder.")
    if isinstance(given, str | os.PathLike) and isinstance(os.fspath(given), str):
        return Path(given)
    raise BadParameter(f"{name} must be a path as text or pathlib.Path, got {quoted(given)}.")


def run_name_of(given: object) -> str:
    """Return how a run is named. Raises BadParameter if it is neither text nor a path."""
    if isinstance(given, str | os.PathLike):
        return str(given)
    folder, model = (getattr(given, each, None) for each in ("folder", "installed"))
    if isinstance(folder, Path):  # a run
        return str(folder) if model is None else str(model.full_name)
    raise BadParameter(
        "run must be the folder of a run, the start of its name, 'latest', or the name of an "
        f"installed model, got {quoted(given)}."
    )


def model_name_of(given: object) -> str:
    """Return the name of an installed model. Raises BadParameter if it is not text."""
    if isinstance(given, str):
        return given
    raise BadParameter(f"name must be the name of an installed model, got {quoted(given)}.")


def components_of(given: str | C | Iterable[str | C], name: str) -> tuple[str | C, ...]:
    """Return components, one or several, as a tuple. Raises BadParameter for anything else."""
    if isinstance(given, str | Component):
        return (given,)
    if isinstance(given, Iterable):
        found = tuple(given)
        if all(isinstance(each, str | Component) for each in found):
            return found
    raise BadParameter(
        f"{name} must be words such as 'NAME:KEY=VALUE', an instance, or a list of these, got "
        f"{quoted(given)}.{instead_of(given)}"
    )


def instances_of(given: Iterable[Component]) -> tuple[Component, ...]:
    """Return instances of components as a tuple. Raises BadParameter for anything else."""
    found = components_of(given, "instances")
    wrong = next((each for each in found if not isinstance(each, Component)), None)
    if wrong is not None:
        raise BadParameter(
            f"instances must contain instances of components, got {quoted(wrong)}. A registered "
            "component needs none."
        )
    return tuple(each for each in found if isinstance(each, Component))


def missing_of_run(name: str) -> AttributeError:
    """Return the error for an attribute that `Run` does not have, with what is meant."""
    return _missing("Run", name, _INSTEAD, "run")


def missing_of_data(name: str) -> AttributeError:
    """Return the error for an attribute that `LoadedData` does not have, with what is meant."""
    return _missing("LoadedData", name, _INSTEAD_OF_DATA, "data")


def _missing(kind: str, name: str, instead: Mapping[str, str], variable: str) -> AttributeError:
    hint = f" Write {variable}.{instead[name]}." if name in instead else ""
    return AttributeError(f"{kind!r} object has no attribute {name!r}.{hint}")
