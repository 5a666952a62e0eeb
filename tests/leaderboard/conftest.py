"""Runs to rank."""

from pathlib import Path

import pytest
from edited_runs import RunMaker


@pytest.fixture
def make(tmp_path: Path) -> RunMaker:
    return RunMaker(tmp_path / "runs")
