"""A run that a search stopped early."""

import json
from pathlib import Path

import pytest
from conftest import Command

import zookit as package
from zookit.core import BadRun
from zookit.runs.pruned import mark_pruned
from zookit.runs.run import METRICS, TIMES, read_run


@pytest.fixture
def interrupted(run: Path) -> Path:
    """A run that was interrupted after its second epoch."""
    ending = json.loads((run / METRICS).read_text())
    (run / METRICS).write_text(json.dumps({**ending, "status": "interrupted"}))
    return run


def test_only_the_status_changes(interrupted: Path) -> None:
    before = {each.name: each.read_bytes() for each in interrupted.iterdir()}
    mark_pruned(read_run(interrupted))
    after = {each.name: each.read_bytes() for each in interrupted.iterdir()}
    ending = json.loads(before.pop(METRICS))
    assert json.loads(after.pop(METRICS)) == {**ending, "status": "pruned"}
    assert after == before
    record = read_run(interrupted)
    assert record.status == "pruned"
    assert not record.contradiction


def test_a_run_that_was_killed_has_an_ending_then(zookit: Command, interrupted: Path) -> None:
    ended = read_run(interrupted).ending
    (interrupted / METRICS).unlink()
    mark_pruned(read_run(interrupted))
    record = read_run(interrupted)
    assert record.status == "pruned"
    assert ended is not None
    assert record.ending is not None
    assert (record.ending.epochs, record.ending.last_epoch) == (2, ended.last_epoch)
    assert (record.ending.test, record.ending.files) == ({}, {})
    assert not record.contradiction
    assert "a search stopped it early" in zookit("resume", interrupted).err


def test_a_run_that_was_killed_amid_an_epoch_is_refused(interrupted: Path) -> None:
    (interrupted / METRICS).unlink()
    times = (interrupted / TIMES).read_text().splitlines(keepends=True)
    (interrupted / TIMES).write_text("".join(times[:-1]))
    with pytest.raises(BadRun, match=interrupted.name):
        mark_pruned(read_run(interrupted))
    assert read_run(interrupted).status == "killed"


def test_it_is_not_resumed(zookit: Command, interrupted: Path) -> None:
    mark_pruned(read_run(interrupted))
    before = (interrupted / METRICS).read_bytes()
    resumed = zookit("resume", interrupted)
    assert resumed.code == 0
    assert "a search stopped it early, after epoch 2" in resumed.err
    assert f"zookit run --from {interrupted}" in resumed.err
    assert (interrupted / METRICS).read_bytes() == before
    assert package.open_run(interrupted).status == "pruned"


def test_it_is_listed(zookit: Command, interrupted: Path) -> None:
    mark_pruned(read_run(interrupted))
    (found,) = json.loads(zookit("runs", "--json", "--runs-dir", interrupted.parent).out)
    assert found["status"] == "pruned"
    assert "pruned" in zookit("runs", "--runs-dir", interrupted.parent).out
