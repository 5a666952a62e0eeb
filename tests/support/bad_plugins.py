"""Plugins that misbehave, installed for the tests of a module in this process."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from made_plugins import make_distribution

from zookit.registry import Registry, default


@contextmanager
def plugins_here(
    folder: Path, distribution: str, points: Mapping[str, str], modules: Mapping[str, str]
) -> Iterator[None]:
    """Install a distribution and let zookit's own registry find it, as in a new process."""
    make_distribution(folder, distribution, points, modules)
    before = dict(vars(default))
    vars(default).clear()
    vars(default).update(vars(Registry()))
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        vars(default).clear()
        vars(default).update(before)
        packages = {module.partition("/")[0].removesuffix(".py") for module in modules}
        for name in [each for each in sys.modules if each.partition(".")[0] in packages]:
            del sys.modules[name]
