"""Fixtures of images and of a finished run; a conftest imports those that its folder needs."""

from pathlib import Path

import pytest
from small_runs import copy_run, small_images, small_run


@pytest.fixture(scope="session")
def images() -> str:
    """The words of a data set with 96 training and 24 test images."""
    return small_images()


@pytest.fixture(scope="session")
def finished() -> Path:
    """The folder of a finished run of two epochs, which no test changes."""
    return small_run()


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    """A copy of it, in the folder `runs` of the test's own folder."""
    return copy_run(finished, tmp_path)
