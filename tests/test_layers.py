"""Rooms import only rooms below them, and no modules import each other."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT
from import_graph import PACKAGES, Import, Module, cycles, modules

FLOORS = (
    ("zookit.__main__",),
    ("zookit.cli",),
    (
        "zookit",
        "zookit.api",
        "zookit.publishing",
        "zookit.rate_finding",
        "zookit.run_object",
        "zookit.sharing",
        "zookit.sweep_object",
    ),
    ("zookit.scaffold",),
    (
        "zookit.sweeps",
        "zookit.serve",
        "zookit.testing",
        "zookit.doctor",
        "zookit.report",
    ),
    ("zookit.leaderboard",),
    ("zookit.training",),
    ("zookit.inference",),
    ("zookit.modeling",),
    ("zookit.remote",),
    ("zookit.runs",),
    ("zookit.data",),
    # Leaves: a module each, that many rooms use.
    (
        "zookit.arguments",
        "zookit.child_process",
        "zookit.console",
        "zookit.isolation",
        "zookit.own_process",
        "zookit.preview",
        "zookit.streams",
        "zookit.tables",
        "zookit.terminal",
        "zookit.typer_commands",
    ),
    ("zookit.registry",),
    ("zookit.core",),
)
"""All rooms, the highest floor first. A room imports only rooms on lower floors."""
PUBLIC = ("zookit.core", "zookit.core.data")
"""What a plugin may import."""
HEAVY = ("tensorflow", "keras", "numpy", "pydantic")
# Imported for --help, listing and completion.
LIGHT = ("zookit", "zookit.cli", "zookit.core", "zookit.registry", "zookit.plugins")
NUMPY_SIDE = ("zookit.core.contact_sheet", "zookit.core.data", "zookit.plugins.datasets")
KERAS_SIDE = tuple(
    f"zookit.plugins.{kind}.keras_classes"
    for kind in ("augmentations", "callbacks", "losses", "metrics", "schedules")
)


def room_of(module: str) -> str:
    """The room of a module: the longest name of a room that it begins with."""
    rooms = [room for floor in FLOORS for room in floor] + ["zookit.plugins"]
    found = [room for room in rooms if module == room or module.startswith(f"{room}.")]
    return max(found, key=len)


def is_within(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == each or module.startswith(f"{each}.") for each in packages)


def floor_of(room: str) -> int:
    return next(at for at, floor in enumerate(FLOORS) if room in floor)


def violations(root: Path) -> Iterator[str]:
    """Yield every broken rule in the tree, as `file:line ...`."""
    found = list(modules(root))
    for module in found:
        for each in module.imports:
            reason = broken_rule(module, each)
            if reason:
                yield f"{module.path}:{each.line} imports {each.module}: {reason}"
    for group in cycles(found):
        yield f"import each other: {', '.join(group)}"


def broken_rule(module: Module, imported: Import) -> str:
    """Return why an import breaks a rule; empty if it does not."""
    if is_within(imported.module, tuple(PACKAGES)):
        return "from the root of the tree it would be a second copy"
    if module.path == "core/hookspecs.py" and not imported.for_types:
        known = imported.module in ("pluggy", "typing")
        return "" if known else "core/hookspecs.py imports pluggy alone"
    if not is_within(imported.module, ("zookit",)):
        return broken_rule_for_others(module, imported)
    room, other = room_of(module.name), room_of(imported.module)
    if room == "zookit.plugins":
        allowed = imported.module in PUBLIC or other == room
        return "" if allowed else "a plugin imports zookit.core and zookit.core.data"
    if module.path == "runner/__init__.py" and imported.for_types:
        return ""
    if other == "zookit.plugins":
        return "only entry points name plugins"
    if (room == other and room.count(".")) or module.name == imported.module:
        return ""
    # Leaves may use each other; the test for cycles covers them.
    leaves = FLOORS[-3]
    if room in leaves and other in leaves:
        return ""
    if floor_of(room) >= floor_of(other) and not (floor_of(room) == floor_of(other) == 2):
        return f"{other} is not below {room}"
    return ""


def broken_rule_for_others(module: Module, imported: Import) -> str:
    if module.path == "core/hookspecs.py" and not imported.for_types:
        known = imported.module in ("pluggy", "typing")
        return "" if known else "core/hookspecs.py imports pluggy alone"
    if (
        not imported.at_start
        or not is_within(module.name, LIGHT)
        or room_of(module.name) in (room for floor in FLOORS[3:-2] for room in floor)
    ):
        return ""
    if is_within(imported.module, ("tensorflow", "keras")):
        allowed = is_within(module.name, KERAS_SIDE)
    else:
        allowed = is_within(module.name, (*NUMPY_SIDE, *KERAS_SIDE))
    heavy = is_within(imported.module, HEAVY) and not allowed
    return "--help and listing would import it" if heavy else ""


def test_imports_point_down_and_there_are_no_cycles() -> None:
    assert list(violations(ROOT)) == []


def test_every_room_of_the_tree_has_its_floor() -> None:
    rooms = {
        f"zookit.{path.stem}"
        for path in (ROOT / "runner").iterdir()
        if (path / "__init__.py").is_file() or path.suffix == ".py"
    }
    known = {room for floor in FLOORS for room in floor}
    assert rooms - {"zookit.__init__"} <= known


def test_every_room_says_in_one_sentence_what_it_is_for() -> None:
    import ast

    for folder in PACKAGES:
        for path in (ROOT / folder).rglob("__init__.py"):
            if "samples" in path.parts:
                continue
            docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
            assert docstring.split("\n")[0].endswith((".", ":")), path
            assert len(docstring.split("\n")[0]) > 20, path


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("core/a.py", "import zookit"),
        ("core/a.py", "from zookit import registry"),
        ("core/a.py", "from zookit.registry import default"),
        ("core/a.py", "from zookit.plugins.architectures.dense import Dense"),
        ("core/data/a.py", "from zookit.data.prepared import prepare"),
        ("core/a.py", "from ..registry import default"),
        ("core/a.py", "from .. import registry"),
        ("core/a.py", "def f():\n    import zookit.registry"),
        ("core/a.py", "if TYPE_CHECKING:\n    import zookit.registry"),
        ("core/a.py", "import core"),
        ("core/a.py", "import keras"),
        ("core/a.py", "import numpy"),
        ("core/a.py", "import pydantic"),
        ("core/hookspecs.py", "from zookit.core.run_context import RunContext"),
        ("core/hookspecs.py", "def f():\n    import json"),
        ("registry/a.py", "import zookit.plugins"),
        ("registry/a.py", "from zookit import run"),
        ("registry/a.py", "try:\n    import tensorflow as tf\nexcept ImportError: pass"),
        ("plugins/a.py", "from zookit.registry import datasets"),
        ("plugins/datasets/a.py", "from zookit.terminal import bar"),
        ("plugins/a.py", "import zookit"),
        ("plugins/a.py", "from plugins import datasets"),
        ("plugins/callbacks/a.py", "from zookit.core.errors import reason_of"),
        ("plugins/architectures/a.py", "class A:\n    from keras import layers"),
        ("runner/terminal.py", "import zookit.data"),
        ("runner/data/a.py", "from zookit.runs.run import RunRecord"),
        ("runner/runs/a.py", "from zookit.modeling import model"),
        ("runner/runs/a.py", "from zookit.inference import rebuild"),
        ("runner/modeling/a.py", "from ..inference import predict"),
        ("runner/inference/a.py", "def f():\n    from zookit.training import session"),
        ("runner/training/a.py", "from zookit.report.page import page_of"),
        ("runner/report/a.py", "from zookit.doctor.finding import Finding"),
        ("runner/leaderboard/a.py", "from zookit.report.page import page_of"),
        ("runner/report/a.py", "from zookit.api import run"),
        ("runner/leaderboard/a.py", "import zookit.cli.app"),
        ("runner/api.py", "from zookit.cli.app import main"),
        ("runner/sweeps/a.py", "from zookit.cli import run"),
        ("runner/training/a.py", "from zookit.plugins.architectures.dense import Dense"),
        ("runner/cli/a.py", "from zookit import plugins"),
        ("runner/cli/a.py", "from core.words import Words"),
        ("runner/cli/a.py", "import registry.group as g"),
        ("runner/cli/a.py", "from runner import cli"),
        ("runner/cli/app.py", "import keras.layers"),
        ("runner/cli/a.py", "if TYPE_CHECKING:\n    pass\nelse:\n    import keras"),
    ],
)
def test_a_planted_violation_is_found(tmp_path: Path, file: str, source: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(source)
    assert len(list(violations(tmp_path))) == 1


@pytest.mark.parametrize(
    "imports",
    [
        {"a": "import zookit.training.b", "b": "import zookit.training.a"},
        {"a": "from zookit.training import b", "b": "def f():\n    from zookit.training import a"},
        {"a": "from . import b", "b": "if TYPE_CHECKING:\n    from zookit.training.a import A"},
        {"a": "from .b import B", "b": "from .c import C", "c": "from .a import A"},
    ],
)
def test_a_planted_cycle_is_found(tmp_path: Path, imports: dict[str, str]) -> None:
    folder = tmp_path / "runner" / "training"
    folder.mkdir(parents=True)
    for name, source in imports.items():
        (folder / f"{name}.py").write_text(source)
    (found,) = violations(tmp_path)
    assert all(f"zookit.training.{name}" in found for name in imports)


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("core/a.py", "import json\nfrom zookit.core.words import Words\nimport zookitchen"),
        ("core/data/a.py", "import numpy\nfrom ..words import Words"),
        ("core/hookspecs.py", "import pluggy\nif TYPE_CHECKING:\n    import keras, zookit.core"),
        ("registry/a.py", "from zookit.core import Words\nfrom zookit.registry.entry import Entry"),
        ("plugins/architectures/a.py", "def f(self):\n    from keras import layers"),
        ("plugins/callbacks/a.py", "def f(self):\n    from zookit.plugins.callbacks import b"),
        ("plugins/callbacks/keras_classes/a.py", "import keras"),
        ("runner/training/a.py", "import keras\nfrom zookit.inference import predict"),
        ("runner/runs/a.py", "from zookit.data import hashes\nfrom zookit.registry import default"),
        ("runner/cli/a.py", "import zookit\nif TYPE_CHECKING:\n    import keras"),
    ],
)
def test_what_breaks_no_rule_is_not_reported(tmp_path: Path, file: str, source: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(source)
    assert list(violations(tmp_path)) == []
