"""Reads what the source code of a plugin says about it, without importing the plugin."""

import ast
import re
import sys
from contextlib import suppress
from functools import cache
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

from zookit.core.reading import read_text_bounded

_LARGEST = 1_000_000
"""The largest file that is read, in bytes."""
_BODY = re.compile(r"[^\n:]*:\s*\n\s+[rR]?(\"{3}|'{3})")
"""From a class's name to its docstring."""


def source_of(module: str) -> str:
    """Return the source code of a module; empty if it cannot be found without importing it."""
    return _source(module, tuple(sys.path))


@cache
def _source(module: str, _: tuple[str, ...]) -> str:
    spec = spec_of(module)
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        return ""
    try:
        return read_text_bounded(Path(spec.origin), _LARGEST)
    except (OSError, ValueError):
        return ""


def forget_sources() -> None:
    """Forget what was found, because packages have changed since."""
    _source.cache_clear()
    _spec.cache_clear()


def constant_of(value: str, name: str) -> Any:
    """Return a constant in the body of the class `module:Class`; None if it is not found.

    It must be written there as a literal.
    """
    module, _, cls = value.partition(":")
    if name not in source_of(module):
        return None
    found = _definition(module, cls)
    for node in found.body if isinstance(found, ast.ClassDef) else []:
        if isinstance(node, ast.Assign):
            targets, literal = node.targets, node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets, literal = [node.target], node.value
        else:
            continue
        if [each.id for each in targets if isinstance(each, ast.Name)] == [name]:
            with suppress(ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
                return ast.literal_eval(literal)
    return None


def declares(module: str, parameter: str) -> bool:
    """Return whether a class in the source code of a module declares a parameter."""
    declared = rf"^    {re.escape(parameter)}\s*:"
    return re.search(declared, source_of(module), re.MULTILINE) is not None


def docstring_of(value: str) -> str:
    """Return the docstring of `module:name`, as it is written in the source; empty if unknown."""
    module, _, name = value.partition(":")
    source = source_of(module)
    # This is what nearly all classes look like; parsing takes a hundred times as long.
    at = source.find(f"\nclass {name}(")
    begun = _BODY.match(source, at + len("\nclass ") + len(name)) if at >= 0 else None
    if begun:
        return source[begun.end() : source.find(begun[1], begun.end())].strip()
    node = _definition(module, name)
    return "" if node is None else ast.get_docstring(node) or ""


def _definition(module: str, name: str) -> ast.ClassDef | ast.FunctionDef | None:
    """Return the class or function of that name at the top of a module, if it is found there."""
    source = source_of(module)
    if not name.isidentifier() or name not in source:
        return None
    try:
        nodes = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for node in nodes:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name:
            return node
    return None


def spec_of(module: str) -> ModuleSpec | None:
    """Find a module. Unlike `importlib.util.find_spec`, this imports none of its parents."""
    try:
        return _spec(module, tuple(sys.path))
    except Exception:  # noqa: BLE001 - finders are other packages' code
        return None


@cache  # on a changed path, another module may have the name
def _spec(module: str, search: tuple[str, ...]) -> ModuleSpec | None:
    parent, _, _ = module.rpartition(".")
    path = None
    if parent:
        found = _spec(parent, search)
        if found is None or found.submodule_search_locations is None:
            return None
        path = list(found.submodule_search_locations)
    specs = (finder.find_spec(module, path) for finder in sys.meta_path)
    return next((spec for spec in specs if spec is not None), None)
