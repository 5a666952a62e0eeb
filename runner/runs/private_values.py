"""The paths of a machine and the addresses with secrets that a run names."""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from zookit.core.addresses import without_secrets
from zookit.core.messages import printable
from zookit.runs.run import RunRecord

_WITHIN = re.compile(r"""(?:^|[\s=,;'"(\[])(/[^\s/:;,'"]+/\S*|~[\w.-]*/\S+|[A-Za-z]:[\\/]\S+)""")
"""A path of at least two parts within a text."""
_NO_PATHS = ("class_names", "devices")
"""TensorFlow's devices look like paths, and a class may be called anything."""


def is_path_of_machine(text: str) -> bool:
    """Return whether a text is an absolute path, of this system or another, or begins with `~`."""
    return (
        PurePosixPath(text).is_absolute()
        or PureWindowsPath(text).is_absolute()
        or (text.startswith("~") and "/" in text)
    )


def private_values(run: RunRecord) -> Iterator[str]:
    """Yield a line for each path of a machine and each address with a secret that a run names.

    A line is such as `dataset.path is /home/me/photos`. Secrets are left out. Parameters that equal
    their default come from the component's package, and do not count.
    """
    for slot, spec in run.experiment.slots().items():
        for name, value in spec.changed()["parameters"].items():
            yield from _in_value(f"{slot}.{name}", value)
    yield from _in_value("initial_weights", run.experiment.initial_weights)
    yield from _in_value("", run.environment.plain())
    if run.ending is not None:
        yield from _in_value("error", run.ending.error)


def _in_value(where: str, value: Any) -> Iterator[str]:
    """Yield the lines for a text, and for all texts in a list or a table."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            if name not in _NO_PATHS:
                yield from _in_value(f"{where}.{name}".lstrip("."), each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _in_value(where, each)
    elif isinstance(value, str):
        shown = without_secrets(value)
        found = _WITHIN.search(value)
        if shown != value:
            yield f"{printable(where)} is {printable(shown)} with a secret"
        elif is_path_of_machine(value):
            yield f"{printable(where)} is {printable(value)}"
        elif found:
            yield f"{printable(where)} names {printable(found[1])}"
