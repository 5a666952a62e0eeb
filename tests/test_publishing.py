"""`zookit.package`."""

import tomllib
from pathlib import Path

import pytest
from made_runs import digits

import zookit
from zookit.core import BadParameter


def test_a_run_becomes_a_wheel(tmp_path: Path) -> None:
    run = zookit.open_run(digits().folder)
    wheel = zookit.package(run, "my-digits", license="MIT", to=tmp_path / "project")
    assert wheel == tmp_path / "project" / "dist" / "my_digits-0.1.0-py3-none-any.whl"
    assert wheel.is_file()
    project = tomllib.loads((tmp_path / "project" / "pyproject.toml").read_text())["project"]
    assert project["description"].startswith("dense on mnist, test accuracy 0.")


def test_a_run_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = digits().folder
    wheel = zookit.package(run.name, "my-digits", license="MIT", runs_dir=run.parent)
    assert wheel == Path("my-digits", "dist", "my_digits-0.1.0-py3-none-any.whl")


def test_errors_name_the_argument() -> None:
    with pytest.raises(BadParameter, match="version="):
        zookit.package(digits().folder, "my-digits", license="MIT", version="new")
