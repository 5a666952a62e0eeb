"""The classes that can be imported from `zookit.plugins`."""

import ast
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

import zookit.plugins
from zookit.registry import default

ROOT = Path(__file__).parents[2]


def declared() -> dict[str, str]:
    """The class and the module of each component in pyproject.toml; models have no class."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    values = (value for group in project["entry-points"].values() for value in group.values())
    parts = (value.partition(":") for value in values)
    return {name: module for module, _, name in parts if name}


def test_the_names_are_the_components_of_the_entry_points() -> None:
    assert sorted(declared()) == zookit.plugins.__all__ == dir(zookit.plugins)
    installed = [entry for group in default.components() for entry in group.entries()]
    own = {e.value.partition(":")[2] for e in installed if e.distribution == "zookit"}
    assert own == set(zookit.plugins.__all__)


def test_type_checkers_see_the_same_names() -> None:
    tree = ast.parse(Path(zookit.plugins.__file__ or "").read_text())
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    typed = {name.asname: node.module for node in imports for name in node.names if name.asname}
    assert typed == declared()


@pytest.mark.parametrize("name", zookit.plugins.__all__)
def test_a_name_is_the_class_of_its_module(name: str) -> None:
    module = declared()[name]
    assert getattr(zookit.plugins, name) is getattr(import_module(module), name)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Dnese"):
        zookit.plugins.Dnese  # noqa: B018


def test_the_package_imports_no_component_until_it_is_used() -> None:
    code = """
import sys, zookit.plugins
def imported(): return sorted(each for each in sys.modules if each.startswith("zookit.plugins."))
assert imported() == []
from zookit.plugins import Dense
assert imported() == ["zookit.plugins.architectures", "zookit.plugins.architectures.dense"]
assert not {"keras", "tensorflow", "numpy"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
