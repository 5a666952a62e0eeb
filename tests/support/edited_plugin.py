"""A plugin package as an editable installation has it: its code changes, its version does not."""

import importlib
import shutil
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from plugin_site import Site

from zookit.registry import Registry, default

_NET = """
    from dataclasses import dataclass
    from pathlib import Path
    from typing import Any
    from zookit.core import Architecture

    @dataclass(frozen=True)
    class Net(Architecture):
        '''A net that scales its features, also by the number in a file.'''

        units: int = 8
        factor: Path | None = None

        def features(self, images: Any) -> Any:
            from keras import layers
            from edited_net.helper import scaled

            factor = 1.0 if self.factor is None else float(self.factor.read_text())
            features = layers.Dense(self.units, "relu")(layers.Flatten()(images))
            return scaled(features) * factor
"""
HELPER = """
    FACTOR = 1.0

    def scaled(features):
        return features * FACTOR
"""
NAME = "edited_net"


class EditedPlugin:
    """The distribution `zookit-edited` with the architecture `edited_net`, on the path."""

    def __init__(self, folder: Path, patched: pytest.MonkeyPatch) -> None:
        self._site = Site(folder)
        patched.syspath_prepend(str(folder))
        # A file of equal size that is edited within a second would not be compiled again.
        patched.setattr(sys, "dont_write_bytecode", True)
        (folder / NAME).mkdir()
        self.write("__init__", "")
        self.write("net", _NET)
        self.write("helper", HELPER)
        self.install("1.0")

    def write(self, module: str, source: str) -> None:
        """Write a module of the package, and forget what is imported of it."""
        (self._site.path / NAME / f"{module}.py").write_text(dedent(source))
        self._forget()

    def edit(self, module: str, old: str, new: str) -> None:
        """Replace a text in a module."""
        source = (self._site.path / NAME / f"{module}.py").read_text()
        assert old in source
        self.write(module, source.replace(old, new))

    def install(self, version: str) -> None:
        """Write the metadata of a version, instead of any other."""
        for folder in self._site.path.glob("*.dist-info"):
            shutil.rmtree(folder)
        self._site.install("zookit-edited", f"{NAME} = {NAME}.net:Net", version=version)
        self._forget()

    def _forget(self) -> None:
        for name in [each for each in sys.modules if each.partition(".")[0] == NAME]:
            del sys.modules[name]
        importlib.invalidate_caches()
        forget_plugins()


_FOUND_FIRST = dict(vars(default))


def forget_plugins() -> None:
    """Let the registry look for plugins again."""
    vars(default).clear()
    vars(default).update(vars(Registry()))


def restore_plugins() -> None:
    """Let the registry know what it knew first, which other modules refer to."""
    vars(default).clear()
    vars(default).update(_FOUND_FIRST)
