"""Fixtures of these tests."""

from small_run_fixtures import finished, run

__all__ = ["finished", "run"]
