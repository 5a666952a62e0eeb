"""The imports between zookit's modules, read from the source."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGES = {
    "core": "zookit.core",
    "registry": "zookit.registry",
    "plugins": "zookit.plugins",
    "runner": "zookit",
}
"""The folders of the tree, and the packages they are imported as."""


@dataclass(frozen=True)
class Import:
    """A module that another one imports.

    `at_start` is true if it happens when the importing module is imported, `for_types` if it is
    only for type checkers.
    """

    module: str
    line: int
    at_start: bool
    for_types: bool


@dataclass(frozen=True)
class Module:
    """A module of zookit: its import name, its path in the tree, and what it imports."""

    name: str
    path: str
    imports: tuple[Import, ...]


class _Collector(ast.NodeVisitor):
    def __init__(self, package: str, known: frozenset[str]) -> None:
        self.found: list[Import] = []
        self._package = package
        self._known = known
        self._in_function = False
        self._for_types = False

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._add(alias.name, node.lineno)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        if node.level:
            parents = self._package.split(".")
            base = ".".join(parents[: len(parents) - node.level + 1])
            module = f"{base}.{module}".rstrip(".")
        for alias in node.names:
            # `from zookit import core` imports zookit.core.
            inner = f"{module}.{alias.name}"
            self._add(inner if inner in self._known or module == "zookit" else module, node.lineno)

    def visit_If(self, node: ast.If) -> None:
        outer = self._for_types
        self._for_types = outer or ast.unparse(node.test).endswith("TYPE_CHECKING")
        for child in node.body:
            self.visit(child)
        self._for_types = outer
        for child in node.orelse:
            self.visit(child)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        outer, self._in_function = self._in_function, True
        self.generic_visit(node)
        self._in_function = outer

    def _add(self, module: str, line: int) -> None:
        at_start = not (self._in_function or self._for_types)
        self.found.append(Import(module, line, at_start, self._for_types))


def modules(root: Path) -> Iterator[Module]:
    """Yield every module below the folders of `root`."""
    files = {}
    for folder, package in PACKAGES.items():
        for path in sorted((root / folder).rglob("*.py")):
            if "samples" not in path.parts:
                parts = path.relative_to(root / folder).with_suffix("").parts
                files[path] = ".".join((package, *parts)).removesuffix(".__init__")
    known = frozenset(files.values())
    for path, name in files.items():
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        collector = _Collector(package, known)
        collector.visit(ast.parse(path.read_text(encoding="utf-8")))
        yield Module(name, path.relative_to(root).as_posix(), tuple(collector.found))


def cycles(found: list[Module]) -> list[list[str]]:
    """Return the groups of modules that import each other, also in functions or for types.

    A package that imports its own modules to re-export names is not part of a cycle.
    """
    names = {module.name for module in found}
    graph = {
        module.name: {
            each.module for each in module.imports if each.module in names - {module.name}
        }
        for module in found
        if not module.path.endswith("__init__.py")
    }
    reachable = {name: _reachable(graph, name) for name in graph}
    groups = {
        tuple(sorted(other for other in reachable[name] if name in reachable.get(other, ())))
        for name in graph
        if name in reachable[name]
    }
    return [list(group) for group in sorted(groups)]


def _reachable(graph: dict[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    left = list(graph[start])
    while left:
        name = left.pop()
        if name not in seen:
            seen.add(name)
            left += graph.get(name, ())
    return seen
