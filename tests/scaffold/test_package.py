"""`zookit new`: what it makes, what it refuses to make. tests/slow/test_new.py installs it."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Command
from declared import entries
from type_checked import complaints

from zookit.core import Dataset
from zookit.core.data import Source, check_splits
from zookit.registry import Entry
from zookit.registry.registry import KINDS

TOUR = ("dataset", "architecture", "callback", "listener")
EVERY = (*TOUR, "command")


def declared(project: Path) -> Iterator[Entry[Any]]:
    return entries((project / "pyproject.toml").read_text(encoding="utf-8"))


def imported(source: str) -> set[str]:
    """Every module that is imported, also those inside functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


@pytest.mark.parametrize(
    ("arguments", "offered"),
    [
        (
            ["zookit-alpha"],
            {
                "datasets": "alpha",
                "architectures": "alpha_net",
                "callbacks": "alpha_stop",
                "listeners": "alpha_report",
            },
        ),
        (["zookit-beta", "architecture"], {"architectures": "beta"}),
        (["gamma", "command", "dataset"], {"datasets": "gamma", "commands": "gamma_best"}),
        (["zookit-delta-2", "callback"], {"callbacks": "delta_2"}),
        (["zookit_epsilon", "listener", "listener"], {"listeners": "epsilon"}),
        (["zookit-zeta", "command"], {"commands": "zeta"}),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_what_it_makes_is_what_the_registry_takes(
    zookit: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    offered: dict[str, str],
) -> None:
    made = zookit("new", *arguments)
    assert (made.code, made.err) == (0, "")
    project = tmp_path / arguments[0]
    assert list(tmp_path.iterdir()) == [project]
    for written in (f"cd {arguments[0]}\n", "pip install -e", f"zookit check {arguments[0]}\n"):
        assert written in made.out
    monkeypatch.syspath_prepend(project / "src")
    found = {entry.kind.plural: entry for entry in declared(project)}
    assert {plural: entry.name for plural, entry in found.items()} == offered
    for entry in found.values():
        assert entry.load()
        module = entry.value.partition(":")[0].replace(".", "/")
        assert (project / "src" / f"{module}.py").is_file()
        assert (project / "tests" / f"test_{entry.name}.py").is_file()
        assert f"`{entry.name}`" in (project / "README.md").read_text()


def test_the_made_data_set_is_one(
    zookit: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert zookit("new", "zookit-eta", "dataset").code == 0
    monkeypatch.syspath_prepend(tmp_path / "zookit-eta" / "src")
    (entry,) = declared(tmp_path / "zookit-eta")
    for parameters in ({}, {"count": 2, "size": 8}, {"count": 5, "size": 33}):
        dataset = entry.load()(**parameters)
        assert isinstance(dataset, Dataset)
        splits = dataset.load(Source("full", None, None, "made by the data set"))
        check_splits("eta", dataset.info, splits)
        assert {name: len(split) for name, split in splits.by_name().items()} == dataset.info.sizes
        both = np.concatenate([splits.train.images, splits.test.images])
        assert len(np.unique(both, axis=0)) == len(both)


@pytest.mark.parametrize("name", ["zookit-ab", "zookit-handwritten-letters"])
@pytest.mark.parametrize("kinds", [(), EVERY, *((kind,) for kind in EVERY)], ids=" ".join)
def test_what_it_makes_is_clean(
    zookit: Command, tmp_path: Path, name: str, kinds: tuple[str, ...]
) -> None:
    assert zookit("new", name, *kinds).code == 0
    for command in (["check"], ["format", "--check"]):
        ended = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", tmp_path / name],
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout
    files = [path for path in (tmp_path / name).rglob("*") if path.is_file()]
    assert not [path for path in files if "$" in path.read_text(encoding="utf-8")]
    assert all(path.read_text(encoding="utf-8").endswith("\n") for path in files)


def test_what_it_makes_is_typed(zookit: Command, tmp_path: Path) -> None:
    assert zookit("new", "zookit-ab", *EVERY).code == 0
    assert not complaints(tmp_path / "zookit-ab" / "src", tmp_path / "zookit-ab" / "tests")


@pytest.mark.parametrize(
    ("kind", "used"),
    [
        ("dataset", "zookit run made dense"),
        ("architecture", "zookit run mnist made --data sample"),
        ("callback", "zookit run mnist dense made --data sample"),
        ("listener", "zookit run mnist dense --with made --data sample"),
        ("command", "zookit run mnist dense --data sample\n  zookit made"),
    ],
)
def test_it_says_what_to_do_next(zookit: Command, tmp_path: Path, kind: str, used: str) -> None:
    told = zookit("new", "zookit-made", kind).out
    assert told.endswith(f"  pytest\n  zookit check zookit-made\n  {used}\n")
    assert used.replace("\n  ", "\n") in (tmp_path / "zookit-made" / "README.md").read_text()


def test_there_is_a_template_for_every_kind() -> None:
    assert {f"{kind}s" for kind in EVERY} == {kind.plural for kind in KINDS}


@pytest.mark.parametrize("name", ["command", "best", "reached", "ended"])
def test_a_name_that_is_only_used_elsewhere_is_free(
    zookit: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    assert zookit("new", f"zookit-{name}", "command").code == 0
    monkeypatch.syspath_prepend(tmp_path / f"zookit-{name}" / "src")
    (entry,) = declared(tmp_path / f"zookit-{name}")
    (tmp_path / "runs" / "one").mkdir(parents=True)
    (tmp_path / "runs" / "one" / "metrics.json").write_text('{"test": {"accuracy": 0.5}}')
    entry.load()(tmp_path / "runs")


@pytest.mark.parametrize("kind", EVERY)
def test_its_code_imports_what_it_declares_and_of_zookit_the_core(
    zookit: Command, tmp_path: Path, kind: str
) -> None:
    assert zookit("new", "zookit-theta", kind).code == 0
    project = tmp_path / "zookit-theta"
    modules = imported((project / "src" / "zookit_theta" / "theta.py").read_text())
    ours = {module for module in modules if module.startswith("zookit")}
    assert ours <= {"zookit.core", "zookit.core.data"}
    tops = {module.partition(".")[0] for module in modules} - {"zookit", "keras"}
    needed = tomllib.loads((project / "pyproject.toml").read_text())["project"]["dependencies"]
    (series,) = (each for each in needed if each.startswith("zookit"))
    assert series.startswith("zookit>=")
    others = {each.replace("-", "_") for each in needed} - {series}
    assert tops - sys.stdlib_module_names == others


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Zookit-Stripes", ["'Zookit-Stripes' cannot be the name", "mean 'zookit-stripes'?"]),
        ("zookit stripes", ["Did you mean 'zookit-stripes'?"]),
        ("zookit-", ["'zookit-' cannot be", "Did you mean 'zookit'?"]),
        ("a--b", ["'a--b' cannot be", "Did you mean 'a-b'?"]),
        ("3d", ["'3d' cannot be", "beginning with a letter"]),
        ("", ["'' cannot be"]),
        ("ärger", ["'ärger' cannot be", "Did you mean 'rger'?"]),
        ("plugins/zookit-stripes", ["is a path", "zookit new zookit-stripes --into plugins"]),
        ("./zookit-stripes", ["is a path", "zookit new zookit-stripes --into ."]),
        ("zookit", ["'zookit' is zookit itself", "zookit-stripes"]),
        ("class", ["'class' is a keyword of Python", "zookit-class"]),
        ("json", ["'json' is a module of Python's own", "zookit-json"]),
        ("numpy", ["'numpy' is a module that is already installed here", "zookit-numpy"]),
        ("zookit-3d", ["the data set '3d'", "begins with a letter"]),
        ("zookit-class", ["the data set 'class'", "keyword"]),
        ("zookit-mnist", ["the data set 'mnist', as zookit==", "Take another name"]),
        ("zookit-split", ["needs the name Split"]),
        ("zookit-true", ["needs the name True"]),
        ("zookit-contract", ["the data set 'contract'", "tests/test_contract.py"]),
        ("zookit-testimony", ["the data set 'testimony'", "pytest"]),
    ],
)
def test_a_name_that_cannot_be(zookit: Command, tmp_path: Path, name: str, said: list[str]) -> None:
    message = zookit("new", name).message()
    assert all(each in message for each in said), message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["zookit-cnn", "architecture"], "the architecture 'cnn', as zookit=="),
        (["zookit-run", "command"], "the command 'run', as zookit itself does"),
        (["zookit-json", "command"], "needs the name json"),
        (["zookit-float", "command"], "needs the name float"),
        *(
            ([f"zookit-{name}", "command"], f"needs the name {name.replace('-', '_')}")
            for name in ("sys", "subprocess", "keep-run", "tmp-path")
        ),
        *(
            ([f"zookit-{name}", "command"], "pytest takes")
            for name in ("test-it", "testimony", "setup-module", "pytest", "pytestmark")
        ),
        (["zookit-contract", "command"], "already tests/test_contract.py"),
        (["zookit-iota", "datasets"], "no kind 'datasets'. Did you mean 'dataset'?"),
        (["zookit-iota", "--into", "nowhere"], "there is no folder nowhere"),
    ],
)
def test_what_else_cannot_be(
    zookit: Command, tmp_path: Path, arguments: list[str], said: str
) -> None:
    assert said in zookit("new", *arguments).message()
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_taken_by_another_kind_is_free(zookit: Command, tmp_path: Path) -> None:
    assert zookit("new", "zookit-mnist", "architecture").code == 0
    assert [entry.name for entry in declared(tmp_path / "zookit-mnist")] == ["mnist"]


