"""The files that callbacks write into a run's folder: `files/NAME/epoch-00003.png`."""

import os
import re
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from zookit.core.errors import FolderError, quoted, reason_of

FILES = "files"
"""The folder in a run's folder."""
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SUFFIX = re.compile(r"(\.[A-Za-z0-9_-]{1,16}){1,3}")
_OF_EPOCH = re.compile(r"epoch-([0-9]{5,9})" + _SUFFIX.pattern)


class RunFiles:
    """The files of all callbacks of one run.

    zookit sets `folder` to the run's folder once it exists, and `ended` to the epoch, counted from
    1, that has just ended, or to None while an epoch is trained.
    """

    def __init__(self, folder: Path | None = None, ended: int | None = None) -> None:
        self.folder = folder
        self.ended = ended
        self._owners: dict[str, object] = {}

    def claim(self, name: str, owner: object) -> None:
        """Let `owner` write the files of a name. Raises ValueError if somebody else does."""
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ValueError(
                f"files: {quoted(name)} is not a name. Expected letters, digits, _ and -, at most "
                "64 of them"
            )
        if self._owners.setdefault(name.lower(), owner) is not owner:
            raise ValueError(f"files: another callback of the run has files named {name!r} too")


@dataclass(frozen=True)
class EpochFiles:
    """Files of one name in a run's folder, one for each epoch. `CallbackRun.files` returns it."""

    _files: RunFiles
    _name: str

    def path(self, epoch: int, suffix: str) -> Path:
        """Return the path of an epoch's file, such as `RUN/files/predictions/epoch-00003.png`.

        Nothing is at the path, and its folder exists. Call this in `on_epoch_end` or in
        `on_train_end`: when a run is resumed, zookit removes the files of the epochs that are
        trained again.

        Args:
            epoch: the epoch that has just ended, counted from 1: Keras's `epoch` plus 1.
            suffix: the end of the file's name, such as ".png".

        Raises:
            ValueError: another epoch is given, or an epoch has not just ended, or the suffix is not
                one.
            FolderError: the folder cannot be written.
        """
        ended, run = self._files.ended, self._files.folder
        if run is None or ended is None:
            raise ValueError("path: call it in on_epoch_end or on_train_end")
        if epoch != ended:
            raise ValueError(
                f"path: epoch is {quoted(epoch)}, expected {ended}, the epoch that has just ended, "
                "counted from 1. In on_epoch_end, pass epoch + 1"
            )
        if not isinstance(suffix, str) or not _SUFFIX.fullmatch(suffix):
            raise ValueError(f"path: suffix is {quoted(suffix)}, expected one such as '.png'")
        path = run / FILES / self._name / f"epoch-{ended:05}{suffix}"
        try:
            for folder in (run / FILES, path.parent):
                _make_folder(folder)
            remove(path)
        except OSError as error:
            raise FolderError(
                f"{path} cannot be written: {error.strerror or reason_of(error)}. Remove what is "
                "there, or free some disk space."
            ) from error
        return path


def epoch_of(name: str) -> int | None:
    """Return the epoch that a file is of, by its name; None if it is no file of an epoch."""
    match = _OF_EPOCH.fullmatch(name)
    return int(match[1]) if match else None


def is_real_folder(path: Path) -> bool:
    """Whether a path is a folder, and no link to one."""
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False


def remove(path: Path) -> None:
    """Remove a file, a folder or a link, not what it leads to, if it is there. Raises OSError."""
    if is_real_folder(path):
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _make_folder(path: Path) -> None:
    """Create a folder unless it is there. Raises OSError, also for a link to a folder."""
    try:
        path.mkdir()
    except FileExistsError:
        if not is_real_folder(path):
            raise NotADirectoryError(0, f"{path} is not a folder") from None
