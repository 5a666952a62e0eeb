"""Loads a plugin file as the module that its content makes it."""

import ast
import hashlib
import sys
from collections.abc import Iterable, Iterator
from importlib.machinery import PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from zookit.core import BadParameter

F = TypeVar("F")
_DIGITS = 16
"""Characters of the hash that stand for the version."""


def version_of(content: bytes) -> str:
    """Return the start of a file's SHA-256, which stands for a version."""
    return hashlib.sha256(content).hexdigest()[:_DIGITS]


def files_by_name(files: Iterable[tuple[str, F]]) -> dict[str, F]:
    """Return files by name, which stands for their owner.

    Raises BadParameter if different ones have one name.
    """
    found: dict[str, F] = {}
    for name, file in files:
        if found.setdefault(name, file) != file:
            raise BadParameter(
                f"two files are named {name}, which stands for their owner. Rename one of them."
            )
    return found


class PluginFileLoader(SourceFileLoader):
    """Loads the file if it still has the hash at the end of the module's name.

    Compiled code is neither read nor written: Python tells it apart by time and size alone, and the
    file's folder may be one of images. `content` is what is imported.
    """

    content = b""

    def path_stats(self, path: str) -> dict[str, float]:
        """Raise OSError: there is no compiled code."""
        raise FileNotFoundError(path)

    def get_data(self, path: str) -> bytes:
        """Return the content of the file. Raises ImportError if it has changed."""
        content = super().get_data(path)
        if version_of(content) != self.name.rpartition("_")[2]:
            raise ImportError("it has changed since it was named; start again")
        self.content = content
        return content

    def exec_module(self, module: ModuleType) -> None:
        """Execute the file. Raises ImportError if it imports another file that is beside it."""
        for name in _imported_beside(Path(self.path), self.get_data(self.path)):
            raise ImportError(
                f"it imports {name}, which is beside it and would not be part of the run. Put all "
                "in one file, or make a package: zookit new"
            )
        super().exec_module(module)


def _imported_beside(file: Path, content: bytes) -> Iterator[str]:
    """Yield what a file imports that Python would find in the file's own folder, if anywhere."""
    for node in ast.walk(ast.parse(content)):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield f"{'.' * node.level}{node.module or ''}"
        elif isinstance(node, ast.ImportFrom):
            yield from _beside(file, str(node.module))
        elif isinstance(node, ast.Import):
            for each in node.names:
                yield from _beside(file, each.name)


def _beside(file: Path, module: str) -> Iterator[str]:
    top = module.partition(".")[0]
    places = file.with_name(f"{top}.py"), file.with_name(top) / "__init__.py"
    found = next((each for each in places if each.is_file()), None)
    if found is not None and not _is_installed(top, file.parent):
        yield found.relative_to(file.parent).as_posix()


def _is_installed(name: str, besides: Path) -> bool:
    """Return whether a module is found without a folder on the path."""
    path = [each for each in sys.path if Path(each or ".").resolve() != besides.resolve()]
    finders = [each for each in sys.meta_path if each is not PathFinder]
    specs = [PathFinder.find_spec(name, path), *(each.find_spec(name, None) for each in finders)]
    return any(spec is not None for spec in specs)
