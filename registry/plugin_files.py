"""Plugins in a Python file that the user names: `--plugin FILE`, ZOOKIT_PLUGINS, `FILE:Class`.

It is parsed for its classes, and imported only when one of them is used. Its name stands for a
distribution, its hash for the version: `Net` in `net.py` is `net.py/net` of `net.py==5891b5b522d5`.
"""

import ast
import os
import re
import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path

from zookit.core import BrokenPlugin, UnknownName, Words
from zookit.core.errors import nearest_name, quoted, reason_of
from zookit.core.messages import option
from zookit.core.reading import read_bounded
from zookit.core.words import is_name
from zookit.registry.kind import Row
from zookit.registry.metadata import Declared, Problem
from zookit.registry.names import FILE_MODULES, PLUGIN_FILES, canonical_name, plugin_name
from zookit.registry.plugin_file_loader import PluginFileLoader, version_of
from zookit.registry.static_kinds import kinds_of_classes

_LARGEST = 1_000_000
"""The largest file, in bytes."""
_WORDS = re.compile(r"(?P<path>([A-Za-z]:[\\/])?[^:]+\.py)(:(?P<rest>.*))?", re.DOTALL)
_CLASS = re.compile(r"(?P<name>[^\W\d]\w*)(:(?P<items>.*))?", re.DOTALL)


@dataclass(frozen=True)
class PluginFile:
    """A Python file with plugins, as it is when it is read."""

    path: Path
    content: bytes

    @classmethod
    def read(cls, path: str | Path) -> "PluginFile":
        """Read a file. Raises BrokenPlugin if it cannot be read or has no usable name."""
        absolute = Path(path).expanduser().absolute()
        if not is_name(f"{absolute.name}/plugin") or absolute.suffix != ".py":
            raise BrokenPlugin(
                f"{quoted(absolute.name)} cannot be the name of a file with plugins. Rename it: "
                "letters, digits, ., - and _, with .py at the end."
            )
        if os.pathsep in str(absolute):
            raise BrokenPlugin(
                f"{absolute} cannot be used, because {os.pathsep!r} separates the files of "
                f"{PLUGIN_FILES}. Move it to a folder without it."
            )
        try:
            return cls(absolute, read_bounded(absolute, _LARGEST))
        except OSError as error:
            raise BrokenPlugin(
                f"{path} cannot be read: {error.strerror or reason_of(error)}. Expected a Python "
                "file."
            ) from None

    @property
    def name(self) -> str:
        """The name of the file, which stands for a distribution."""
        return self.path.name

    @cached_property
    def version(self) -> str:
        """The start of the hash of its content."""
        return version_of(self.content)

    @property
    def module(self) -> str:
        """The name that the file is imported under; edited or moved, it is another module."""
        place = version_of(os.fsencode(self.path))
        return f"{FILE_MODULES}{place}_{self.version}"

    def plugins(self, kinds: Sequence[Row]) -> dict[str, Declared]:
        """Return the file's plugins by class. Raises BrokenPlugin if it is not valid Python."""
        found = kinds_of_classes(self._tree, kinds)
        return {
            name: Declared(
                kind.group,
                plugin_name(name),
                f"{self.module}:{name}",
                self.name,
                self.version,
                str(self.path),
            )
            for name, kind in found.items()
            if not name.startswith("_") and is_name(plugin_name(name))
        }

    def plugin(self, name: str, kinds: Sequence[Row]) -> Declared:
        """Return the plugin of a class. Raises UnknownName, and BrokenPlugin as `plugins` does."""
        plugins = self.plugins(kinds)
        if name in plugins:
            return plugins[name]
        classes = [node.name for node in self._tree.body if isinstance(node, ast.ClassDef)]
        if name not in classes:
            raise UnknownName(
                f"{self.path} has no class {quoted(name)}.",
                f"Components in it: {', '.join(plugins) or 'none'}.",
            )
        if name.startswith("_") or not is_name(plugin_name(name)):
            raise UnknownName(
                f"{self.path}: {name} cannot be the name of a component. Use ASCII letters and "
                "digits, beginning with a letter."
            )
        raise UnknownName(
            f"{self.path}: {name} is no component, because it inherits from no base class of "
            f"zookit.core. Expected for example: class {name}(Architecture). Bases: "
            f"{', '.join(kind.base.__name__ for kind in kinds if kind.base)}."
        )

    @cached_property
    def _tree(self) -> ast.Module:
        try:
            return ast.parse(self.content)
        except SyntaxError as error:
            line = f", line {error.lineno}," if error.lineno else ""
            raise BrokenPlugin(
                f"{self.path}{line} is not valid Python: {error.msg}.", "Correct the file."
            ) from None
        except (ValueError, RecursionError, MemoryError) as error:
            raise BrokenPlugin(
                f"{self.path} is not valid Python: {reason_of(error)}.", "Correct the file."
            ) from None


def add_plugin_file(path: str | Path, kinds: Sequence[Row]) -> PluginFile:
    """Offer the plugins of a file, in this process and its child processes, and return the file.

    It replaces another file of that name. Raises BrokenPlugin if it cannot be used.
    """
    found = _WORDS.fullmatch(str(path))
    if found is not None and found["rest"]:
        raise UnknownName(
            f"{path} names a class, which needs no {option('--plugin', 'add_file')}: write it where"
            f" a component is chosen. Or write {found['path']}."
        )
    file = PluginFile.read(path)
    _plugins_of(file, kinds)
    offer_file(file.path)
    return file


