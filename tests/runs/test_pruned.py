"""A run that a search stopped early."""

import json
from pathlib import Path

import pytest
from conftest import Command

import zookit as package
from zookit.runs.pruned import mark_pruned
from zookit.runs.run import METRICS, read_run


@pytest.fixture
def interrupted(run: Path) -> Path:
    """A run that was interrupted after its second epoch."""
    ending = json.loads((run / METRICS).read_text())
    (run / METRICS).write_text(json.dumps({**ending, "status": "interrupted"}))
    return run


def test_only_the_status_changes(interrupted: Path) -> None:
    before = {each.name: each.read_bytes() for each in interrupted.iterdir()}
    mark_pruned(interrupted)
    after = {each.name: each.read_bytes() for each in interrupted.iterdir()}
    ending = json.loads(before.pop(METRICS))
    assert json.loads(after.pop(METRICS)) == {**ending, "status": "pruned"}
    assert after == before
    record = read_run(interrupted)
    assert record.status == "pruned"
    assert not record.contradiction


def test_it_is_not_resumed(zookit: Command, interrupted: Path) -> None:
    mark_pruned(interrupted)
    before = (interrupted / METRICS).read_bytes()
    resumed = zookit("resume", interrupted)
    assert resumed.code == 0
    assert "a search stopped it early, after epoch 2" in resumed.err
    assert f"zookit run --from {interrupted}" in resumed.err
    assert (interrupted / METRICS).read_bytes() == before
    assert package.open_run(interrupted).status == "pruned"


def test_it_is_listed(zookit: Command, interrupted: Path) -> None:
    mark_pruned(interrupted)
    (found,) = json.loads(zookit("runs", "--json", "--runs-dir", interrupted.parent).out)
    assert found["status"] == "pruned"
    assert "pruned" in zookit("runs", "--runs-dir", interrupted.parent).out
