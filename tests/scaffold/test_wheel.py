"""Wheels with data only."""

import os
import zipfile
from pathlib import Path

from zookit.scaffold.wheel import build_wheel

PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "my-model"
version = "1.0"
requires-python = ">=3.11"
[tool.hatch.build]
ignore-vcs = true
only-include = ["my_model"]
"""


def made(folder: Path) -> Path:
    (folder / "my_model" / "inputs").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(PROJECT)
    (folder / "my_model" / "history.csv").write_text("epoch\n")
    (folder / "my_model" / "inputs" / "table.csv").write_text("1\n")
    return folder


def test_it_contains_the_folder_whatever_git_ignores(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("*.csv\n")
    with zipfile.ZipFile(build_wheel(made(tmp_path / "project"))) as wheel:
        held = [name for name in wheel.namelist() if name.startswith("my_model/")]
    assert held == ["my_model/history.csv", "my_model/inputs/table.csv"]


def test_equal_projects_give_equal_bytes(tmp_path: Path) -> None:
    first, second = made(tmp_path / "a"), made(tmp_path / "b")
    for path in second.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
        os.utime(path, (10**9, 10**9))
    assert build_wheel(first).read_bytes() == build_wheel(second).read_bytes()


def test_it_is_in_the_projects_own_folder(tmp_path: Path) -> None:
    wheel = build_wheel(made(tmp_path / "project"))
    assert wheel == tmp_path / "project" / "dist" / "my_model-1.0-py3-none-any.whl"
