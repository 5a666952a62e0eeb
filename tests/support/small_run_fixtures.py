"""Fixtures of images and of a finished run; a conftest imports those that its folder needs."""

from pathlib import Path

import pytest
from small_runs import DENSE, SMALL, copy_run, put_images

import zookit


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The words of a data set with 96 training and 24 test images."""
    return put_images(tmp_path_factory.mktemp("images"))


@pytest.fixture(scope="session")
def finished(images: str, session_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run of two epochs, which no test changes."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("ZOOKIT_CACHE_DIR", str(session_cache))
        folder = tmp_path_factory.mktemp("finished")
        return zookit.run(images, DENSE, runs_dir=folder, epochs=2, **SMALL).folder


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    """A copy of it, in the folder `runs` of the test's own folder."""
    return copy_run(finished, tmp_path)
