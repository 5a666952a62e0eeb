"""Plugins in a Python file that the user names: `--plugin FILE`, ZOOKIT_PLUGINS, `FILE:Class`.

The file is parsed for its classes, and imported only when one of them is used. Its name stands for
a distribution and the start of its hash for the version: the class `Net` in `net.py` is the plugin
`net.py/net` of `net.py==5891b5b522d5df08`.
"""

import ast
import hashlib
import os
import re
import sys
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path

from zookit.core import UnknownName, Words
from zookit.core.errors import did_you_mean, reason_of
from zookit.core.reading import read_bounded
from zookit.core.words import is_name
from zookit.registry.kind import Row
from zookit.registry.metadata import Declared, Problem
from zookit.registry.names import PLUGIN_FILES

_LARGEST = 1_000_000
"""The largest file, in bytes."""
_PREFIX = "zookit_plugin_file_"
_DIGITS = 16
"""Characters of the hash that stand for the version."""
_WORDS = re.compile(r"(?P<path>.+\.py):(?P<name>[A-Za-z_]\w*)(:(?P<items>.*))?", re.DOTALL)
_UPPER_CASE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def add_plugin_file(path: str | Path) -> Path:
    """Offer the plugins of a file, in this process and its child processes, and return its path.

    Raises UnknownName if it cannot be read, or its name cannot be a distribution's.
    """
    absolute = Path(path).expanduser().absolute()
    _content(absolute)
    named = os.environ.get(PLUGIN_FILES, "").split(os.pathsep)
    if str(absolute) not in named:
        os.environ[PLUGIN_FILES] = os.pathsep.join(filter(None, [*named, str(absolute)]))
    _install_finder()
    return absolute


def file_in_words(text: str) -> tuple[Path, str, str] | None:
    """Return the file, the class and the parameters of `FILE.py:Class[:ITEMS]`."""
    found = _WORDS.fullmatch(text)
    return (Path(found["path"]), found["name"], found["items"] or "") if found else None


def words_of_file(text: str, kind: Row) -> tuple[Words, Declared] | None:
    """Return the words and the declaration of `FILE.py:Class[:ITEMS]`; None for other text.

    Raises UnknownName if there is no such file or class.
    """
    found = file_in_words(text)
    if found is None:
        return None
    given, name, items = found
    path = add_plugin_file(given)
    classes = [node.name for node in _classes(path)]
    if name not in classes:
        raise UnknownName(
            f"{given} has no class {name!r} at its top level.{did_you_mean(name, classes)} "
            f"Classes: {', '.join(classes) or 'none'}."
        )
    declared = _declared(path, name, kind)
    words = f"{declared.distribution}/{declared.name}"
    return Words.parse(f"{words}:{items}" if items else words), declared


def declared_in_files(kinds: Sequence[Row]) -> tuple[list[Declared], list[Problem]]:
    """Return the plugins of the files that ZOOKIT_PLUGINS names, and which files have problems."""
    declared: list[Declared] = []
    problems: list[Problem] = []
    for path in _named_files():
        try:
            declared += _plugins_of(path, kinds)
        except (UnknownName, SyntaxError, ValueError, RecursionError, MemoryError) as error:
            problems.append(Problem(path.name, f"{PLUGIN_FILES}: {reason_of(error)}"))
    if declared:
        _install_finder()
    return declared, problems


def version_of(content: bytes) -> str:
    """Return the start of a file's SHA-256, which stands for a version."""
    return hashlib.sha256(content).hexdigest()[:_DIGITS]


def file_of(component: type) -> Path | None:
    """Return the file that a component's class comes from, if the user named the file."""
    if not component.__module__.startswith(_PREFIX):
        return None
    return Path(str(sys.modules[component.__module__].__file__))


def _named_files() -> list[Path]:
    return [Path(each) for each in os.environ.get(PLUGIN_FILES, "").split(os.pathsep) if each]


def _content(path: Path) -> bytes:
    if not is_name(f"{path.name}/plugin") or path.suffix != ".py":
        raise UnknownName(
            f"{path.name!r} cannot be the name of a file with plugins. Use letters, digits, ., - "
            "and _, and the suffix .py."
        )
    try:
        return read_bounded(path, _LARGEST)
    except OSError as error:
        raise UnknownName(
            f"{path} cannot be read: {error.strerror or reason_of(error)}. Expected a Python file."
        ) from None


def _classes(path: Path) -> list[ast.ClassDef]:
    try:
        tree = ast.parse(_content(path))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise UnknownName(f"{path} is not valid Python: {reason_of(error)}.") from None
    return [node for node in tree.body if isinstance(node, ast.ClassDef)]


def _plugins_of(path: Path, kinds: Sequence[Row]) -> Iterator[Declared]:
    """Yield the classes that inherit from the base class of a kind, by its name in the source."""
    known = {kind.base.__name__: kind for kind in kinds if kind.base}
    for node in _classes(path):
        bases = [ast.unparse(each).rpartition(".")[2] for each in node.bases]
        kind = next((known[each] for each in bases if each in known), None)
        if kind is not None:
            known[node.name] = kind
            yield _declared(path, node.name, kind)


def _declared(path: Path, name: str, kind: Row) -> Declared:
    version = version_of(_content(path))
    plain = _UPPER_CASE.sub("_", name).lower().lstrip("_")
    return Declared(kind.group, plain, f"{_module(path)}:{name}", path.name, version)


def _module(path: Path) -> str:
    """Return the name that a file is imported under; edited, it is another module."""
    stem = re.sub(r"[^A-Za-z0-9_]", "_", path.stem)
    return f"{_PREFIX}{stem}_{version_of(_content(path))}"


class _Finder:
    """Finds the modules of the files that are named, for Python's import."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Return the spec of a file's module."""
        del path, target
        if not name.startswith(_PREFIX):
            return None
        files = (each for each in _named_files() if each.is_file() and _module(each) == name)
        return next((spec_from_file_location(name, each) for each in files), None)


def _install_finder() -> None:
    if _Finder not in sys.meta_path:
        sys.meta_path.append(_Finder)  # type: ignore[arg-type]  # a class is a finder, too


_install_finder()
