"""Each check of the conformance kit fails on what is made wrong in just that way."""

import os
import re
import subprocess
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from conftest import ROOT, Command
from made_plugins import make_distribution

from zookit.testing import checks_of, epochs_trained, subjects

KINDS = {
    "wrong_datasets": "datasets",
    "wrong_architectures": "architectures",
    "wrong_heavy": "architectures",
    "wrong_callbacks": "callbacks",
    "wrong_listeners": "listeners",
    "wrong_commands": "commands",
}
ENTRIES = {module: import_module(module).ENTRIES for module in KINDS if module != "wrong_heavy"}
ENTRIES["wrong_heavy"] = {"heavy": ("Heavy", ("is known without tensorflow",))}
NEIGHBOUR = '''
from dataclasses import dataclass

from zookit.core import Dataset


@dataclass(frozen=True)
class Unknowable(Dataset):
    """Fails to say what it is."""

    @property
    def info(self):
        raise KeyError("no")

    def load(self, source):
        raise KeyError("no")
'''
SURROUNDINGS = {"ZOOKIT_WITH": "not_installed", "ZOOKIT_DISABLE": "dense,mnist"}
LINE = re.compile(r"  (holds|left out|broken) +([^:]+)(.*)")
# One worker of pytest-xdist has all of a module, which is checked once.
CASES = [
    pytest.param(module, name, marks=pytest.mark.xdist_group(module))
    for module, entries in ENTRIES.items()
    for name in entries
]


def place(module: str, name: str) -> str:
    """Where an entry is defined in its module."""
    found = ENTRIES[module][name][0]
    if isinstance(found, str):
        return found
    in_module = vars(sys.modules[module])
    return next(each for each, value in in_module.items() if value is found)


@cache
def checked(module: str) -> dict[str, dict[str, tuple[str, str]]]:
    """By name and check, how it went and what was said: `zookit check` in a process of its own."""
    distribution = module.replace("_", "-")
    with TemporaryDirectory() as made:
        lines = [f"{name} = {module}:{place(module, name)}" for name in ENTRIES[module]]
        make_distribution(Path(made), distribution, {f"zookit.{KINDS[module]}": "\n".join(lines)})
        # What surrounds a plugin is no fault of its own.
        make_distribution(
            Path(made),
            "zookit-neighbour",
            {"zookit.datasets": "unknowable = neighbour:Unknowable"},
            {"neighbour.py": NEIGHBOUR},
        )
        path = os.pathsep.join([made, str(ROOT / "tests" / "wrong")])
        ended = subprocess.run(
            [sys.executable, "-m", "zookit", "check", distribution],
            env={**os.environ, "PYTHONPATH": path, "COLUMNS": "200", **SURROUNDINGS},
            cwd=made,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
    assert ended.returncode == 1, ended
    assert "Traceback" not in ended.stderr
    found: dict[str, dict[str, tuple[str, str]]] = {}
    name = ""
    for line in ended.stdout.splitlines():
        if line.startswith("  "):
            state, check, said = LINE.fullmatch(line).groups()  # type: ignore[union-attr]
            found[name][check] = state, said
        elif " of " in line:
            name = line.partition(" of ")[0].rpartition(" ")[2]
            found[name] = {}
    return found


@pytest.mark.parametrize(("module", "name"), CASES)
def test_what_is_wrong_is_found_and_nothing_else(module: str, name: str) -> None:
    found = checked(module)[name]
    broken = {check: said for check, (state, said) in found.items() if state == "broken"}
    assert set(broken) == set(ENTRIES[module][name][1]), broken
    assert all("The contract: " in said for said in broken.values()), broken


def test_every_check_is_shown_to_fail() -> None:
    shown = {
        (KINDS[module], check)
        for module, entries in ENTRIES.items()
        for _, checks in entries.values()
        for check in checks
    }
    # What is asked of every component is shown on one kind.
    of_all = {"loads", "is fit to show", "is known without tensorflow"}
    of_all.add("parameters make the round trip")
    names = {check for _, check in shown}
    for words in ("mnist", "dense", "stop_at_loss", "tensorboard"):
        for subject in subjects(words):
            for check in checks_of(subject):
                assert check.contract
                if check.name in of_all:
                    assert check.name in names
                else:
                    assert (subject.entry.kind.plural, check.name) in shown
    assert ("commands", "helps") in shown


def test_epochs_trained() -> None:
    assert epochs_trained("stop_at_loss:0.4", loss=[0.9, 0.5, 0.3, 0.2]) == 3
    assert epochs_trained("stop_at_loss:0.1", loss=[0.9, 0.5, 0.3, 0.2]) == 4


def test_check_passes_what_is_right(zookit: Command) -> None:
    outcome = zookit("check", "stop_at_loss", "dense:units=8")
    assert outcome.code == 0, outcome
    assert "0 broken" in outcome.out.splitlines()[-1]
    assert "zookit:" not in outcome.err


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("nothing", "neither a plugin nor a distribution with plugins is called 'nothing'"),
        ("zookit-strips", "plugins is called 'zookit-strips'"),
        ("zookti", "Did you mean 'zookit'?"),
        ("dnese", "Did you mean 'dense'?"),
        ("dense:unit=3", "no parameter 'unit'"),
        ("Dense", "Did you mean 'dense'?"),
        ("dense:units", "'units' is not a whole number"),
    ],
)
def test_what_cannot_be_checked_is_told(zookit: Command, named: str, told: str) -> None:
    assert told in zookit("check", named).message()
