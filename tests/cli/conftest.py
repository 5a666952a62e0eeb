"""Runs to list and to rank, in the folder `runs` of the test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from edited_plugin import restore_plugins
from edited_runs import RunMaker
from renamed_plugin import RenamedPlugin


@pytest.fixture
def make(tmp_path: Path) -> RunMaker:
    return RunMaker(tmp_path / "runs")


@pytest.fixture
def renamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package is installed in which the architecture `alpha` is called `beta` now."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    RenamedPlugin(folder).install_second()
    yield
    restore_plugins()
