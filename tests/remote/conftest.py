"""A finished run, a web server, and an empty cache."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from http_server import Server, serving
from pushed_runs import copied

from zookit.runs.run import RunRecord


@pytest.fixture
def run(tmp_path: Path) -> RunRecord:
    """A finished run in a folder of the test's own."""
    return copied(tmp_path)


@pytest.fixture
def server() -> Iterator[Server]:
    """A web server that serves nothing yet."""
    with serving() as running:
        yield running


@pytest.fixture(autouse=True)
def own_cache(fresh_cache: Path) -> Path:
    """The folder in which runs that are pulled wait."""
    return fresh_cache / "zookit-cache" / "pulled"


@pytest.fixture
def connections_collected() -> Iterator[None]:
    """Collect what is left of connections here, before another test is blamed for it."""
    yield
    gc.collect()
