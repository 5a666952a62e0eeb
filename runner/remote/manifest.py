"""The list of a pushed run's files, with their sizes and hashes: `manifest.json`."""

import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

from annotated_types import Ge, Le

from zookit.core import BadRun, ZookitError
from zookit.core.data.files import state_of
from zookit.core.data.writing import ASIDE
from zookit.core.declaration import adapter_of
from zookit.core.errors import quoted, reason_of
from zookit.core.reading import parse_json
from zookit.data.hashes import is_sha256, sha256_of_file
from zookit.data.part_file import PART
from zookit.runs.lock import LOCK
from zookit.runs.naming import LATEST
from zookit.runs.run import ENVIRONMENT, EXPERIMENT, REPORT

MANIFEST = "manifest.json"
FORMAT = 1
LARGEST = 8_000_000
"""The largest size of a manifest, in bytes."""
_MOST_FILES = 10_000
_LONGEST_NAME = 500
_PART = re.compile(r"[^/\\:*?\"<>|\x00-\x1f\x7f]{1,200}")
"""A name in a path that all file systems have."""
OF_THIS_MACHINE = (LOCK, MANIFEST, REPORT)
"""What is in a run's folder on a machine, and no part of the run."""


@dataclass(frozen=True)
class FileEntry:
    """The size of a file in bytes, and its SHA-256 in hexadecimal."""

    size: Annotated[int, Ge(0), Le(2**50)]
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """The name of a run, and its files by path, with `/` between folders."""

    name: str
    files: Mapping[str, FileEntry]

    @property
    def size(self) -> int:
        """The size of all files in bytes."""
        return sum(each.size for each in self.files.values())

    def content(self) -> bytes:
        """Return the manifest as a file."""
        return (json.dumps({"format": FORMAT, **asdict(self)}, indent=2) + "\n").encode()


class BadManifest(ZookitError):
    """A manifest is not valid. The message is a clause."""


def parse_manifest(content: bytes) -> Manifest:
    """Return the manifest in a file that a stranger may have written. Raises BadManifest."""
    from pydantic import ValidationError

    try:
        values = parse_json(content.decode())
    except ValueError as error:
        raise BadManifest(f"it is not JSON ({reason_of(error)})") from None
    if not isinstance(values, dict) or "format" not in values:
        raise BadManifest("it is not the manifest of a run")
    if values["format"] != FORMAT:
        raise BadManifest(
            f"its format is {quoted(values['format'])}, and this version of zookit reads {FORMAT}"
        )
    try:
        kind: type = Manifest
        manifest: Manifest = adapter_of(kind).validate_python(values)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        where = ": ".join(map(quoted, detail["loc"]))
        raise BadManifest(f"{where}: {detail['msg'][:200]}") from None
    _check(manifest)
    return manifest


def _check(manifest: Manifest) -> None:
    if not _is_name(manifest.name) or manifest.name.startswith(".") or manifest.name == LATEST:
        raise BadManifest(f"{quoted(manifest.name)} is not the name of a run")
    if len(manifest.files) > _MOST_FILES:
        raise BadManifest(f"it has more than {_MOST_FILES:,} files")
    seen: set[str] = set()
    for name, entry in manifest.files.items():
        if not is_file_name(name):
            raise BadManifest(f"{quoted(name)} is not the name of a run's file")
        if not is_sha256(entry.sha256):
            raise BadManifest(f"{quoted(entry.sha256)} is not a SHA-256")
        # Some file systems do not distinguish case.
        seen.add(name.lower())
    folders = {"/".join(parts[:at]) for parts in map(_parts, seen) for at in range(1, len(parts))}
    if len(seen) != len(manifest.files) or folders & seen:
        raise BadManifest("two of its files have one name")
    missing = [each for each in (EXPERIMENT, ENVIRONMENT) if each not in manifest.files]
    if missing:
        raise BadManifest(f"it has no {missing[0]}")


def is_file_name(name: str) -> bool:
    """Return whether a path is that of a file within a run's folder which is pushed."""
    parts = _parts(name)
    return (
        len(name) <= _LONGEST_NAME
        and all(map(_is_name, parts))
        and not any(is_left_out("/".join(parts[:end])) for end in range(1, len(parts) + 1))
    )


def _parts(name: str) -> list[str]:
    return name.split("/")


def _is_name(name: str) -> bool:
    plain = name.isprintable() and _PART.fullmatch(name) is not None
    return plain and name not in (".", "..") and name == name.rstrip(" .")


def manifest_of(folder: Path) -> Manifest:
    """Return the manifest of a run's folder. Raises BadRun if it holds more than regular files."""
    found = {}
    for name, path in files_of(folder):
        try:
            found[name] = FileEntry(path.lstat().st_size, sha256_of_file(path))
        except (OSError, ZookitError) as error:
            raise BadRun(f"{path} cannot be read: {reason_of(error)}.") from None
    manifest = Manifest(folder.name, found)
    try:
        _check(manifest)
    except BadManifest as error:
        raise BadRun(f"{folder} cannot be pushed: {error}.") from None
    return manifest


def states_of(folder: Path) -> dict[str, tuple[int, ...]]:
    """Return the sizes and times of a run's files, which show whether it is being changed."""
    return {name: state_of(path.lstat()) for name, path in files_of(folder)}


def files_of(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the name and the path of each file of a run that is pushed, sorted by name.

    Raises BadRun if something else is among them, such as a link, which might lead anywhere.
    """
    for name, path in _entries(folder):
        mode = path.lstat().st_mode
        if is_left_out(name) or stat.S_ISDIR(mode):
            continue
        if not stat.S_ISREG(mode):
            raise BadRun(
                f"{path} is a {'link' if stat.S_ISLNK(mode) else 'special file'}; a run that "
                "is pushed consists of regular files. Remove it, or replace it with a copy."
            )
        if not is_file_name(name):
            raise BadRun(
                f"{path} cannot be pushed: other file systems do not allow its name. Rename or "
                "remove it."
            )
        yield name, path


def left_out_of(folder: Path) -> list[str]:
    """Return the names of the files and folders in a run's folder that are not pushed."""
    return [name for name, _ in _entries(folder) if is_left_out(name)]


def _entries(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the names and paths in a run's folder, but not what is in a folder that is left out."""
    for at, folders, names in os.walk(folder):
        here = Path(at).relative_to(folder)
        folders.sort()
        for each in (*folders, *sorted(names)):
            yield (here / each).as_posix(), folder / here / each
        folders[:] = [each for each in folders if not is_left_out((here / each).as_posix())]


def is_left_out(name: str) -> bool:
    """Return whether a file or folder in a run's folder is of use on this machine only."""
    last = name.rpartition("/")[2]
    return name in OF_THIS_MACHINE or last.startswith(ASIDE) or last.endswith(PART)
