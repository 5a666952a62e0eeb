"""Block plugins: ZOOKIT_DISABLE and --no-plugin."""

import os
import re
from typing import Any

from zookit.core.messages import option
from zookit.registry.entry import Entry
from zookit.registry.names import canonical_name

VARIABLE = "ZOOKIT_DISABLE"


def blockers() -> str:
    """Return what blocks plugins, as the reader of a message writes it."""
    return option(f"--no-plugin or {VARIABLE}", VARIABLE)


def is_blocked(entry: Entry[Any]) -> bool:
    """Return whether ZOOKIT_DISABLE contains the entry's name, full name or distribution."""
    blocked = os.environ.get(VARIABLE, "")
    return blocked != "" and any(matches(entry, each) for each in re.split(r"[\s,]+", blocked))


def matches(entry: Entry[Any], name: str) -> bool:
    """Return whether `name` is the entry's name, `distribution/name` or distribution."""
    distribution, slash, plain = name.rpartition("/")
    if slash:
        return plain == entry.name and canonical_name(distribution) == entry.distribution
    return name == entry.name or canonical_name(name) == entry.distribution


def block(name: str) -> None:
    """Add a name to ZOOKIT_DISABLE, for this process and its child processes."""
    os.environ[VARIABLE] = f"{os.environ.get(VARIABLE, '')} {name}".strip()
