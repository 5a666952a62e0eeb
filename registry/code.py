"""The hash of a component's source code, which may change while the version stays the same."""

import hashlib
import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from zookit.core.reading import read_bounded

_MOST_FILES = 2000
_LARGEST = 10_000_000
"""The largest file, in bytes."""


@cache  # by the class: code that is edited later is not what this process runs
def code_hash(component: type) -> str:
    """Return the SHA-256 of the Python files that a component's class comes from.

    These are the files of its package, because a component may use other modules of it; of zookit
    itself only the folder of the module. Empty if there are no files, or too many to read.
    """
    module = sys.modules.get(component.__module__)
    if not getattr(module, "__file__", None):
        return ""
    digest, files = hashlib.sha256(), 0
    try:
        for path, name in _files(component.__module__):
            content = read_bounded(path, _LARGEST)
            digest.update(os.fsencode(f"{name}\0") + hashlib.sha256(content).digest())
            files += 1
            if files > _MOST_FILES:
                return ""
    except OSError:
        return ""
    return digest.hexdigest() if files else ""


def _files(module_name: str) -> Iterator[tuple[Path, str]]:
    """Yield the Python files of the package of a module, with their names in it."""
    parts = module_name.split(".")
    packages = [".".join(parts[:end]) for end in range(1, len(parts))]
    # A namespace package belongs to several distributions and has no file of its own.
    own = [each for each in packages if getattr(sys.modules.get(each), "__file__", None)]
    if not own:
        file = Path(str(sys.modules[module_name].__file__))
        if file.suffix == ".py":
            yield file, file.name
        return
    package = sys.modules[own[-1] if parts[0] == "zookit" else own[0]]
    top = Path(str(package.__file__)).parent
    for folder, folders, names in os.walk(top):
        folders.sort()
        for name in sorted(names):
            if name.endswith(".py"):
                path = Path(folder, name)
                yield path, path.relative_to(top).as_posix()
