"""Reading what installed distributions declare, without importing any of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.utils import canonicalize_name

from zookit.core.errors import reason_of
from zookit.core.words import is_name


@dataclass(frozen=True)
class Declared:
    """One entry point of one distribution, as its metadata has it."""

    group: str
    name: str
    value: str
    distribution: str
    version: str


@dataclass(frozen=True)
class Problem:
    """A distribution, or a line of its metadata, that cannot be used, and why."""

    distribution: str
    reason: str

    @property
    def name(self) -> str:
        """The distribution's name in the form that compares equal, as far as it is known."""
        return canonicalize_name(re.split(r"==|-\d|\.(?:dist|egg)-info", self.distribution)[0])


def scan(groups: frozenset[str], path: list[str] | None) -> tuple[list[Declared], list[Problem]]:
    """All entry points of these groups on `path` (default `sys.path`), and what is wrong.

    Of a distribution that is found twice the first counts, as for `import`.
    """
    declared: list[Declared] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    found = distributions() if path is None else distributions(path=path)
    for distribution in found:
        try:
            # Read before it is parsed: most distributions have nothing for us.
            text = distribution.read_text("entry_points.txt") or ""
            if not any(group in text for group in groups):
                continue
            name, version = _header(distribution)
            if canonicalize_name(name) in seen:
                continue
            seen.add(canonicalize_name(name))
            declared += _declared(distribution, groups, name, version)
        except Exception as error:  # noqa: BLE001 - whatever a stranger's metadata causes
            problems.append(Problem(_label(distribution), reason_of(error)))
    return declared, problems


def _declared(
    distribution: Distribution, groups: frozenset[str], name: str, version: str
) -> Iterator[Declared]:
    try:
        points = distribution.entry_points
    except (TypeError, ValueError) as error:  # what the standard library's parser trips over
        raise ValueError("its entry_points.txt is malformed") from error
    for point in points:
        if point.group in groups:
            yield Declared(point.group, point.name, point.value.strip(), name, version)


def _header(distribution: Distribution) -> tuple[str, str]:
    """Name and version from the head of METADATA; its description can be very long."""
    text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO")
    if not text:
        raise ValueError("its METADATA file is missing")
    fields: dict[str, str] = {}
    for line in text.splitlines():
        if not line:
            break
        key, colon, value = line.partition(":")
        if colon:
            fields.setdefault(key.lower(), value.strip())
    if not fields.get("name") or not fields.get("version"):
        raise ValueError("its METADATA has no name or no version")
    if not is_name(f"{fields['name']}/x"):
        raise ValueError(f"its METADATA calls it {fields['name']!r}, which is no name")
    return fields["name"], fields["version"]


def _label(distribution: Distribution) -> str:
    # The folder is all there is to call it by; the standard library keeps it to itself.
    folder = getattr(distribution, "_path", None)
    return Path(str(folder)).name if folder else "an unnamed distribution"
