"""The copies of plugin files in a run's folder, `plugins/NAME.py`. They are never executed."""

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from zookit.core import BadParameter, Component, FolderError, reason_of
from zookit.registry.plugin_files import file_of, version_of

PLUGINS = "plugins"


def copy_plugin_files(
    components: Iterable[Component], owners: Mapping[str, str], folder: Path
) -> None:
    """Copy the files that components come from into a run's folder, which is removed on an error.

    `owners` are those of the components, with the hashes of the files. Raises BadParameter if a
    file has changed since it was imported, and FolderError if a copy cannot be written.
    """
    files = {file for each in components if (file := file_of(type(each))) is not None}
    try:
        for file in sorted(files):
            content = file.read_bytes()
            if f"{file.name}=={version_of(content)}" not in owners.values():
                raise BadParameter(f"{file} has changed since it was imported. Start again.")
            (folder / PLUGINS).mkdir(exist_ok=True)
            (folder / PLUGINS / file.name).write_bytes(content)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise FolderError(
            f"{folder / PLUGINS} cannot be written: {error.strerror or reason_of(error)}."
        ) from None
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
