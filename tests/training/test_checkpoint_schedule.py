"""When a checkpoint is due."""

from pathlib import Path

import pytest
from conftest import Command

from zookit.training.checkpoint_schedule import CheckpointSchedule


class Clock:
    def __init__(self) -> None:
        self.now = 0.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("time.monotonic", lambda: clock.now)
    return clock


def test_checkpoints_keep_to_their_share_of_the_time(clock: Clock) -> None:
    schedule = CheckpointSchedule()
    spent = written = 0.0
    for _ in range(1000):
        clock.now += 0.5  # an epoch
        assert not schedule.is_due_within_epoch() or clock.now >= 300
        if schedule.is_due():
            with schedule.writing():
                clock.now += 0.1
            spent, written = spent + 0.1, written + 1
    assert 0.04 < spent / clock.now <= 0.05
    assert written > 200


def test_the_first_checkpoint_is_always_due(clock: Clock) -> None:
    assert CheckpointSchedule().is_due()


def test_the_variable_sets_the_minutes(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOKIT_CHECKPOINT_MINUTES", "2")
    schedule = CheckpointSchedule()
    clock.now = 119.0
    assert not schedule.is_due_within_epoch()
    clock.now = 121.0
    assert schedule.is_due_within_epoch()
    with schedule.writing():
        clock.now += 1
    assert not schedule.is_due_within_epoch()


@pytest.mark.parametrize("text", ["often", "-1", "nan"])
def test_a_wrong_variable_is_reported_before_any_work(
    zookit: Command, images: str, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("ZOOKIT_CHECKPOINT_MINUTES", text)
    message = zookit("run", images, "dense:8").message()
    assert "ZOOKIT_CHECKPOINT_MINUTES" in message
    assert repr(text) in message
    assert not Path("runs").exists()
