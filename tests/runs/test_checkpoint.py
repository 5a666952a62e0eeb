"""Checkpoints: callback states in a file, and files that do not belong to the run."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from damage import Edit, cut, replaced
from hypothesis import given
from hypothesis import strategies as st

from zookit.core import BadRun
from zookit.runs.checkpoint import (
    Checkpoint,
    load_checkpoint,
    save_checkpoint,
    with_arrays,
    without_arrays,
)
from zookit.runs.run import CHECKPOINT, read_run

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda each: (
        st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=3), each, max_size=3)
    ),
    max_leaves=8,
)


@given(PLAIN, st.lists(st.integers(0, 255), max_size=4))
def test_a_state_comes_back_from_json_and_arrays(plain: Any, numbers: list[int]) -> None:
    state = {"plain": plain, "array": [np.array(numbers, ">u2")], "best": np.float32(0.25)}
    arrays: dict[str, Any] = {}
    again = with_arrays(json.loads(json.dumps(without_arrays(state, arrays))), arrays)
    assert again["plain"] == plain
    assert again["best"] == 0.25
    np.testing.assert_array_equal(again["array"][0], np.array(numbers, np.uint8))


@pytest.mark.parametrize(
    "state",
    [
        *({1: 2}, {"seen": {1, 2}}, {"at": object()}),
        *(np.array([each]) for each in ("text", object(), np.datetime64("2026-11-22"), 1j)),
        *(np.array([1], np.longdouble), np.longdouble(1), np.datetime64("2026-11-22")),
    ],
)
def test_a_state_that_no_file_can_hold_is_refused(state: Any) -> None:
    with pytest.raises(TypeError, match="plain value"):
        without_arrays(state, {})


def checkpoint_of(folder: Path) -> Checkpoint:
    found = load_checkpoint(read_run(folder))
    assert found is not None
    return found


def test_the_checkpoint_of_a_finished_run_has_everything(finished: Path) -> None:
    checkpoint = checkpoint_of(finished)
    record = read_run(finished)
    assert checkpoint.position.epochs == 2
    assert checkpoint.position.steps == 0
    assert checkpoint.position.history == record.history
    kinds = {name.partition("/")[0] for name in checkpoint.arrays}
    assert kinds == {"model", "optimizer"}
    # Adam: iteration, learning rate, and two moments of each of the four weights.
    assert sum(name.startswith("optimizer/") for name in checkpoint.arrays) == 10


def test_a_run_may_have_no_checkpoint(run: Path) -> None:
    (run / CHECKPOINT).unlink()
    assert load_checkpoint(read_run(run)) is None


def test_a_checkpoint_comes_back_whole(run: Path) -> None:
    checkpoint = checkpoint_of(run)
    save_checkpoint(run / CHECKPOINT, checkpoint)
    again = checkpoint_of(run)
    assert again.position == checkpoint.position
    for name, array in checkpoint.arrays.items():
        np.testing.assert_array_equal(again.arrays[name], array)


def flipped(folder: Path) -> None:
    content = bytearray((folder / CHECKPOINT).read_bytes())
    content[-1] ^= 1
    (folder / CHECKPOINT).write_bytes(content)


@pytest.mark.parametrize(
    ("edit", "fact"),
    [
        (flipped, "content"),
        (cut(CHECKPOINT), "damaged"),
        (replaced("history.csv", "\n1,", "\n1,1"), "2 epochs"),
    ],
    ids=["flipped bit", "truncated", "history"],
)
def test_a_damaged_checkpoint_is_refused(run: Path, edit: Edit, fact: str) -> None:
    edit(run)
    with pytest.raises(BadRun, match=fact):
        load_checkpoint(read_run(run))


def test_a_checkpoint_of_another_experiment_is_refused(run: Path) -> None:
    checkpoint = checkpoint_of(run)
    other = replace(checkpoint.position, identity_without_epochs="0" * 64)
    save_checkpoint(run / CHECKPOINT, replace(checkpoint, position=other))
    with pytest.raises(BadRun, match="different experiments"):
        load_checkpoint(read_run(run))


@pytest.mark.parametrize(
    ("changes", "fact"),
    [
        ({"states": ({},)}, "1 callbacks"),
        ({"seconds": (1.0,)}, "epochs"),
        ({"epochs": 3}, "expected 3"),
        ({"steps": -1}, "steps"),
    ],
)
def test_a_position_that_does_not_fit_is_refused(
    run: Path, changes: dict[str, Any], fact: str
) -> None:
    checkpoint = checkpoint_of(run)
    position = replace(checkpoint.position, **changes)
    save_checkpoint(run / CHECKPOINT, replace(checkpoint, position=position))
    with pytest.raises(BadRun, match=fact):
        load_checkpoint(read_run(run))


def test_a_history_ahead_of_the_checkpoint_is_accepted(run: Path) -> None:
    """As after a kill between writing the two files."""
    with (run / "history.csv").open("a") as file:
        file.write("3,0.5,0.5\n")
    (run / "metrics.json").unlink()
    assert checkpoint_of(run).position.epochs == 2
