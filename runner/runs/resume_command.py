"""The command that resumes a run, for messages."""

import shlex
from pathlib import Path

from zookit.registry.plugin_files import named_file
from zookit.runs.plugin_files import file_in_owner
from zookit.runs.run import RunRecord


def resume_command(run: RunRecord, *options: str, name: str | None = None) -> str:
    """Return what to type to resume a run, with the Python files that it needs.

    `name` is how the run is named, by default with its folder.
    """
    words = ["zookit"]
    files = map(file_in_owner, run.environment.owners().values())
    for file in dict.fromkeys(filter(None, files)):
        words += ["--plugin", _shown(file)]
    return shlex.join([*words, "resume", name or str(run.folder), *options])


def _shown(file: str) -> str:
    """Return the path of a file that is named in this process; otherwise its name."""
    path, here = named_file(file), Path.cwd()
    if path is None:
        return file
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
