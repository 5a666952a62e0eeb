"""The clock of benchmarks/checkpoints.py, in a small training."""

import sys
from importlib import import_module
from pathlib import Path

import pytest
from checkpoints import SIDE, line

import zookit
from zookit.testing.trial_training import Brightness, Shades


def test_the_clock_measures_pauses_for_checkpoints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(SIDE.parent)
    side = import_module(SIDE.stem)
    clock = side.CheckpointClock()
    run = zookit.run(Shades(), Brightness(), clock, epochs=2, runs_dir=tmp_path, quiet=True)
    report = side.report(run)
    assert 1 <= report["count"] <= 2
    assert 0 < report["checkpoints"] < report["training"]
    assert report["megabytes"] > 0
    del sys.modules[SIDE.stem]


def test_the_line_has_the_share() -> None:
    report = {"megabytes": 2.5, "count": 3, "checkpoints": 0.5, "training": 10.0}
    assert line("dense", report).split() == ["dense", "2.5", "3", "0.500", "10.00", "0.050"]
