"""A folder in which a pushed run is stored, such as one on a network drive."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from zookit.core.data.writing import written_aside
from zookit.core.progress import Advance
from zookit.core.reading import open_regular
from zookit.remote.manifest import MANIFEST
from zookit.remote.storage import BLOCK, NotThere, RemoteError, WritableStorage, unwritable
from zookit.runs.run import EXPERIMENT


class FolderStorage(WritableStorage):
    """A folder. Only regular files are read, and nothing is written through a link."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))
        self._folder = folder

    def is_within(self, folder: Path) -> bool:
        """Return whether it is `folder` or lies in it, following links."""
        return Path(os.path.realpath(self._folder)).is_relative_to(os.path.realpath(folder))

    def is_beside(self, folder: Path) -> bool:
        """Return whether it is in the same folder as `folder`, following links."""
        parents = [Path(os.path.realpath(each)).parent for each in (self._folder, folder)]
        return parents[0] == parents[1]

    def has_other_files(self) -> bool:
        """Return whether the folder has files, but none of a run that was pushed."""
        try:
            names = {each.name for each in self._folder.iterdir()}
        except OSError:  # there is none, or writing to it will fail
            return False
        return bool(names) and names.isdisjoint((EXPERIMENT, MANIFEST))

    def blocks(self, name: str, start: int) -> Iterator[bytes]:
        """See `Storage`."""
        try:
            with open_regular(self._folder / name) as file:
                file.seek(start)
                while block := file.read(BLOCK):
                    yield block
        except (FileNotFoundError, NotADirectoryError):
            raise NotThere(f"{self.at(name)} does not exist.") from None
        except OSError as error:
            raise self._unreadable(name, error) from None

    def size(self, name: str) -> int | None:
        """See `Storage`."""
        try:
            with open_regular(self._folder / name) as file:
                return file.seek(0, 2)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise self._unreadable(name, error) from None

    def send(self, path: Path, name: str, advance: Advance) -> None:
        """See `Storage`."""
        target = self._path(name)
        try:
            with written_aside(target) as aside:
                shutil.copyfile(path, aside)
        except OSError as error:
            raise unwritable(target, error) from None
        advance(path.stat().st_size)

    def remove(self, name: str) -> None:
        """See `Storage`."""
        path = self._path(name)
        try:
            path.unlink(missing_ok=True)
        except NotADirectoryError:  # the name of a folder in it is that of a file
            return
        except OSError as error:
            raise unwritable(path, error) from None
        for parent in path.relative_to(self._folder).parents[:-1]:
            try:
                (self._folder / parent).rmdir()
            except OSError:  # not empty
                return

    def _path(self, name: str) -> Path:
        """Return the path of a file to write or remove. Raises RemoteError if a link leads there.

        Whoever can write to the folder could have put it there, to have other files changed.
        """
        path = self._folder / name
        for parent in path.relative_to(self._folder).parents[:-1]:
            if (self._folder / parent).is_symlink():
                raise RemoteError(
                    f"{self._folder / parent} is a link, and nothing is written through it. Remove "
                    "it, or choose another folder."
                )
        return path

    def _unreadable(self, name: str, error: OSError) -> RemoteError:
        return RemoteError(
            f"{self.at(name)} cannot be read: {error.strerror or error}. Remove it or make it "
            "readable, or choose another folder."
        )
