"""Runs made for the tests, small, and kept where no test's own surroundings reach."""

from pathlib import Path
from typing import Any

import pytest

import zookit
from zookit.kept.run import KeptRun, read_run


def trained(folder: Path, cache: Path, *words: str, **settings: Any) -> KeptRun:
    """A run of one epoch, kept in a folder of its own in `folder`; the data prepared in `cache`."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("ZOOKIT_CACHE_DIR", str(cache))
        result = zookit.run(
            *words, epochs=1, batch_size=64, runs_dir=folder, quiet=True, **settings
        )
    return read_run(result.folder)
