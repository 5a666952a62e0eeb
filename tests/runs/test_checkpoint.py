"""Checkpoints: callback states in a file, and files that do not belong to the run."""

import json
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from contents import contents
from damage import Edit, cut, replaced
from hypothesis import given
from hypothesis import strategies as st
from permissions import obey_permissions

import zookit
from zookit.core import BadRun
from zookit.runs.checkpoint import (
    Checkpoint,
    check_state,
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
    without_hash(run)
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
        ({"states": ({},)}, r"1 callback\."),
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


def without_hash(run: Path) -> None:
    """Remove the checkpoint's hash, as runs of earlier versions have none."""
    metrics = json.loads((run / "metrics.json").read_text())
    del metrics["files"][CHECKPOINT]
    (run / "metrics.json").write_text(json.dumps(metrics))


def position_with(**changes: Any) -> Edit:
    """Return an edit of the checkpoint as somebody makes it who knows the format."""

    def edit(folder: Path) -> None:
        checkpoint = checkpoint_of(folder)
        position = replace(checkpoint.position, **changes)
        save_checkpoint(folder / CHECKPOINT, replace(checkpoint, position=position))

    return edit


def history_with(**columns: tuple[float | None, ...]) -> Edit:
    def edit(folder: Path) -> None:
        history = {**checkpoint_of(folder).position.history, **columns}
        position_with(history=history)(folder)

    return edit


def arrays_with(change: Callable[[dict[str, Any]], object]) -> Edit:
    def edit(folder: Path) -> None:
        checkpoint = checkpoint_of(folder)
        arrays = dict(checkpoint.arrays)
        change(arrays)
        save_checkpoint(folder / CHECKPOINT, replace(checkpoint, arrays=arrays))

    return edit


def not_a_number(arrays: dict[str, Any]) -> None:
    arrays["model/0000"] = arrays["model/0000"] * np.float32(np.nan)


def other_shape(arrays: dict[str, Any]) -> None:
    arrays["model/0000"] = arrays["model/0000"].T.copy()


def other_kind(arrays: dict[str, Any]) -> None:
    arrays["model/0000"] = arrays["model/0000"].astype(np.float64)


def renamed(arrays: dict[str, Any]) -> None:
    arrays["model/9999"] = arrays.pop("model/0000")


def with_hash(value: str | None) -> Edit:
    """Replace the hash in the checkpoint, and its text, which the hash is of."""

    def edit(folder: Path) -> None:
        content = (folder / CHECKPOINT).read_bytes()
        size = struct.unpack("<Q", content[:8])[0]
        header = json.loads(content[8 : 8 + size])
        about = header["__metadata__"]
        text = json.loads(about["text"])
        text["history"]["evil"] = [0.5, 0.5]
        about["text"] = json.dumps(text)
        del about["sha256"]
        if value is not None:
            about["sha256"] = value
        packed = json.dumps(header).encode()
        (folder / CHECKPOINT).write_bytes(
            struct.pack("<Q", len(packed)) + packed + content[8 + size :]
        )

    return edit


def of_one_epoch(folder: Path) -> None:
    """Go back to the state after the first epoch, as if its checkpoint had been kept."""
    position = checkpoint_of(folder).position
    history = {name: values[:1] for name, values in position.history.items()}
    position_with(epochs=1, history=history, seconds=position.seconds[:1])(folder)


def made_by(make: Edit) -> Edit:
    """Return an edit that puts something else in the place of the checkpoint."""

    def edit(folder: Path) -> None:
        (folder / CHECKPOINT).unlink()
        make(folder / CHECKPOINT)

    return edit


CRAFTED: dict[str, Edit] = {
    "hash emptied": with_hash(""),
    "hash removed": with_hash(None),
    "hash of something else": with_hash("0" * 64),
    "history name added": history_with(evil=(0.5, 0.5)),
    "history name without values": history_with(evil=(None, None)),
    "history column too long": history_with(loss=(0.5, 0.5, 0.5)),
    "history emptied": position_with(history={}),
    "history changed": history_with(loss=(0.5, 0.25)),
    "no epochs": position_with(epochs=0, history={}, seconds=()),
    "no epochs but a name": position_with(epochs=0, history={"evil": ()}, seconds=()),
    "an epoch less": of_one_epoch,
    "within an epoch": position_with(steps=2),
    "beyond the epoch": position_with(steps=10**15),
    "stopped text": position_with(stopped="perhaps"),
    "states of other callbacks": position_with(states=({},)),
    "flags of other layers": position_with(trainable=(True,) * 3),
    "not a number": arrays_with(not_a_number),
    "other shape": arrays_with(other_shape),
    "other kind": arrays_with(other_kind),
    "array renamed": arrays_with(renamed),
    "array missing": arrays_with(lambda arrays: arrays.pop("optimizer/0001")),
    "no arrays": arrays_with(dict.clear),
    "arrays of a plugin": arrays_with(lambda arrays: arrays.update({"evil/0000": np.ones(1)})),
    "metrics of a whole epoch": arrays_with(
        lambda arrays: arrays.update({"metrics/0000": np.ones(1, np.float32)})
    ),
    "experiment edited": replaced("experiment.toml", "batch_size = 4", "batch_size = 5"),
    "epochs edited": replaced("experiment.toml", "epochs = 2", "epochs = 1"),
    "pipe": made_by(os.mkfifo),
    "negative duration": position_with(seconds=(-1.0, 1.0)),
    "link to itself": made_by(lambda path: path.symlink_to(path.name)),
}


@pytest.mark.parametrize("edit", CRAFTED.values(), ids=CRAFTED)
def test_no_crafted_checkpoint_costs_a_finished_run(run: Path, edit: Edit) -> None:
    without_hash(run)
    edit(run)
    before = contents(run)
    with pytest.raises(BadRun):
        zookit.resume(run, epochs=3, quiet=True)
    assert contents(run) == before


@pytest.mark.parametrize("name", ["model/0000", "optimizer/0000", "optimizer/0002"])
def test_a_checkpoint_with_other_numbers_costs_no_finished_run(run: Path, name: str) -> None:
    arrays_with(lambda arrays: arrays.update({name: np.asarray(arrays[name] - 1)}))(run)
    before = contents(run)
    with pytest.raises(BadRun, match=r"metrics\.json"):
        zookit.resume(run, epochs=3, quiet=True)
    assert contents(run) == before


def test_the_checkpoint_of_another_run_of_the_same_experiment_is_refused(
    run: Path, tmp_path: Path
) -> None:
    """One that was made elsewhere, so that its numbers differ in the last digits."""
    loss = read_run(run).history["loss"]
    history_with(loss=tuple(each * (1 + 1e-15) for each in loss))(run)
    before = contents(run)
    with pytest.raises(BadRun, match=r"history\.csv"):
        zookit.resume(run, epochs=3, quiet=True)
    assert contents(run) == before


@pytest.mark.skipif(sys.platform != "linux", reason="drops permissions as Linux does")
def test_a_run_that_may_not_be_written_is_refused_before_anything(run: Path) -> None:
    run.chmod(0o500)
    (run / ".lock").chmod(0o400)
    before = contents(run)
    ended = subprocess.run(
        [Path(sys.executable).with_name("zookit"), "resume", run, "--epochs", "3"],
        capture_output=True,
        text=True,
        preexec_fn=obey_permissions,
    )
    run.chmod(0o700)
    assert ended.returncode == 2
    assert "Permission denied" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert contents(run) == before


@pytest.mark.parametrize(
    ("saved", "current", "fact"),
    [
        ({"best": 1.0}, {"best": 2, "wait": 0}, "wait is missing"),
        ({"best": "text"}, {"best": 0.5}, "best is 'text'"),
        ({"best": [1.0]}, {"best": np.float32(0.5)}, "expected float"),
        ({"seen": 1.0}, {"seen": np.ones(2)}, "expected ndarray"),
        ([1.0], {"best": 1.0}, "expected a dictionary"),
    ],
)
def test_a_state_of_other_names_or_kinds_is_refused(saved: Any, current: Any, fact: str) -> None:
    with pytest.raises(ValueError, match=fact):
        check_state(saved, current)
    check_state(current, current)
    check_state(dict.fromkeys(current), current)
    check_state(current, dict.fromkeys(current))


def test_a_state_that_could_not_be_read_again_is_not_written() -> None:
    state: Any = 1
    for _ in range(100):
        state = {"deeper": [state]}
    with pytest.raises(TypeError, match="deep"):
        without_arrays(state, {})


def test_a_history_ahead_of_the_checkpoint_is_accepted(run: Path) -> None:
    """As after a kill between writing the two files."""
    with (run / "history.csv").open("a") as file:
        file.write("3,0.5,0.5\n")
    (run / "metrics.json").unlink()
    assert checkpoint_of(run).position.epochs == 2
