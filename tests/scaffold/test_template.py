"""Every kind of plugin has templates, and a new kind gets them from its base class."""

import ast
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import pytest

import zookit.core
from zookit.core import Component
from zookit.registry import Kind, Registry
from zookit.scaffold.template import code_of, dependencies_of, suffix_of

VALUES = {"module": "zookit_new", "name": "new", "class_name": "New"}

CREATED = [kind for kind in Registry.kinds() if not kind.is_data]
"""The kinds that have templates."""


@dataclass(frozen=True)
class Widget(Component, ABC):
    """A kind that zookit does not have."""

    @property
    @abstractmethod
    def size(self) -> int:
        """The size of the widget."""

    @abstractmethod
    def build(self, run: Any, *more: Any) -> object:
        """Return a widget.

        For a run.
        """


def test_suffixes_differ() -> None:
    suffixes = [suffix_of(kind) for kind in CREATED]
    assert len(set(suffixes)) == len(suffixes)


@pytest.mark.parametrize("kind", CREATED, ids=lambda kind: kind.plural)
def test_a_template_shows_a_working_plugin(kind: Kind[Any]) -> None:
    code, tests = code_of(kind, VALUES)
    assert "NotImplementedError" not in code
    assert "suffix:" not in code
    assert dependencies_of(kind) <= {"annotated-types", "numpy", "typer"}
    assert "\ndef test_" in tests


def test_a_kind_without_a_template_shows_what_to_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zookit.core, "Widget", Widget, raising=False)
    kind: Kind[Any] = Kind("widget", Widget)
    assert suffix_of(kind) == "_widget"
    code, _ = code_of(kind, VALUES)
    (found,) = (node for node in ast.parse(code).body if isinstance(node, ast.ClassDef))
    methods = {node.name: node for node in found.body if isinstance(node, ast.FunctionDef)}
    assert set(methods) == {"size", "build"}
    assert ast.unparse(methods["build"].args) == "self, run: Any, *more: Any"
    assert ast.get_docstring(methods["build"]) == "Return a widget."
    module: dict[str, Any] = {}
    exec(compile(code, "new.py", "exec"), module)
    assert kind.complaint(module["New"]) is None
    with pytest.raises(NotImplementedError, match="size"):
        module["New"]().size  # noqa: B018
