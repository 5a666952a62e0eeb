"""The versions that decide what a training computes, here and on Dask workers."""

import hashlib
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from importlib import metadata
from pathlib import Path

_PACKAGES = ("zookit", "tensorflow", "keras")
_OFFERS = re.compile(r"^\s*\[\s*zookit\.", re.MULTILINE)


def versions() -> dict[str, str]:
    """Return the versions of zookit, TensorFlow, Keras and all packages with plugins.

    Of a Python file with plugins, which ZOOKIT_PLUGINS names, it is the start of its hash.
    """
    found = {}
    for name in _PACKAGES:
        with suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    for each in metadata.distributions():
        if _OFFERS.search(each.read_text("entry_points.txt") or ""):
            # An earlier folder of `sys.path` comes first.
            found.setdefault(_normalized(each.metadata["Name"] or ""), each.version)
    for name in filter(None, os.environ.get("ZOOKIT_PLUGINS", "").split(os.pathsep)):
        path = Path(name)
        content = path.read_bytes() if path.is_file() else b""
        found[path.name] = hashlib.sha256(content).hexdigest()[:16] if content else "missing"
    return found


def difference(here: Mapping[str, str], there: Mapping[str, str]) -> str:
    """Return what a worker lacks or has in another version; nothing if it has all of it."""
    for name, version in here.items():
        if name not in there:
            return f"has no {name}, expected {version}"
        if there[name] != version:
            return f"has {name} {there[name]}, expected {version}"
    return ""


def _normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
