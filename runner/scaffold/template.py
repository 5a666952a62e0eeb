"""The templates of a kind of plugin: its code and its tests."""

import ast
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from string import Template
from typing import Any

from zookit.registry.kind import Row

_SUFFIX = re.compile(r"# suffix:[ ]?(\w*)\n")
"""The first line of a template: what a package with several plugins appends to its name."""
_INCLUDED = {"keras", "tensorflow", "zookit", *sys.stdlib_module_names}


def filled(template: str, values: Mapping[str, str]) -> str:
    """Return the text of a template with these values."""
    return _SUFFIX.sub("", Template(_read(template)).substitute(values), count=1)


def suffix_of(kind: Row) -> str:
    """Return what distinguishes the name of a plugin of this kind from others of its package."""
    found = _SUFFIX.match(_read(f"{_name(kind)}.py"))
    return found[1] if found else f"_{kind.stem}"


def code_of(kind: Row, values: Mapping[str, str]) -> tuple[str, str]:
    """Return the code of a plugin, and its tests.

    A kind without a template gets one with the abstract methods of its base class. `values` are
    `module`, `name` and `class_name`.
    """
    base = kind.base.__name__ if kind.base is not None else ""
    given = {**values, "singular": kind.singular, "base": base, "methods": _methods(kind)}
    name = _name(kind)
    return filled(f"{name}.py", given), filled(f"test_{name}.py", given)


def dependencies_of(kind: Row) -> set[str]:
    """Return the packages that a plugin imports, besides zookit and what it brings along."""
    code, _ = code_of(kind, {"module": "module", "name": "name", "class_name": "Name"})
    return _imported(code)


def _imported(code: str) -> set[str]:
    tops: set[str] = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            tops |= {each.name.partition(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            tops.add((node.module or "").partition(".")[0])
    return {each.replace("_", "-") for each in tops - _INCLUDED}


def _name(kind: Row) -> str:
    own = files("zookit.scaffold") / "templates" / f"{kind.stem}.py.template"
    return kind.stem if own.is_file() else "component"


def _read(template: str) -> str:
    found = files("zookit.scaffold") / "templates" / f"{template}.template"
    return found.read_text(encoding="utf-8")


def _methods(kind: Row) -> str:
    """Return the abstract methods of a kind's base class, for the author to fill in."""
    names = sorted(getattr(kind.base, "__abstractmethods__", ()))
    return "\n".join(_method(getattr(kind.base, name), name) for name in names).rstrip("\n")


def _method(declared: Any, name: str) -> str:
    is_property = isinstance(declared, property)
    function: Callable[..., Any] = declared.fget if is_property else declared
    meaning = (inspect.getdoc(function) or "Say what it does.").partition("\n")[0]
    lines = ["    @property"] if is_property else []
    lines += [
        f"    def {name}({', '.join(_parameters(function))}) -> Any:",
        f'        """{meaning}"""',
        f'        raise NotImplementedError("write {name}")',
        "",
    ]
    return "\n".join(lines)


def _parameters(function: Callable[..., Any]) -> Iterator[str]:
    for each in inspect.signature(function).parameters.values():
        star = "*" * (each.kind is each.VAR_POSITIONAL) + "**" * (each.kind is each.VAR_KEYWORD)
        yield each.name if each.name == "self" else f"{star}{each.name}: Any"
