"""Packages of earlier versions of `zookit new` keep to today's contracts and train."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Command
from edited_plugin import forget_plugins, restore_plugins
from fresh_environment import FreshEnvironment
from museum import install, packed, rooms, unpack

import zookit as package
from zookit.testing import Target, targets

ROOMS = [pytest.param(room, id=room.stem) for room in rooms()]


@pytest.fixture(scope="module", params=ROOMS)
def found(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Target, ...]]:
    """The plugins of a room, installed."""
    project = unpack(request.param, tmp_path_factory.mktemp(request.param.stem))
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(project / "src")
        name = install(project)
        forget_plugins()
        try:
            yield targets(name)
        finally:
            restore_plugins()


def test_a_training_uses_all_of_them(
    found: tuple[Target, ...], zookit: Command, tmp_path: Path
) -> None:
    names = {target.entry.kind.stem: target.entry.name for target in found}
    words = [
        names["dataset"],
        names["architecture"],
        names["callback"],
        "--with",
        names["listener"],
    ]
    for kind, name in {"learning-rate": "schedule", "augment": "augmentation"}.items():
        words += [f"--{kind}", names[name]] if name in names else []
    for kind in ("optimizer", "loss", "metric"):
        words += [f"--{kind}", names[kind]] if kind in names else []
    trained = zookit("run", *words, "--epochs", "1")
    assert trained.code == 0, trained.err
    (run,) = package.list_runs(tmp_path / "runs")
    assert run.status == "finished"
    assert run.environment.listeners == (
        f"{found[0].entry.declared.distribution}/{names['listener']}",
    )
    assert run.model().count_params() > 0
    assert zookit(names["command"]).code == 0


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_read_as_it_was_written(room: Path, tmp_path: Path) -> None:
    project = unpack(room, tmp_path)
    assert packed(project) == room.read_text()
    about = tomllib.loads((project / "pyproject.toml").read_text())["project"]
    assert about["name"] == f"zookit-museum-{room.stem.removeprefix('issue_')}"


@pytest.mark.slow
@pytest.mark.xdist_group("fresh environment")
@pytest.mark.parametrize("room", ROOMS)
def test_its_own_tests_pass(fresh: FreshEnvironment, room: Path, tmp_path: Path) -> None:
    project = unpack(room, tmp_path)
    name = f"zookit-museum-{room.stem.removeprefix('issue_')}"
    fresh.run("pip install --quiet '.[test]'", project)
    try:
        # 'check' does what the package's tests of the contract do.
        assert " passed" in fresh.run("pytest --ignore tests/test_contract.py", project).out
        assert " 0 failed" in fresh.run(f"zookit check {name}", project).out
    finally:
        fresh.run(f"pip uninstall --quiet --yes {name}", project)
