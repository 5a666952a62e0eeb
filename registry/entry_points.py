"""Parse entry_points.txt as the PyPA's specification of entry points describes it."""

import re
from collections.abc import Collection
from typing import NamedTuple

_MOST = 10_000
"""The largest number of entry points that are read of one distribution."""


class EntryPoint(NamedTuple):
    """A line of entry_points.txt; `value` is `module:attribute` if it is valid."""

    group: str
    name: str
    value: str


def parse_entry_points(text: str, groups: Collection[str] | None = None) -> list[EntryPoint]:
    """Return the entry points of these groups, or of all, in the order of the file.

    Names are case-sensitive, `#` and `;` begin comments, and extras after a value are ignored, as
    the specification allows. Raises ValueError if a line is neither a section nor `name = value`,
    or if there are too many.
    """
    found: list[EntryPoint] = []
    group: str | None = None
    # Not splitlines(), which also splits at characters that a name may contain.
    for line in re.split(r"\r\n?|\n", text):
        stripped = line.strip()
        if not stripped or stripped.startswith(("#", ";")):
            continue
        if stripped.startswith("[") and stripped.endswith("]"):
            group = stripped[1:-1].strip()
            continue
        name, equals, value = stripped.partition("=")
        if not equals or group is None:
            raise ValueError("its entry_points.txt is malformed")
        if groups is None or group in groups:
            found.append(EntryPoint(group, name.strip(), _location(value.strip())))
            if len(found) > _MOST:
                raise ValueError(f"its entry_points.txt has more than {_MOST:,} entry points")
    return found


def _location(value: str) -> str:
    """Return `module:attribute` without blanks and extras, or the value itself if it is neither."""
    place, bracket, extras = value.partition("[")
    module, colon, attribute = place.partition(":")
    if not colon or (bracket and not extras.endswith("]")):
        return value
    return f"{module.strip()}:{attribute.strip()}"
