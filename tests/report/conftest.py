"""Fixtures of these tests."""

from pathlib import Path

import pytest
from browser import browser
from made_grids import GridMaker
from small_run_fixtures import finished, run

from zookit.runs.run import read_run

__all__ = ["browser", "finished", "run"]


@pytest.fixture
def cell(finished: Path) -> GridMaker:
    """Makes the cells of sweeps."""
    return GridMaker(read_run(finished))
