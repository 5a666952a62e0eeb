"""Commands for a run, for messages: with the Python files that its components come from."""

import shlex
from collections.abc import Iterable
from pathlib import Path

from zookit.registry.plugin_files import named_file
from zookit.runs.plugin_files import PLUGINS, file_in_owner
from zookit.runs.run import RunRecord


def resume_command(run: RunRecord, *options: str, name: str | None = None) -> str:
    """Return what to type to resume a run.

    `name` is how the run is named, by default with its folder.
    """
    words = ("resume", name or str(run.folder), *options)
    return command_with_files(run.environment.owners().values(), *words)


def resume_command_in(folder: Path) -> str:
    """Return what to type to resume the run in a folder that cannot be read or written."""
    files = sorted(each.name for each in (folder / PLUGINS).glob("*.py"))
    return _command(files, "resume", str(folder))


def command_with_files(owners: Iterable[str], *words: str) -> str:
    """Return a command that needs components of these owners, as a line to type."""
    return _command(filter(None, map(file_in_owner, owners)), *words)


def _command(files: Iterable[str], *words: str) -> str:
    named = (("--plugin", _shown(each)) for each in dict.fromkeys(files))
    return shlex.join(["zookit", *(word for pair in named for word in pair), *words])


def _shown(file: str) -> str:
    """Return the path of a file that is named in this process; otherwise its name."""
    path, here = named_file(file), Path.cwd()
    if path is None:
        return file
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
