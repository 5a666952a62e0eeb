"""The files that a component reads, named by its parameters of the type `pathlib.Path`."""

import dataclasses
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from zookit.core.component import Component
from zookit.core.declaration import hints_of, is_input_file, item_type
from zookit.core.old_names import current_name
from zookit.core.parameters import create

C = TypeVar("C", bound=Component)


def input_files(component: Component) -> dict[str, Path]:
    """Return the path of each input file by the name of its parameter; of several, `name.0` ..."""
    found: dict[str, Path] = {}
    for name in input_parameters(component):
        value = getattr(component, name)
        if isinstance(value, tuple):
            found |= {f"{name}.{at}": Path(each) for at, each in enumerate(value)}
        elif value is not None:
            found[name] = Path(value)
    return found


def input_parameters(component: Component) -> tuple[str, ...]:
    """Return the names of the parameters that name input files, whether or not they are given."""
    kind: type = type(component)
    paths = _paths_of(kind)
    return tuple(name for name, hint in paths if component.reads_paths or is_input_file(hint))


def with_input_files(component: C, files: Mapping[str, Path]) -> C:
    """Return the component with other paths for its `input_files`; those left out stay.

    The files may have old names of its parameters.
    """
    if not files:
        return component
    kind = type(component)
    values = {field.name: getattr(component, field.name) for field in dataclasses.fields(component)}
    current = {current_name(kind, key): path for key, path in files.items()}
    return create(kind, replaced_paths(values, current))


def replaced_paths(values: Mapping[str, Any], files: Mapping[str, Path]) -> dict[str, Any]:
    """Return parameters with other paths, named as `input_files` names them."""
    replaced = dict(values)
    for key, path in files.items():
        name, _, at = key.partition(".")
        if not at:
            replaced[name] = str(path)
            continue
        several = list(replaced[name])
        several[int(at)] = str(path)
        replaced[name] = several
    return replaced


def file_name(path: Path) -> str:
    """Return the last part of a path, which names one file in any folder."""
    name = Path(os.path.normpath(path)).name
    return name if name not in ("", "..") else "input"


@cache
def _paths_of(component: type) -> tuple[tuple[str, Any], ...]:
    """Return the parameters that are paths, with their declared types."""
    return tuple(each for each in hints_of(component).items() if item_type(each[1]) is Path)
