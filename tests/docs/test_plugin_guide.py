"""The plugin guide declares what it defines, and its examples work.

tests/slow/test_guide.py follows its steps.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Command
from declared import entries
from edited_plugin import forget_plugins, restore_plugins
from made_plugins import make_distribution
from pages import PLUGIN_GUIDE, commands, plugin_blocks
from type_checked import complaints

from zookit import open_run
from zookit.registry import Entry, Registry


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The folder of the guide's files."""
    for block in plugin_blocks("python"):
        file = tmp_path / block.partition("\n")[0].removeprefix("# ")
        assert file.is_relative_to(tmp_path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block)
    return tmp_path / "src"


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, source: Path) -> Iterator[None]:
    """The examples are installed, under a module's name that other tests do not use."""
    name = "zookit_stripes_examples"
    (source / "zookit_stripes").rename(source / name)
    points: dict[str, str] = {}
    for entry in examples():
        place = entry.value.replace("zookit_stripes", name)
        lines = points.get(entry.kind.group, "")
        points[entry.kind.group] = f"{lines}{entry.name} = {place}\n"
    make_distribution(source, "zookit-stripes", points)
    monkeypatch.syspath_prepend(source)
    forget_plugins()
    yield
    restore_plugins()


def examples() -> list[Entry[Any]]:
    """The plugins that the guide adds to those that 'zookit new' creates."""
    return [entry for block in plugin_blocks("toml") for entry in entries(block)]


def test_every_component_has_its_entry_point(monkeypatch: pytest.MonkeyPatch, source: Path) -> None:
    monkeypatch.syspath_prepend(source)
    found = examples()
    assert {entry.name for entry in found} == {
        path.stem for path in (source / "zookit_stripes").iterdir()
    }
    assert {entry.kind.plural for entry in found} == {
        kind.plural for kind in Registry.kinds() if not kind.is_data
    }
    for entry in found:
        assert entry.load()


@pytest.mark.slow
def test_code_passes_mypy(source: Path) -> None:
    assert not complaints(source)


@pytest.mark.usefixtures("installed", "one_step")
@pytest.mark.filterwarnings("ignore:Limiting ")
def test_the_examples_work_together(zookit: Command, tmp_path: Path) -> None:
    words = (
        "mnist averages:4 draw_predictions --optimizer centred_sgd --learning-rate linear:0.1 "
        "--loss symmetric_crossentropy --metric worst_recall --augment invert --augment halves "
        "--with ledger --data sample --validation 0.1"
    )
    assert zookit("run", *words.split()).code == 0
    assert "worst_recall" in open_run("latest").metrics
    assert len(list(tmp_path.glob("runs/*/files/predictions/*.png"))) == 1
    assert len((tmp_path / "runs" / "ledger.csv").read_text().splitlines()) == 1
    assert zookit("export", "latest", "--to", "parts", "--output", "made.parts").code == 0
    assert (tmp_path / "made.parts" / "classes.txt").read_text().startswith("0\n1\n")
    assert open_run("latest").name in zookit("room").out


@pytest.mark.usefixtures("source", "one_step")
@pytest.mark.filterwarnings("ignore:Limiting ")
def test_the_component_in_one_file_works(zookit: Command, tmp_path: Path) -> None:
    forget_plugins()
    lines = [line for line in commands(PLUGIN_GUIDE) if "pyramid" in line]
    assert [line.split()[1] for line in lines] == ["show", "run", "--plugin"]
    for line in lines:
        outcome = zookit(*line.split()[1:])
        assert outcome.code == 0, outcome
    (copy,) = tmp_path.glob("runs/*/plugins/pyramid.py")
    assert copy.read_bytes() == (tmp_path / "pyramid.py").read_bytes()
    restore_plugins()


@pytest.mark.slow
@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("kind", [kind.plural for kind in Registry.kinds()])
def test_the_examples_keep_their_contracts(zookit: Command, kind: str) -> None:
    # Data sets need files, which tests/slow/test_guide.py creates.
    names = [e.name for e in examples() if e.kind.plural == kind and kind != "datasets"]
    assert not names or zookit("check", *names).code == 0
