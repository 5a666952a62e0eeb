"""The commands in README and the documentation, as they stand there."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import Command
from pages import (
    PAGES,
    PLUGIN_PAGES,
    blocks,
    check_arguments,
    commands,
    is_server,
    is_sweep,
)

from zookit import Run, open_run
from zookit.training.composition import Composition
from zookit.training.listeners import select_listeners

# Each command once, on however many pages it stands. The benchmarks take minutes to hours.
ALL = tuple(
    dict.fromkeys(
        command
        for page in PAGES
        if page not in PLUGIN_PAGES
        for command in commands(page)
        if "benchmarks" not in command and not is_sweep(command)
    )
)
SERVERS = tuple(each for each in ALL if is_server(each))
"""Their words alone are read; test_serving_page.py runs one."""
COMMANDS = tuple(each for each in ALL if not is_server(each))
TRAINING = tuple(each for each in COMMANDS if each.startswith("zookit run "))
TRAINED = (
    "zookit run fashion_mnist dense",
    "zookit run image_folder:path=photos,size=64 cnn --epochs 2",
)
"""The commands that train in the fast tests; the others differ in words only."""
PARSED = (
    "zookit check dense",
    "zookit doctor",
    "zookit reproduce latest",
    *(each for each in COMMANDS if each.startswith("zookit find-rate ")),
)
"""Commands that other fast tests run; here the fast tests read their words alone."""

pytestmark = [
    pytest.mark.usefixtures("photos", "runs"),
    pytest.mark.filterwarnings("ignore:Limiting "),
]


@pytest.mark.slow
@pytest.mark.usefixtures("one_epoch")
@pytest.mark.parametrize("command", [*TRAINING, *PARSED])
def test_command_runs(zookit: Command, command: str) -> None:
    run(zookit, command)


@pytest.mark.usefixtures("one_step")
@pytest.mark.parametrize("command", TRAINED)
def test_training_command_trains(zookit: Command, command: str) -> None:
    assert command in COMMANDS
    run(zookit, command)


@pytest.mark.parametrize("command", [each for each in TRAINING if each not in TRAINED])
def test_training_command_names_components_that_fit(
    zookit: Command, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    composed: list[Composition] = []

    def train(composition: Composition, listeners: Sequence[str], **_: Any) -> Run:
        select_listeners(listeners)
        composed.append(composition)
        return open_run("latest")

    monkeypatch.setattr("zookit.api.train", train)
    run(zookit, command)
    assert len(composed) == 1


@pytest.mark.usefixtures("one_epoch")
@pytest.mark.parametrize("command", [each for each in COMMANDS if each not in (*TRAINING, *PARSED)])
def test_other_command_runs(zookit: Command, command: str) -> None:
    run(zookit, command)


@pytest.mark.parametrize("command", [*PARSED, *SERVERS])
def test_command_has_valid_arguments(command: str) -> None:
    assert command in ALL
    check_arguments(command)


@pytest.mark.usefixtures("one_step")
def test_experiment_in_the_guide_trains(zookit: Command, tmp_path: Path) -> None:
    (text,) = blocks("docs/guide.md", "toml")
    file = tmp_path / "short.toml"
    file.write_text(text)
    assert zookit("run", "--from", file).code == 0


def test_readme_begins_with_the_commands_that_ci_runs() -> None:
    """`.ci/run` runs the first two blocks: installation and a training, then the tests."""
    use, tests = blocks("README.md", "bash")
    for block in (use, tests):
        assert block.startswith("python3 -m venv .venv && . .venv/bin/activate && pip install ")
        assert block.count("\n") == 1
    assert use.rstrip().endswith("zookit run fashion_mnist dense")
    assert tests.rstrip().endswith("pytest -n 2")


def run(zookit: Command, command: str) -> None:
    name, *arguments = shlex.split(command)
    assert name == "zookit"
    if "clear" in arguments:  # the cache must have something, whichever tests ran before
        assert zookit("show", "mnist", "--image", "0", "--data", "sample").code == 0
    outcome = zookit(*arguments)
    assert outcome.code == 0, outcome
