"""The one spelling of a distribution's name that compares equal."""

import re

_CANONICAL = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def canonical_name(name: str) -> str:
    """Return the name of a distribution as packaging tools normalize it."""
    if _CANONICAL.fullmatch(name):
        return name
    from packaging.utils import canonicalize_name  # takes a tenth of the time of `zookit --help`

    return canonicalize_name(name)
