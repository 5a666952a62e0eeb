"""Fixtures of these tests."""

from browser import browser
from small_run_fixtures import finished, run

__all__ = ["browser", "finished", "run"]
