"""Read the metadata of installed distributions. Imports none of them.

Those files may contain anything, so each is read up to a limit. One that cannot be used is a
`Problem` of its distribution and does not affect the others.
"""

import re
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import NamedTuple

from zookit.core.errors import quoted, reason_of
from zookit.core.reading import as_text, open_regular, read_up_to
from zookit.core.words import is_name
from zookit.registry.entry_points import parse_entry_points
from zookit.registry.names import PLUGIN_FILES, canonical_name

_LARGEST = 1_000_000
"""The largest entry_points.txt, and the largest header of METADATA, in bytes."""
_LONGEST_VERSION = 100
_LONGEST_SUMMARY = 512  # as long as PyPI allows
_UNNAMED = "an unnamed distribution"
_LABEL = re.compile(r"(.+?)(?:-\d[^-]*)?(?:-py[\d.]+)?\.(?:dist-info|egg-info|egg)")
_BLANK_LINE = rb"\r?\n\r?\n"


@dataclass(frozen=True)
class Declared:
    """An entry point and the distribution that declares it.

    Of a plugin in a Python file that the user named, `file` is the path, the file's name stands for
    the distribution, and the start of its hash for the version. `summary` and `metadata` are the
    distribution's summary and the folder of its metadata, empty of a file.
    """

    group: str
    name: str
    value: str
    distribution: str
    version: str
    file: str = ""
    summary: str = ""
    metadata: str = ""

    @property
    def full_name(self) -> str:
        """`distribution/name`."""
        return f"{self.distribution}/{self.name}"


@dataclass(frozen=True)
class Problem:
    """A distribution whose metadata, or part of it, cannot be used, and the reason.

    Of a Python file that the user named, `distribution` is its name, `file` its path.
    """

    distribution: str
    reason: str
    file: str = ""

    @property
    def advice(self) -> str:
        """What the user can do."""
        if self.file:
            return f"Correct the file, or take it out of {PLUGIN_FILES}."
        return "Reinstall or uninstall that package."

    @property
    def name(self) -> str:
        """The normalized name of the distribution, as far as it is known."""
        return _name_in(self.distribution)


class Header(NamedTuple):
    """The name, the version, the requirements and the summary in METADATA."""

    name: str
    version: str
    requires: tuple[str, ...] = ()
    summary: str = ""


class Installed(NamedTuple):
    """A distribution whose entry_points.txt mentions zookit, and the text of that file.

    `label` identifies it in messages, even if its entry points cannot be used. `metadata` is the
    folder of its metadata.
    """

    label: str
    header: Header
    entry_points: str
    metadata: str = ""


def scan(groups: frozenset[str], path: list[str] | None) -> tuple[list[Declared], list[Problem]]:
    """Return the entry points of these groups, and the problems.

    Args:
        groups: names of entry-point groups.
        path: the folders to search; `sys.path` if None.
    """
    declared: list[Declared] = []
    problems: list[Problem] = []
    for found in installed(groups, path):
        if isinstance(found, Problem):
            problems.append(found)
            continue
        try:
            points = parse_entry_points(found.entry_points, groups)
        except ValueError as error:
            problems.append(Problem(found.label, reason_of(error)))
            continue
        header = found.header
        about = {"summary": header.summary, "metadata": found.metadata}
        declared += [Declared(*point, header.name, header.version, **about) for point in points]
    return declared, problems


def installed(mentioned: Collection[str], path: list[str] | None) -> Iterator[Installed | Problem]:
    """Yield the distributions whose entry points mention one of these texts, and the problems.

    If a distribution is found twice, the first one counts, as for `import`, even if it has no entry
    points or cannot be read.
    """
    seen: set[str] = set()
    for distribution in distributions(path=_searchable(sys.path if path is None else path)):
        label = _label(distribution)
        by_label = _name_in(label)
        if by_label in seen or label.startswith("~"):  # pip leaves ~NAME when it is interrupted
            continue
        if label != _UNNAMED:
            seen.add(by_label)
        try:
            text = _read(distribution, "entry_points.txt", _LARGEST)
            if not any(each in text for each in mentioned):
                continue
            header = _header(distribution)
        except Exception as error:  # noqa: BLE001 - metadata may be damaged in any way
            yield Problem(label, reason_of(error))
            continue
        name = canonical_name(header.name)
        if name == by_label or name not in seen:
            seen.add(name)
            yield Installed(label, header, text, str(_folder(distribution) or ""))


def _header(distribution: Distribution) -> Header:
    """Return what the header of METADATA says; the description after it is not read."""
    text = _read_header(distribution, "METADATA") or _read_header(distribution, "PKG-INFO")
    if not text:
        raise ValueError("its METADATA file is missing")
    fields: dict[str, list[str]] = {}
    for line in text.splitlines():
        key, colon, value = line.partition(":")
        if colon:
            fields.setdefault(key.lower(), []).append(value.strip())
    name, version = (fields.get(each, [""])[0] for each in ("name", "version"))
    if not name or not version:
        raise ValueError("its METADATA has no name or version")
    if not is_name(f"{name}/x"):
        raise ValueError(f"its METADATA has an invalid name: {quoted(name)}")
    if len(version) > _LONGEST_VERSION:
        raise ValueError(f"its METADATA has an invalid version: {quoted(version)}")
    summary = fields.get("summary", [""])[0][:_LONGEST_SUMMARY]
    return Header(name, version, tuple(fields.get("requires-dist", ())), summary)


def _searchable(path: list[str]) -> list[str]:
    """Return the folders and files of a search path; the standard library waits for a FIFO."""
    return [each for each in path if isinstance(each, str) and _is_searchable(Path(each))]


def _is_searchable(place: Path) -> bool:
    try:
        return place.is_dir() or place.is_file()
    except (OSError, ValueError):
        return False


def _read(distribution: Distribution, name: str, limit: int) -> str:
    """Return the text of a metadata file, empty if there is no such file."""
    content = _bytes(distribution, name, limit + 1)
    if len(content) > limit:
        raise ValueError(f"its {name} has more than {limit:,} bytes")
    return as_text(content)


def _read_header(distribution: Distribution, name: str) -> str:
    content = _bytes(distribution, name, _LARGEST)
    return as_text(re.split(_BLANK_LINE, content, maxsplit=1)[0])


def _bytes(distribution: Distribution, name: str, limit: int) -> bytes:
    folder = _folder(distribution)
    try:
        if folder is None:
            return (distribution.read_text(name) or "").encode()[:limit]
        file = folder.joinpath(name)
        # In a ZIP archive it is a zipfile.Path.
        with open_regular(file) if isinstance(file, Path) else file.open("rb") as opened:
            return read_up_to(opened, limit)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, KeyError):
        return b""
    except OSError as error:
        raise ValueError(f"its {name} cannot be read: {error.strerror or error}") from None


def _folder(distribution: Distribution) -> Path | None:
    # Only the folder identifies it, and the standard library has no public attribute for it.
    return getattr(distribution, "_path", None)


def _name_in(label: str) -> str:
    """Return the normalized name in `name==version` or in the name of a metadata folder."""
    folder = _LABEL.fullmatch(label)
    return canonical_name(folder[1] if folder else label.partition("==")[0])


def _label(distribution: Distribution) -> str:
    folder = _folder(distribution)
    if folder is None:
        return _UNNAMED
    return folder.parent.name if folder.name.lower() == "egg-info" else folder.name
