"""Write files safely, and without destroying what somebody else wrote.

`written_aside` writes a file or a folder of zookit's own. `output_written` writes one that the user
named; `check_output` and `note_output` are its two halves, for what is written in place.
"""

import contextlib
import hashlib
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zookit.core.data.cache import cache_folder, cache_subfolder
from zookit.core.data.files import state_of
from zookit.core.errors import FolderError, reason_of
from zookit.core.messages import option
from zookit.core.reading import open_regular, read_bounded

ASIDE = ".zookit-"
"""The beginning of the names of folders in which something is written aside."""
_SUFFIX = ".aside"
_MARKED = 1000
"""The bytes at the beginning of a file in which a mark is searched."""
_NOTES = "written"
"""The folder of the notes in the cache."""
_MOST_FILES = 10_000
"""A folder with more files is not zookit's."""


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """Yield a path to write a file or a folder to, which is moved to `path` at the end.

    A file at `path` is replaced, and a link there too, not what it leads to. On an error, or if
    nothing is written, nothing changes.

    The path is in a new folder beside `path`, whose name is random and that nobody else can enter.
    Creating a folder fails if there is anything of that name, as O_EXCL and O_NOFOLLOW do for
    files, so that no link in a stranger's folder leads the writing elsewhere.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    private = tempfile.mkdtemp(_SUFFIX, ASIDE, path.parent)
    try:
        aside = Path(private, path.name)
        yield aside
        if os.path.lexists(aside):
            aside.replace(path)
    finally:
        shutil.rmtree(private, ignore_errors=True)


def remove_leftovers(folder: Path) -> None:
    """Remove what `written_aside` left in a folder when its process was killed."""
    for leftover in folder.glob(f"{ASIDE}*{_SUFFIX}"):
        shutil.rmtree(leftover, ignore_errors=True)  # removes nothing through a link


@contextmanager
def output_written(
    path: Path, hint: str, *, force: bool | None = False, mark: bytes = b""
) -> Iterator[Path]:
    """Yield a path to write a user's output to: a file or a folder, moved to `path` at the end.

    Args:
        path: where the user wants it, in a folder that exists.
        hint: what to do about an error, such as "Choose another file with --output".
        force: replace a file that zookit did not write; None if the user has no such option.
        mark: bytes near the beginning of a file by which zookit knows that it wrote it.

    Raises:
        FolderError: it cannot be written, or `check_output` refuses it, before or after the block.
    """
    _check_replaceable(path, hint, force=force, mark=mark)
    try:
        with written_aside(path) as aside:
            yield aside
            _check_replaceable(path, hint, force=force, mark=mark)
            if path.is_dir() and not path.is_symlink():
                path.rename(aside.parent / "replaced by a folder")  # removed with its parent
    except OSError as error:
        raise _unwritable(path, error.strerror or reason_of(error), hint) from error
    note_output(path)


def check_suffix(file: Path, suffix: str, content: str) -> None:
    """Raise FolderError if the name of a file to write promises another content."""
    if file.suffix.lower() not in ("", suffix):
        raise FolderError(
            f"{file} would be {content}, whose name must end in {suffix}. Write "
            f"{file.with_suffix(suffix)}."
        )


def check_output(path: Path, hint: str, *, force: bool | None = False, mark: bytes = b"") -> None:
    """Raise FolderError if a user's output cannot be at `path`, or would destroy something.

    A file or a folder is replaced if zookit wrote it and nobody has changed it since, or if a file
    has the mark. With `force`, any regular file or link is replaced. Folders and devices that
    zookit did not write are never replaced. Nothing is left in the folder of `path`, into which a
    file without a name is written, to see whether that is possible.
    """
    _check_replaceable(path, hint, force=force, mark=mark)
    try:
        with tempfile.TemporaryFile(dir=path.absolute().parent):
            pass
    except OSError as error:
        raise _unwritable(path, error.strerror or reason_of(error), hint) from error


def _check_replaceable(path: Path, hint: str, *, force: bool | None, mark: bytes) -> None:
    """Raise FolderError if `path` would destroy something; see `check_output`."""
    try:
        if not path.absolute().parent.is_dir():
            raise _unwritable(path, f"the folder {path.absolute().parent} does not exist", hint)
        mode = os.lstat(path).st_mode
        if _is_noted(path) or (mark and _has_mark(path, mode, mark)):
            return
    except FileNotFoundError:
        return
    except OSError as error:
        raise _unwritable(path, error.strerror or reason_of(error), hint) from error
    if stat.S_ISDIR(mode):
        raise _unwritable(
            path, "it is a folder that zookit did not write, or has changed since", hint
        )
    if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
        raise _unwritable(path, "it is not a regular file", hint)
    if not force:
        replace = f", or replace it with {option('--force', 'force=True')}"
        raise FolderError(
            f"{path} already exists, and was not written by zookit or has changed since. "
            f"{hint}{'' if force is None else replace}."
        )


def note_output(path: Path) -> None:
    """Note in the cache that zookit has just written `path`, so that it may replace it later."""
    note = _note_of(path)
    with contextlib.suppress(OSError):  # without a note, the file is not replaced
        cache_subfolder(_NOTES)
        with written_aside(note) as aside:
            aside.write_text(_state(path), encoding="ascii")


def _is_noted(path: Path) -> bool:
    try:
        return read_bounded(_note_of(path), 100).decode("ascii") == _state(path)
    except (OSError, UnicodeDecodeError):
        return False


def _note_of(path: Path) -> Path:
    parent, name = os.path.realpath(path.absolute().parent), path.absolute().name
    return cache_folder() / _NOTES / hashlib.sha256(os.fsencode(f"{parent}/{name}")).hexdigest()


def _state(path: Path) -> str:
    """Return a hash of the sizes and times of a file, or of all files below a folder.

    Raises OSError if it cannot be read or has too many files.
    """
    found = [(".", path.lstat())]
    if stat.S_ISDIR(found[0][1].st_mode):
        found = []
        for folder, _, files in os.walk(path):
            found += [(name, Path(folder, name).lstat()) for name in files]
            if len(found) > _MOST_FILES:
                raise OSError(f"{path} has more than {_MOST_FILES} files")
    seen = sorted((name, *state_of(each)) for name, each in found)
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()


def _has_mark(path: Path, mode: int, mark: bytes) -> bool:
    if not stat.S_ISREG(mode):
        return False
    with open_regular(path) as file:
        return mark in (file.read(_MARKED) or b"")


def _unwritable(path: Path, reason: str, hint: str) -> FolderError:
    return FolderError(f"{path} cannot be written: {reason}. {hint}.")
