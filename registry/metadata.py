"""Read the entry points of installed distributions. Imports none of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions

from zookit.core.errors import reason_of
from zookit.core.words import is_name
from zookit.registry.names import canonical_name


@dataclass(frozen=True)
class Declared:
    """An entry point and the distribution that declares it."""

    group: str
    name: str
    value: str
    distribution: str
    version: str


@dataclass(frozen=True)
class Problem:
    """A distribution whose metadata, or part of it, cannot be used, and the reason."""

    distribution: str
    reason: str

    @property
    def name(self) -> str:
        """The normalized name of the distribution, as far as it is known."""
        return _name_in(self.distribution)


def scan(groups: frozenset[str], path: list[str] | None) -> tuple[list[Declared], list[Problem]]:
    """Return the entry points of these groups, and the problems.

    Args:
        groups: names of entry-point groups.
        path: the folders to search; `sys.path` if None. If a distribution is found twice, the
            first one counts, as for `import`.
    """
    declared: list[Declared] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    found = distributions() if path is None else distributions(path=path)
    for distribution in found:
        try:
            # Parsing is slow, and most distributions have no plugins.
            text = distribution.read_text("entry_points.txt") or ""
            if not any(group in text for group in groups):
                seen.add(_name_in(_label(distribution)))
                continue
            name, version = _header(distribution)
            if canonical_name(name) in seen:
                continue
            seen.add(canonical_name(name))
            declared += _declared(distribution, groups, name, version)
        except Exception as error:  # noqa: BLE001 - metadata may be damaged in any way
            problems.append(Problem(_label(distribution), reason_of(error)))
    return declared, problems


def _declared(
    distribution: Distribution, groups: frozenset[str], name: str, version: str
) -> Iterator[Declared]:
    try:
        points = distribution.entry_points
    except (TypeError, ValueError) as error:  # of the standard library's parser
        raise ValueError("its entry_points.txt is malformed") from error
    for point in points:
        if point.group in groups:
            yield Declared(point.group, point.name, point.value.strip(), name, version)


def _header(distribution: Distribution) -> tuple[str, str]:
    """Return name and version from the header of METADATA. Its description may be very long."""
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
        raise ValueError("its METADATA has no name or version")
    if not is_name(f"{fields['name']}/x"):
        raise ValueError(f"its METADATA has an invalid name: {fields['name']!r}")
    return fields["name"], fields["version"]


def _name_in(label: str) -> str:
    """Return the normalized name in `name==version` or in the name of a metadata folder."""
    return canonical_name(re.split(r"==|-\d|\.(?:dist|egg)-info", label)[0])


def _label(distribution: Distribution) -> str:
    # Only the folder identifies it, and the standard library has no public attribute for it.
    folder = getattr(distribution, "_path", None)
    return str(folder.name) if folder else "an unnamed distribution"
