"""Which classes of a Python file are components, read from the source; nothing is imported."""

import ast
from collections.abc import Iterator, Mapping, Sequence

from zookit.registry.kind import Row
from zookit.registry.source import source_of

_CONTRACTS = "zookit.core"
_DEEPEST = 6
"""The most classes and files from a class to the base class of its kind."""


def kinds_of_classes(tree: ast.Module, kinds: Sequence[Row]) -> dict[str, Row]:
    """Return the kind of each class at the top level that inherits from a base class of a kind.

    It may inherit through other classes of the file and through those of installed packages, such
    as `zookit.plugins.Dense`.
    """
    return _Bases({kind.base.__name__: kind for kind in kinds if kind.base}).kinds(tree, _DEEPEST)


class _Bases:
    """The kinds by the names of their base classes."""

    def __init__(self, kinds: Mapping[str, Row]) -> None:
        self._kinds = kinds

    def kinds(self, tree: ast.Module, depth: int) -> dict[str, Row]:
        """Return the kinds of the classes of a module."""
        imported = _names(tree)
        found: dict[str, Row] = {}
        for node in tree.body:
            for base in node.bases if isinstance(node, ast.ClassDef) else ():
                name = ast.unparse(base)
                kind = found.get(name) or self._of(_full(name, imported), depth)
                if kind is not None:
                    found.setdefault(node.name, kind)  # type: ignore[attr-defined]
        return found

    def _of(self, full_name: str, depth: int) -> Row | None:
        """Return the kind of `package.module.Class`."""
        module, _, name = full_name.rpartition(".")
        if module == _CONTRACTS or module.startswith(f"{_CONTRACTS}."):
            return self._kinds.get(name)
        source = source_of(module) if module and depth else ""
        if "zookit" not in source or name not in source:
            return None  # Keras's classes, for example
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
        found = self.kinds(tree, depth - 1).get(name)
        if found is None:
            elsewhere = _full(name, _names(tree))
            return self._of(elsewhere, depth - 1) if elsewhere != name else None
        return found


def _names(tree: ast.Module) -> dict[str, str]:
    """Return what each imported name stands for; imports at the top level count first."""
    return dict(reversed(list(_imported(tree))))


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                top = each.name.partition(".")[0]
                yield (each.asname, each.name) if each.asname else (top, top)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for each in node.names:
                yield each.asname or each.name, f"{node.module}.{each.name}"


def _full(name: str, imported: Mapping[str, str]) -> str:
    """Return a dotted name in full; a name that `import *` of the contracts may bring is theirs."""
    first, dot, rest = name.partition(".")
    if first in imported:
        return f"{imported[first]}{dot}{rest}"
    if imported.get("*") == f"{_CONTRACTS}.*" and not dot:
        return f"{_CONTRACTS}.{name}"
    return name
