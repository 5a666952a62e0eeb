"""A made-up kind of plugin, of a class and a row, has all that zookit's own kinds have."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import Command
from made_plugins import make_distribution

from zookit.core import ComponentSpec, Experiment
from zookit.registry import Registry

# One process runs all of zookit's commands, also those that train.
pytestmark = pytest.mark.slow

# Python imports this first in each process, as if the class stood in core and the row in the table.
KIND = '''
from abc import ABC, abstractmethod
from dataclasses import dataclass

import zookit.core
from zookit.registry.registry import Registry, _Row


@dataclass(frozen=True)
class Widget(zookit.core.Component, ABC):
    """Base class of widgets."""

    @abstractmethod
    def build(self):
        """Return a widget."""


zookit.core.Widget = Widget
Registry.widgets = _Row("widget", Widget, option="--widget", several=True, help="What turns.")
Registry.widgets.__set_name__(Registry, "widgets")


@dataclass(frozen=True)
class Sampler(zookit.core.Component):
    """Base class of samplers, of which a run has one."""


zookit.core.Sampler = Sampler
Registry.samplers = _Row("sampler", Sampler, option="--sampler")
Registry.samplers.__set_name__(Registry, "samplers")
'''
PLUGIN = '''
"""Widgets."""

from dataclasses import dataclass
from typing import Annotated

from zookit.core import Doc, Sampler, Widget


@dataclass(frozen=True)
class Knob(Widget):
    """Turns left and right."""

    size: Annotated[int, Doc("Its size.")] = 1

    def build(self):
        return self.size


@dataclass(frozen=True)
class Rare(Sampler):
    """Draws rare classes more often."""

    power: Annotated[float, Doc("How much.")] = 0.5
'''
# Runs commands in one process, because TensorFlow takes seconds to import.
DRIVER = """
import contextlib, io, json, os, sys
from zookit.cli.app import main

def run(words):
    out, err = io.StringIO(), io.StringIO()
    sys.argv = ["zookit", *words]
    os.environ["ZOOKIT_DISABLE"] = ""
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main()
        except SystemExit as ended:
            code = ended.code
    return {"code": code or 0, "out": out.getvalue(), "err": err.getvalue()}

