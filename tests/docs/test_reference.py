"""The reference page lists the public names, all of them and no others."""

import importlib
import re

import pytest
from pages import text_of

import zookit
from zookit import registry

PACKAGES = (
    "zookit",
    "zookit.core",
    "zookit.core.data",
    "zookit.registry",
    "zookit.testing",
    "zookit.plugins",
)
PAGE = text_of("docs/reference.md")
NAME = re.compile(r"`(\w+)(?:\([^)`]*\))?`")


def tables(heading: str) -> list[list[str]]:
    """The names in the first column of each table below a heading, up to the next heading."""
    without_code = re.sub(r"^```.*?^```$", "", PAGE, flags=re.MULTILINE | re.DOTALL)
    _, found, rest = without_code.partition(f"\n{heading}\n")
    assert found, heading
    section = re.split(r"^#+ ", rest, maxsplit=1, flags=re.MULTILINE)[0]
    return [
        [name for row in table.splitlines() for name in NAME.findall(row.split("|")[1])]
        for table in re.findall(r"(?:^\|.*\n)+", section, re.MULTILINE)
    ]


@pytest.mark.parametrize("package", PACKAGES)
def test_public_names_are_those_of_the_page(package: str) -> None:
    listed = tables(f"## `{package}`")[0]
    assert len(set(listed)) == len(listed)
    assert set(listed) == set(importlib.import_module(package).__all__)


@pytest.mark.parametrize("package", PACKAGES)
def test_public_names_can_be_imported(package: str) -> None:
    module = importlib.import_module(package)
    for name in module.__all__:
        assert getattr(module, name) is not None


def test_members_of_run_are_those_of_the_page() -> None:
    fields = set(zookit.Run.__dataclass_fields__)
    members = {name for name in {*dir(zookit.Run), *fields} if not name.startswith("_")}
    internal = {"contradiction", "ending", "identity", "shown", "training"}
    assert set(tables("### `zookit.Run`")[0]) == members - internal


def test_errors_of_the_registry_exist() -> None:
    assert set(tables("## `zookit.registry`")[2]) <= {*zookit.core.__all__, "KeyError"}


def test_the_kinds_are_those_of_the_registry() -> None:
    row = re.compile(r"^\| `(\w+)` \|([a-z ]+)\|([^|\n]*)\|([^|\n]*)\|([^|\n]*)\|$", re.MULTILINE)
    listed = [tuple(each.strip(" `") for each in found) for found in row.findall(PAGE)]
    kinds = registry.Registry.kinds()
    assert [each[:3] for each in listed] == [
        (kind.plural, kind.singular, kind.base.__name__ if kind.base else "") for kind in kinds
    ]
    for kind, (*_, selected, keyword) in zip(kinds, listed, strict=True):
        if kind.option:
            assert selected.partition("`")[0] == kind.option
            assert ("repeatable" in selected) is kind.several
        if kind.recorded and kind.keyword:
            assert keyword == kind.keyword
    assert tables("## `zookit.registry`")[1] == [kind.plural for kind in kinds]


def test_component_classes_have_the_names_of_the_page() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \|$", PAGE, re.MULTILINE)
    assert {(getattr(zookit.plugins, kind), name) for kind, name in rows} == {
        (entry.load(), entry.name)
        for group in registry.default.components()
        for entry in group.entries()
        if entry.distribution == "zookit"
    }
