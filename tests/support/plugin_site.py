"""A folder of installed distributions, for tests of the registry."""

import importlib
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

from zookit.registry import Registry

if TYPE_CHECKING:
    import zookit.registry
    from zookit.core import (
        Architecture,
    )

MODULE = """
    from dataclasses import dataclass
    from pathlib import Path
    from typing import Annotated, Any
    from annotated_types import Gt
    from zookit.core import Architecture

    @dataclass(frozen=True)
    class Net(Architecture):
        '''A net.

        More of it.
        '''

        units: tuple[Annotated[int, Gt(0)], ...] = (8,)
        folder: Path | None = None

        def features(self, images: Any) -> Any:
            return images
"""


class Site:
    """A folder of installed distributions."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def module(self, name: str, source: str = MODULE) -> None:
        """An importable module."""
        (self.path / f"{name}.py").write_text(dedent(source))
        importlib.invalidate_caches()

    def install(
        self,
        name: str,
        components: str,
        *,
        group: str = "zookit.architectures",
        version: str = "1.0",
        metadata: bytes | None = None,
        folder: str | None = None,
    ) -> None:
        """Write the metadata of a distribution; `components` are lines of entry points."""
        info = self.path / (folder or f"{name.replace('-', '_')}-{version}.dist-info")
        info.mkdir(parents=True)
        if metadata is None:
            metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nText.".encode()
        (info / "METADATA").write_bytes(metadata)
        (info / "entry_points.txt").write_text(f"[{group}]\n{components}\n")

    def registry(self) -> Registry:
        """A registry of this folder."""
        return Registry(path=[str(self.path)])

    @property
    def architectures(self) -> "zookit.registry.Components[Architecture]":
        """The architectures in this folder."""
        return self.registry().architectures
