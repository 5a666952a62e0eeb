"""Who may import whom: core <- registry <- runner, and core <- plugins."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# Folder, what it is called when imported, and what of ours it may import.
ROOMS = {
    "core": ("zookit.core", ["zookit.core"]),
    "registry": ("zookit.registry", ["zookit.core", "zookit.registry"]),
    "plugins": ("zookit.plugins", ["zookit.core", "zookit.plugins"]),
    "runner": ("zookit", ["zookit"]),
}
PUBLIC = ("zookit.core", "zookit.core.data")
HEAVY = ("tensorflow", "keras")
# Imported for --help, listing, completion and looking up; but for the Keras side of a callback.
LIGHT = (
    "core/",
    "registry/",
    "plugins/",
    "runner/commands/",
    "runner/cli.py",
    "runner/__init__.py",
)
KERAS_SIDE = ("plugins/callbacks/keras_classes/",)


@dataclass(frozen=True)
class Import:
    """One imported module, where it stands, and whether it runs when the file is imported."""

    module: str
    line: int
    at_start: bool
    for_types: bool


class _Collector(ast.NodeVisitor):
    def __init__(self, package: str) -> None:
        self.found: list[Import] = []
        self._package = package
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
        # `from zookit import core` imports zookit.core.
        for alias in node.names:
            self._add(f"{module}.{alias.name}" if module == "zookit" else module, node.lineno)

    def visit_If(self, node: ast.If) -> None:
        outer = self._for_types
        self._for_types = outer or ast.unparse(node.test) in (
            "TYPE_CHECKING",
            "typing.TYPE_CHECKING",
        )
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


def imports(path: Path, package: str) -> list[Import]:
    """Every import in a file of that package."""
    collector = _Collector(package)
    collector.visit(ast.parse(path.read_text(encoding="utf-8")))
    return collector.found


def within(module: str, packages: tuple[str, ...] | list[str]) -> bool:
    return any(module == each or module.startswith(f"{each}.") for each in packages)


def violations(root: Path) -> Iterator[str]:
    """Every import in the tree that breaks a rule, as `file:line imports module`."""
    for room, (package, allowed) in ROOMS.items():
        for path in sorted((root / room).rglob("*.py")):
            name = path.relative_to(root).as_posix()
            below = path.relative_to(root / room).parent.parts
            for each in imports(path, ".".join((package, *below))):
                ours = within(each.module, ["zookit"])
                if (
                    (ours and not within(each.module, allowed))
                    or (room == "runner" and within(each.module, ["zookit.plugins"]))
                    # What a stranger's package could import, and nothing behind it.
                    or (
                        room == "plugins"
                        and within(each.module, ["zookit.core"])
                        and each.module not in PUBLIC
                    )
                    # From the root these would be second copies of zookit.core and its kin.
                    or within(each.module, list(ROOMS))
                    or (
                        name == "core/hookspecs.py"
                        and not each.for_types
                        and each.module not in ("pluggy", "typing")
                    )
                    or (
                        name.startswith(LIGHT)
                        and not name.startswith(KERAS_SIDE)
                        and each.at_start
                        and within(each.module, HEAVY)
                    )
                ):
                    yield f"{name}:{each.line} imports {each.module}"


def test_arrows_point_one_way() -> None:
    assert list(violations(ROOT)) == []


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_is_looked_at(room: str) -> None:
    package, _ = ROOMS[room]
    assert any(
        within(each.module, ["zookit.core"])
        for path in (ROOT / room).rglob("*.py")
        for each in imports(path, package)
    )


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("core/a.py", "import zookit"),
        ("core/a.py", "from zookit import registry"),
        ("core/a.py", "from zookit.registry import default"),
        ("core/a.py", "from zookit.plugins.architectures.dense import Dense"),
        ("core/data/a.py", "from zookit.training.session import train"),
        ("core/a.py", "from ..registry import default"),
        ("core/a.py", "from .. import registry"),
        ("core/a.py", "def f():\n    import zookit.registry"),
        ("core/a.py", "if TYPE_CHECKING:\n    import zookit.registry"),
        ("core/a.py", "import core"),
        ("registry/a.py", "import zookit.plugins"),
        ("registry/a.py", "from zookit import run"),
        ("plugins/a.py", "from zookit.registry import datasets"),
        ("plugins/datasets/a.py", "from zookit.terminal import bar"),
        ("plugins/a.py", "import zookit"),
        ("runner/a.py", "from zookit.plugins.architectures.dense import Dense"),
        ("runner/a.py", "from zookit import plugins"),
        ("runner/commands/a.py", "from ..plugins import architectures"),
        ("runner/a.py", "from core.words import Words"),
        ("runner/a.py", "import registry.group as g"),
        ("plugins/a.py", "from plugins import datasets"),
        ("runner/a.py", "from runner import cli"),
        ("core/hookspecs.py", "from zookit.core.run import Run"),
        ("core/hookspecs.py", "def f():\n    import json"),
        ("core/a.py", "import keras"),
        ("registry/a.py", "try:\n    import tensorflow as tf\nexcept ImportError: pass"),
        ("plugins/architectures/a.py", "class A:\n    from keras import layers"),
        ("runner/cli.py", "import keras.layers"),
        ("plugins/callbacks/a.py", "from zookit.core.errors import reason_of"),
        ("runner/commands/a.py", "if TYPE_CHECKING:\n    pass\nelse:\n    import keras"),
    ],
)
def test_what_breaks_a_rule_is_found(tmp_path: Path, file: str, source: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(source)
    assert len(list(violations(tmp_path))) == 1


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("core/a.py", "import numpy\nfrom zookit.core.words import Words\nimport zookitchen"),
        ("core/data/a.py", "from ..words import Words"),
        ("core/hookspecs.py", "import pluggy\nif TYPE_CHECKING:\n    import keras, zookit.core"),
        ("registry/a.py", "from zookit.core import Words\nfrom zookit.registry.entry import Entry"),
        ("plugins/architectures/a.py", "def f(self):\n    from keras import layers"),
        ("plugins/callbacks/a.py", "def f(self):\n    from zookit.plugins.callbacks import b"),
        ("plugins/callbacks/keras_classes/a.py", "import keras"),
        ("runner/a.py", "import keras\nimport zookit\nfrom zookit.registry import default"),
        ("runner/commands/a.py", "if TYPE_CHECKING:\n    import keras"),
    ],
)
def test_what_breaks_no_rule_is_let_be(tmp_path: Path, file: str, source: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(source)
    assert list(violations(tmp_path)) == []
