"""How to install the distribution of a component that is named by its full name."""

import re

from zookit.core.messages import option

_DISTRIBUTION = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")


def install_advice(name: str) -> str:
    """Return how to install the distribution in `distribution/name`.

    The text is empty if the name is a plain one, or the distribution is installed.
    """
    distribution = name.rpartition("/")[0]
    if not _DISTRIBUTION.fullmatch(distribution) or _is_installed(distribution):
        return ""
    command = f"{option('zookit', 'pip')} install {distribution}"
    return f"The package {distribution} is not installed; {command!r} installs it."


def _is_installed(distribution: str) -> bool:
    from importlib.metadata import PackageNotFoundError, version  # only needed for errors

    try:
        version(distribution)
    except (PackageNotFoundError, OSError):
        return False
    return True
