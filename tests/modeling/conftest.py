"""Fixtures of these tests."""

from small_run_fixtures import finished, images, run

__all__ = ["finished", "images", "run"]