def _plugins_of(file: PluginFile, kinds: Sequence[Row]) -> Collection[Declared]:
    """Return the plugins of a file. Raises BrokenPlugin if it has none, or cannot be used."""
    plugins = file.plugins(kinds)
    if plugins:
        return plugins.values()
    raise BrokenPlugin(
        f"{file.path} has no component: no class in it inherits from a base class of zookit.core. "
        f"Bases: {', '.join(kind.base.__name__ for kind in kinds if kind.base)}."
    )


def words_of_file(text: str, kinds: Sequence[Row]) -> tuple[Words, Declared] | None:
    """Return the words and the declaration of `FILE.py:Class[:ITEMS]`; None for other text.

    `FILE.py:Class` is the name in the words, for messages. The file's plugins are offered to child
    processes. Raises BrokenPlugin if the file cannot be used, and UnknownName if it has no such
    component.
    """
    found = _WORDS.fullmatch(text)
    if found is None:
        return None
    file = PluginFile.read(found["path"])
    named = _CLASS.fullmatch(found["rest"] or "")
    if named is None:
        classes = ", ".join(file.plugins(kinds))
        raise UnknownName(
            f"{found['path']} is a file; a class in it is missing.",
            f"Write {found['path']}:CLASS. Components in it: {classes or 'none'}.",
        )
    declared = file.plugin(named["name"], kinds)
    offer_file(file.path)
    name = f"{found['path']}:{named['name']}"
    return Words.of(name, named["items"]) if named["items"] else Words(name), declared


def name_in(text: str) -> str:
    """Return the name in the words of a component: in a file, `FILE.py:Class`."""
    found = _WORDS.fullmatch(text)
    named = None if found is None else _CLASS.fullmatch(found["rest"] or "")
    if found is None or named is None:
        return text.partition(":")[0]
    return f"{found['path']}:{named['name']}"


def corrected_file(text: str, kinds: Sequence[Row], kind: Row) -> str | None:
    """Return `FILE.py:Class[:ITEMS]` with the class that was probably meant, if any.

    The class may be missing, or be given by the name of the plugin.
    """
    found = _WORDS.fullmatch(text)
    if found is None:
        return None
    plugins = PluginFile.read(found["path"]).plugins(kinds)
    classes = {name: each.name for name, each in plugins.items() if each.group == kind.group}
    named = _CLASS.fullmatch(found["rest"] or "")
    if named is None:
        (name, items) = (next(iter(classes)) if len(classes) == 1 else None), found["rest"]
    else:
        by_plugin = {plain: name for name, plain in classes.items()}
        nearest = nearest_name(named["name"], [*classes, *by_plugin])
        name, items = by_plugin.get(nearest or "", nearest), named["items"]
    return f"{found['path']}:{name}{f':{items}' if items else ''}" if name else None


def declared_in_files(kinds: Sequence[Row]) -> tuple[list[Declared], list[Problem]]:
    """Return the plugins of the files that ZOOKIT_PLUGINS names, and which files have problems.

    From then on the variable has absolute paths, which hold in every folder.
    """
    declared: list[Declared] = []
    problems: list[Problem] = []
    names: dict[str, Path] = {}
    paths = _named_files()
    for path in paths:
        try:
            first = names.setdefault(canonical_name(path.name), path)
            if first != path:
                raise BrokenPlugin(f"{first} has the same name; rename one of the files")
            declared += _plugins_of(PluginFile.read(path), kinds)
        except BrokenPlugin as error:
            problems.append(Problem(path.name, error.message.rstrip("."), str(path)))
    os.environ[PLUGIN_FILES] = os.pathsep.join(map(str, paths))
    _install_finder()
    return declared, problems


def check_unchanged(declared: Declared) -> None:
    """Raise BrokenPlugin if the file of a plugin has been edited since it was named."""
    if PluginFile.read(declared.file).version != declared.version:
        python = f"zookit.registry.default.add_file({declared.file!r})"
        raise BrokenPlugin(
            f"{declared.file} has been edited since it was named. "
            f"{option('Start the command again.', f'To use it as it is now: {python}')}"
        )


def file_of(component: type) -> tuple[str, bytes] | None:
    """Return the name and the content of the file that a class comes from; None of a package."""
    if not component.__module__.startswith(FILE_MODULES):
        return None
    spec = sys.modules[component.__module__].__spec__
    assert spec is not None
    assert isinstance(spec.loader, PluginFileLoader)
    return Path(spec.loader.path).name, spec.loader.content


def named_file(name: str) -> Path | None:
    """Return the path of the file of this name that is named here, if one is."""
    return next((each for each in _named_files() if each.name == name), None)


def _named_files() -> list[Path]:
    named = os.environ.get(PLUGIN_FILES, "").split(os.pathsep)
    return list(dict.fromkeys(Path(each).expanduser().absolute() for each in named if each))


def offer_file(path: Path) -> None:
    """Let registries look into a file at an absolute path, whatever is wrong with it."""
    name = canonical_name(path.name)
    others = [each for each in _named_files() if canonical_name(each.name) != name]
    os.environ[PLUGIN_FILES] = os.pathsep.join(map(str, [*others, path]))
    _install_finder()


class _Finder:
    """Finds the modules of the files that are named, for Python's import."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Return the spec of a file's module."""
        del path, target
        if not name.startswith(FILE_MODULES):
            return None
        return next((spec_from_loader(name, each) for each in _loaders(name)), None)


def _loaders(module: str) -> Iterator[PluginFileLoader]:
    for path in _named_files():
        try:
            if PluginFile.read(path).module == module:
                yield PluginFileLoader(module, str(path))
        except BrokenPlugin:
            continue  # it cannot be the one that was found under this name


def _install_finder() -> None:
    if _Finder not in sys.meta_path:
        sys.meta_path.append(_Finder)  # a class is a finder, too


_install_finder()