found = {name: run(words) for name, words in json.loads(sys.argv[1]).items()}
from zookit import registry
from zookit.cli.completion import words_of
from zookit.doctor.probes import load
from zookit.doctor.requirements import offering_distributions, unknown_groups
from zookit.training.resolve import compose
found["completed"] = words_of("widgets")("knob:s"), registry.widgets["knob"].owner
found["composed"] = [
    compose("mnist", "dense", options=options).experiment.identity("", {})
    for options in ({}, {"widget": "knob"}, {"widget": ["knob:2"]}, {"sampler": "rare"})
]
(found["examined"],) = load([{
    "group": "zookit.widgets", "name": "knob", "value": "widgets_here:Knob",
    "distribution": "zookit-widgets", "version": "1.0",
}])
groups = frozenset(kind.group for kind in registry.Registry.kinds())
found["unknown"] = [each.reason for each in unknown_groups(offering_distributions(), groups)]
json.dump(found, sys.__stdout__)
"""
TRAIN = ("run", "mnist", "dense:4", "--data", "sample", "--epochs", "1", "--quiet")
COMMANDS = {
    "help": ("run", "--help"),
    "list": ("list", "widgets", "--json"),
    "blocked": ("--no-plugin", "zookit-widgets", *TRAIN, "--widget", "knob"),
    "show": ("show", "knob:size=3"),
    "misspelt": (*TRAIN, "--widget", "knop"),
    "ambiguous": (*TRAIN, "--widget", "dial"),
    "other kind": (*TRAIN, "--loss", "knob"),
    "wrong parameter": (*TRAIN, "--widget", "knob:size=x"),
    "new": ("new", "zookit-made", "widget"),
    "run": (*TRAIN, "--widget", "knob:size=3", "--sampler", "rare:power=0.3"),
    "resume": ("resume", "latest", "--epochs", "2", "--quiet"),
    "check": ("check", "knob"),
}


@dataclass(frozen=True)
class Tried:
    """What the commands printed, and the folder that they ran in."""

    found: dict[str, Any]
    folder: Path

    def failed(self, name: str, *facts: str) -> None:
        """Assert that a command failed with these facts in its message."""
        outcome = self.found[name]
        assert outcome["code"] == 2, outcome
        assert all(fact in outcome["err"] for fact in facts), outcome["err"]


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Tried:
    site, folder = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("work")
    (site / "sitecustomize.py").write_text(KIND)
    points = {
        "zookit.widgets": "knob = widgets_here:Knob\ndial = widgets_here:Knob",
        "zookit.samplers": "rare = widgets_here:Rare",
    }
    make_distribution(site, "zookit-widgets", points, {"widgets_here.py": PLUGIN})
    make_distribution(site, "zookit-others", {"zookit.widgets": "dial = widgets_here:Knob"})
    ended = subprocess.run(
        [sys.executable, "-P", "-c", DRIVER, json.dumps(COMMANDS)],
        env={
            **os.environ,
            "PYTHONPATH": str(site),
            "ZOOKIT_CACHE_DIR": str(folder / "cache"),
            "ZOOKIT_WITH": "",
            "COLUMNS": "200",
        },
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return Tried(json.loads(ended.stdout), folder)


def test_it_is_found_by_its_name(tried: Tried) -> None:
    listed = json.loads(tried.found["list"]["out"])["widgets"]
    assert [(each["full_name"], each["ambiguous"]) for each in listed] == [
        ("zookit-others/dial", True),
        ("zookit-widgets/dial", True),
        ("zookit-widgets/knob", False),
    ]
    completed, owner = tried.found["completed"]
    assert ("knob:size=" in completed, owner) == (True, "zookit-widgets==1.0")
    assert "--widget" in tried.found["help"]["out"]
    assert "What turns." in tried.found["help"]["out"]
    shown = tried.found["show"]["out"]
    for each in ("widget of zookit-widgets==1.0", "Turns left and right.", "Its size."):
        assert each in shown


def test_errors_name_it(tried: Tried) -> None:
    tried.failed("blocked", "widget", "knob", "blocked")
    tried.failed("misspelt", "no widget named 'knop'", " knob")
    tried.failed("ambiguous", "widget 'dial'", "zookit-others/dial", "zookit-widgets/dial")
    tried.failed("other kind", "'knob'", "widgets", "--widget")
    tried.failed("wrong parameter", "knob", "size", "whole number")


def test_it_is_checked_examined_and_created(tried: Tried) -> None:
    assert tried.found["check"]["code"] == 0, tried.found["check"]
    assert " 0 failed" in tried.found["check"]["out"]
    assert "reason" not in tried.found["examined"]
    assert tried.found["unknown"] == []
    assert tried.found["new"]["code"] == 0, tried.found["new"]
    project = tried.folder / "zookit-made"
    assert '"zookit.widgets"' in (project / "pyproject.toml").read_text()
    assert "class Made(Widget)" in (project / "src" / "zookit_made" / "made.py").read_text()
    assert "--widget made" in (project / "README.md").read_text()


def test_it_is_part_of_the_experiment(tried: Tried) -> None:
    for name in ("run", "resume"):
        assert tried.found[name]["code"] == 0, tried.found[name]
    (folder,) = (tried.folder / "runs").glob("2*")
    experiment = Experiment.from_toml((folder / "experiment.toml").read_text())
    knob = ComponentSpec("zookit-widgets/knob", {"size": 3})
    rare = ComponentSpec("zookit-widgets/rare", {"power": 0.3})
    assert experiment.others == {"widgets": (knob,), "sampler": rare}
    environment = json.loads((folder / "environment.json").read_text())
    assert ["zookit-widgets/knob", "zookit-widgets==1.0"] in [
        [each["name"], each["owner"]] for each in environment["components"]
    ]
    assert json.loads((folder / "metrics.json").read_text())["epochs"] == 2
    assert len(set(tried.found["composed"])) == 4


def test_a_run_is_refused_where_there_is_no_such_kind(tried: Tried, zookit: Command) -> None:
    assert "widgets" not in {kind.plural for kind in Registry.kinds()}
    runs = tried.folder / "runs"
    message = zookit("resume", "latest", "--epochs", "3", "--runs-dir", str(runs)).message()
    assert "'widgets'" in message
    assert zookit("runs", "--runs-dir", str(runs)).code == 0