@pytest.mark.parametrize("there", ["folder", "file", "link"])
def test_nothing_is_overwritten(zookit: Command, tmp_path: Path, there: str) -> None:
    place = tmp_path / "zookit-kappa"
    if there == "folder":
        place.mkdir()
    elif there == "file":
        place.write_text("mine")
    else:
        place.symlink_to(tmp_path / "nowhere")
    assert "zookit-kappa exists, and nothing is overwritten" in zookit("new", place.name).message()
    assert list(tmp_path.iterdir()) == [place]
    assert there != "folder" or list(place.iterdir()) == []
    assert there != "file" or place.read_text() == "mine"


def test_another_folder_is_taken(zookit: Command, tmp_path: Path) -> None:
    (tmp_path / "my plugins").mkdir()
    made = zookit("new", "zookit-lambda-1", "callback", "--into", "my plugins")
    assert "cd 'my plugins/zookit-lambda-1'\n" in made.out
    assert (tmp_path / "my plugins" / "zookit-lambda-1" / "pyproject.toml").is_file()


def test_what_cannot_be_written_leaves_nothing(zookit: Command, tmp_path: Path) -> None:
    # Longer than a file system takes.
    message = zookit("new", f"zookit-{'m' * 300}").message()
    assert "cannot be made: File name too long" in message
    assert list(tmp_path.iterdir()) == []
