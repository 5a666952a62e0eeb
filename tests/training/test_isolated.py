"""Runs with other threads than this process uses: trained in a process of their own."""

import json
from pathlib import Path

import pytest
from small_runs import (
    Interrupt,
    copy_run,
    different_ends,
    other_threads,
    run_with_other_threads,
    small_run,
)

import zookit
from zookit.core import BadParameter, ZookitError

pytestmark = pytest.mark.xdist_group("other threads")


@pytest.fixture
def other(tmp_path: Path) -> zookit.Run:
    """A run of this process whose record names other threads: training one takes a process."""
    folder = copy_run(small_run(), tmp_path)
    environment = json.loads((folder / "environment.json").read_text())
    environment["runtime"]["intra_op_threads"] = other_threads()
    (folder / "environment.json").write_text(json.dumps(environment))
    return zookit.open_run(folder)


@pytest.mark.slow
def test_such_a_run_is_resumed_and_repeated_to_the_same_bits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small_run()  # TensorFlow has started
    other = zookit.open_run(copy_run(run_with_other_threads(), tmp_path))
    resumed = other.resume(epochs=2)
    assert resumed.status == "finished"
    assert resumed.epochs == 2
    assert resumed.environment.runtime.intra_op_threads == other_threads()
    # What the process shows appears here.
    assert "epoch 2/2" in capsys.readouterr().out
    reproduction = resumed.reproduce(tmp_path / "again", quiet=True)
    assert reproduction.identical
    assert reproduction.environment == ()
    again = reproduction.again
    assert again.folder.parent == tmp_path / "again"
    assert different_ends(resumed.folder, again.folder) == []
    assert again.environment.identity == resumed.environment.identity


def test_a_complete_run_needs_no_training(other: zookit.Run) -> None:
    before = other.environment
    assert other.resume(quiet=True).environment == before


def test_errors_of_the_process_are_raised_here(other: zookit.Run) -> None:
    with pytest.raises(BadParameter, match="epochs"):
        other.resume(epochs=0, quiet=True)


def test_an_instance_cannot_go_to_another_process(other: zookit.Run) -> None:
    with pytest.raises(ZookitError) as raised:
        other.resume(epochs=3, listeners=Interrupt(1), quiet=True)
    message = str(raised.value)
    assert other.name in message
    assert "Interrupt" in message
    assert "new Python process" in message
