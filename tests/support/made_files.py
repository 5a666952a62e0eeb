"""A Python file with components, as a student writes one."""

from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from edited_plugin import forget_plugins, restore_plugins

NET = """
    from dataclasses import dataclass
    from typing import Annotated

    from annotated_doc import Doc
    from annotated_types import Ge

    from zookit.core import Architecture


    @dataclass(frozen=True)
    class MyNet(Architecture):
        '''My first net.'''

        units: Annotated[int, Ge(1), Doc("Units.")] = 8

        def features(self, images):
            from keras import layers

            return layers.Dense(self.units, "relu")(layers.Flatten()(images))
"""


def write(folder: Path, source: str = NET, name: str = "net.py") -> Path:
    """Write a file."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(dedent(source))
    return path


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text in a file."""
    source = path.read_text()
    assert old in source
    path.write_text(source.replace(old, new))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The current folder, with `net.py`; the registry forgets its files afterwards."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path)
    forget_plugins()
    yield tmp_path
    restore_plugins()
