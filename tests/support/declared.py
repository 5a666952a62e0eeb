"""The plugins in a pyproject.toml, as the registry returns them after installation."""

import tomllib
from collections.abc import Iterator
from typing import Any

from zookit.registry import Entry, Registry
from zookit.registry.metadata import Declared


def entries(toml: str) -> Iterator[Entry[Any]]:
    """Yield an entry for each entry point; the distribution has the name in `project`."""
    tables = tomllib.loads(toml)["project"]
    kinds = {kind.group: kind for kind in Registry.kinds()}
    for group, points in tables["entry-points"].items():
        for name, value in points.items():
            declared = Declared(group, name, value, tables.get("name", "made"), "0.1.0")
            yield Entry(kinds[group], declared)
