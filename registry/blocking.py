"""What a person does not want used, though it is installed: ZOOKIT_DISABLE."""

import os
import re
from typing import Any

from packaging.utils import canonicalize_name

from zookit.registry.entry import Entry

VARIABLE = "ZOOKIT_DISABLE"


def is_blocked(entry: Entry[Any]) -> bool:
    """Whether ZOOKIT_DISABLE names it: by its name, `distribution/name` or its distribution."""
    return any(is_meant(entry, each) for each in re.split(r"[\s,]+", os.environ.get(VARIABLE, "")))


def is_meant(entry: Entry[Any], name: str) -> bool:
    """Whether a name, `distribution/name` or a distribution's name means this entry."""
    distribution, slash, plain = name.rpartition("/")
    if slash:
        return plain == entry.name and canonicalize_name(distribution) == entry.distribution
    return name == entry.name or canonicalize_name(name) == entry.distribution


def block(name: str) -> None:
    """Add a name to ZOOKIT_DISABLE, for this process and those it starts."""
    os.environ[VARIABLE] = f"{os.environ.get(VARIABLE, '')} {name}".strip()
