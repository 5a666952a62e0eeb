"""Where the components of an experiment write to and send to, apart from the run's own folder.

Somebody else's run or experiment may name any file and any server. Nothing is written there unless
the user allows it.
"""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

from zookit.core import Component, ComponentSpec, Dataset, FolderError
from zookit.core.addresses import without_secrets
from zookit.core.input_files import input_files
from zookit.core.messages import option, printable
from zookit.training.composition import Composition


def destinations(composition: Composition, folder: Path | None = None) -> tuple[str, ...]:
    """Return in words each path outside a run's folder and each server that a parameter names.

    `folder` is the run's folder, or None for a run that does not have one yet. The files that
    components read, and instances that the user passed, do not count.
    """
    pairs = zip(composition.experiment.components(), composition.components(), strict=True)
    inside = None if folder is None else folder.resolve()
    return tuple(
        line
        for spec, component in pairs
        if spec.registered
        for line in _of_component(spec, component, inside)
    )


def check_destinations(
    composition: Composition, folder: Path | None = None, *, allowed: bool
) -> None:
    """Raise FolderError, which names all `destinations`, unless there are none or they are allowed.

    Nothing has been written yet.
    """
    found = () if allowed else destinations(composition, folder)
    if found:
        raise FolderError(
            f"the experiment writes outside the run's folder: {'; '.join(found)}. If you trust it, "
            f"use {option('--allow-writes', 'allow_writes=True')}."
        )


def _of_component(spec: ComponentSpec, component: Component, inside: Path | None) -> Iterator[str]:
    inputs = {name.partition(".")[0] for name in input_files(component)}
    for field in dataclasses.fields(component):
        value = getattr(component, field.name)
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, Path):
                # A data set reads the paths that it names.
                reads = field.name in inputs or isinstance(component, Dataset)
                if not reads and not (inside and each.resolve().is_relative_to(inside)):
                    yield f"{spec.short_name}: {field.name} is {printable(each)}"
            elif isinstance(each, str) and "://" in each:  # by default too: its path may be any
                yield f"{spec.short_name}: {field.name} is {printable(without_secrets(each))}"
