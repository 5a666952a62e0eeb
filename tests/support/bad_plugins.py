"""Plugins that misbehave, installed for the tests of a module in this process."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from made_plugins import make_distribution

from zookit.registry import default

_CACHED = ("_scanned", "datasets", "architectures", "callbacks", "listeners", "commands")


@contextmanager
def plugins_here(
    folder: Path, distribution: str, points: Mapping[str, str], modules: Mapping[str, str]
) -> Iterator[None]:
    """Install a distribution and let zookit's own registry find it, as in a new process."""
    make_distribution(folder, distribution, points, modules)
    before = {name: default.__dict__.pop(name) for name in _CACHED if name in default.__dict__}
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in _CACHED:
            default.__dict__.pop(name, None)
        default.__dict__.update(before)
        packages = {module.partition("/")[0].removesuffix(".py") for module in modules}
        for name in [each for each in sys.modules if each.partition(".")[0] in packages]:
            del sys.modules[name]
