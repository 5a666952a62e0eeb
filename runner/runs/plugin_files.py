"""The copies of plugin files in a run's folder, `plugins/NAME.py`. They are never executed."""

import re
import shlex
from collections.abc import Iterable
from pathlib import Path

from zookit.core import Component, FolderError, reason_of
from zookit.core.messages import option
from zookit.registry.plugin_file_loader import files_by_name
from zookit.registry.plugin_files import file_of

PLUGINS = "plugins"
_OWNER = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*\.py)==[0-9a-f]{16}")
"""The owner of a component in a file. A folder may have anything, and this is shown."""


def file_in_owner(owner: str) -> str | None:
    """Return the name of the file in `net.py==5891b5b522d5df08`; None for a distribution."""
    found = _OWNER.fullmatch(owner)
    return found[1] if found else None


def how_to_name(file: str | Path, command: str = "COMMAND ...") -> str:
    """Return how the reader of a message names a file with plugins, for a command."""
    shown = shlex.quote(str(file))
    python = f"zookit.registry.default.add_file({str(file)!r})"
    return option(f"zookit --plugin {shown} {command}", python)


def copy_hint(folder: Path, file: str, command: str = "COMMAND ...") -> str:
    """Return how to name the copy that a run has of a file; empty if there is none."""
    copy = folder / PLUGINS / file
    return (
        f"name the run's own copy, if you trust it: {how_to_name(copy, command)}" * copy.is_file()
    )


def plugin_files(components: Iterable[Component]) -> dict[str, bytes]:
    """Return the content of the files that components come from, by name.

    Raises BadParameter if two of them have one name.
    """
    return files_by_name(filter(None, (file_of(type(each)) for each in components)))


def copy_plugin_files(components: Iterable[Component], folder: Path) -> None:
    """Write the files that components come from into a run's folder.

    Raises FolderError if one cannot be written.
    """
    files = plugin_files(components)
    try:
        if files:
            (folder / PLUGINS).mkdir(exist_ok=True)
        for name, content in files.items():
            (folder / PLUGINS / name).write_bytes(content)
    except OSError as error:
        raise FolderError(
            f"{folder / PLUGINS} cannot be written: {error.strerror or reason_of(error)}."
        ) from None
