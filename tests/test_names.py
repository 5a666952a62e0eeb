"""No room lists components: whatever is chosen by name is a plugin, which an entry point names."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

from zookit.registry import default

ROOMS = ("core", "registry", "runner")
NAMES = frozenset(entry.name for group in default.groups() for entry in group.entries())
# Words that mean something else as well: kinds of values, what is logged, a module.
ORDINARY = frozenset({"steps", "contrast", "random"})


def lists(root: Path) -> Iterator[str]:
    """Yield each literal collection, dictionary or Literal with the names of two components."""
    for room in ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                found = names_in(node)
                if len(found) > 1:
                    where = path.relative_to(root).as_posix()
                    yield f"{where}:{getattr(node, 'lineno', 0)} {sorted(found)}"


def names_in(node: ast.AST) -> set[str]:
    """The names of components in a collection, without those in collections inside it."""
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        items: list[ast.expr | None] = list(node.elts)
    elif isinstance(node, ast.Dict):
        items = [*node.keys, *node.values]
    elif isinstance(node, ast.Call):  # also in what a table's rows are made of
        items = [part for each in (*node.args, *node.keywords) for part in _within(each)]
    elif isinstance(node, ast.BoolOp):  # name == "a" or name == "b"
        compared = [each for each in node.values if isinstance(each, ast.Compare)]
        items = [each for compare in compared for each in compare.comparators]
    else:
        return set()
    values = {each.value for each in items if isinstance(each, ast.Constant)}
    plain = {each.rpartition("/")[2] for each in values if isinstance(each, str)}
    return (plain & NAMES) - ORDINARY


def _within(node: ast.AST) -> Iterator[ast.expr]:
    return (each for each in ast.walk(node) if isinstance(each, ast.expr))


def test_no_room_lists_components() -> None:
    assert {"adam", "dense", "mnist", "focal"} <= NAMES
    assert list(lists(ROOT)) == []


@pytest.mark.parametrize(
    "source",
    [
        'KNOWN = ("adam", "sgd")',
        'KNOWN = {"adam": 1, "zookit/focal": 2}',
        'def f(): return ["cnn", "other", "dense"]',
        'KNOWN: Literal["flip", "rotation"]',
        'if name in {"mnist", "fashion_mnist"}: pass',
        'if name == "mixup" or name == "cutmix": pass',
        'CALLS = {"a": "dense", "b": "cnn"}',
        'ROWS = by_word(Row("h5", ("keras",)), Row("tflite lite", instead=("litert",)))',
    ],
)
@pytest.mark.parametrize("room", ROOMS)
def test_a_planted_list_is_found(tmp_path: Path, room: str, source: str) -> None:
    (tmp_path / room).mkdir()
    (tmp_path / room / "a.py").write_text(source)
    (found,) = lists(tmp_path)
    assert found.startswith(f"{room}/a.py:1 ")


@pytest.mark.parametrize(
    "source",
    ['NAME = "adam"', 'PAIR = ("adam", 0.1)', 'f("adam")\ng("sgd")', 'A = "dense", ["cnn"]'],
)
def test_single_names_are_no_list(tmp_path: Path, source: str) -> None:
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "a.py").write_text(source)
    assert list(lists(tmp_path)) == []
