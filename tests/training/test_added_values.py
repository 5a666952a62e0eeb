"""Values that callbacks add to the logs become columns of the history, on resuming too."""

import csv
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from conftest import Command
from hypothesis import given
from hypothesis import strategies as st
from small_runs import DENSE, SMALL, Interrupt, different_ends, shared_folder, small_images

import zookit
from zookit.core import Callback, Listener, RunContext, hookimpl
from zookit.training.added_values import AddedValues

ADDED: dict[str, Callable[[int], Any]] = {
    "always": lambda epoch: epoch + 0.5,
    "later": lambda epoch: np.float32(epoch) if epoch else None,
    "sometimes": lambda epoch: np.array(epoch) if epoch != 1 else None,
    "infinite": lambda epoch: math.inf if epoch == 1 else 1,
    'comma, and "quotes"': lambda epoch: 1,
    "val_f1": lambda epoch: 0.25,
    "text": lambda epoch: "high",
    "array": lambda epoch: np.zeros(3),
    "loss": lambda epoch: 0.0,
    "val_accuracy": lambda epoch: 1.0,
    "epoch": lambda epoch: 7,
    "two\nlines": lambda epoch: 1,
}
KEPT = ["loss", "accuracy", "always", "sometimes", "infinite", 'comma, and "quotes"', "val_f1"]


@dataclass(frozen=True)
class Adding(Callback):
    """Adds values to the logs of each epoch."""

    def build(self) -> keras.callbacks.Callback:
        return _Adding()


class _Adding(keras.callbacks.Callback):  # type: ignore[misc]
    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        for name, value in ADDED.items():
            if value(epoch) is not None:
                logs[name] = value(epoch)

    def get_state(self) -> dict[str, Any]:
        return {}

    def set_state(self, state: dict[str, Any]) -> None:
        pass


HEARD: list[tuple[int, dict[str, float]]] = []


@dataclass(frozen=True)
class Hearing(Listener):
    """Notes what is added; adds to the logs itself, which changes nothing."""

    @hookimpl
    def values_added(self, epoch: int, values: Mapping[str, float]) -> None:
        HEARD.append((epoch, dict(values)))

    @hookimpl
    def keras_callbacks(self, run: RunContext) -> list[keras.callbacks.Callback]:
        return [keras.callbacks.LambdaCallback(on_epoch_end=lambda _, logs: logs.update(own=1))]


@cache
def added() -> zookit.Run:
    """Return a run of three epochs, which tests must not change."""
    return zookit.run(
        small_images(),
        DENSE,
        Adding(),
        listeners=Hearing(),
        runs_dir=shared_folder() / "added",
        epochs=3,
        **SMALL,
    )


def test_they_are_columns_of_the_history(finished: Path) -> None:
    run = added()
    assert list(run.history) == [*KEPT, "later"]
    assert run.history["always"] == (0.5, 1.5, 2.5)
    assert np.array_equal(run.history["later"], (math.nan, 1, 2), equal_nan=True)
    assert np.array_equal(run.history["sometimes"], (0, math.nan, 2), equal_nan=True)
    assert np.array_equal(run.history["infinite"], (1, math.nan, 1), equal_nan=True)
    assert run.history["loss"][:2] == zookit.open_run(finished).history["loss"]
    with (run.folder / "history.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [each["later"] for each in rows] == ["", "1.0", "2.0"]
    assert run.ending is not None
    assert run.ending.last_epoch["later"] == 2
    assert [(epoch, values["always"]) for epoch, values in HEARD] == [(1, 0.5), (2, 1.5), (3, 2.5)]


def test_they_are_where_the_history_is_shown(zookit: Command) -> None:
    folder = added().folder
    shown = json.loads(zookit("resume", str(folder), "--json").out, parse_constant=pytest.fail)
    assert shown["history"]["later"] == [None, 1, 2]
    report = zookit("report", str(folder), "--output", "page.html")
    assert report.code == 0, report
    page = Path("page.html").read_text()
    assert "later" in page
    assert "NaN" not in page


@pytest.mark.parametrize("after", [14, pytest.param(30, marks=pytest.mark.slow)])
def test_a_resumed_run_has_them_too(tmp_path: Path, after: int) -> None:
    stopped = zookit.run(
        small_images(),
        DENSE,
        Adding(),
        listeners=Interrupt(after),
        runs_dir=tmp_path,
        epochs=3,
        **SMALL,
    )
    assert stopped.status == "interrupted"
    assert different_ends(stopped.resume(quiet=True).folder, added().folder) == []


def test_a_run_with_them_is_reproduced(tmp_path: Path) -> None:
    assert added().reproduce(tmp_path, quiet=True).identical


def test_what_is_not_recorded_is_named_once(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    zookit.run(small_images(), DENSE, Adding(), runs_dir=tmp_path, epochs=3, **SMALL)
    err = capfd.readouterr().err
    for name in ("'text'", "'array'", "'loss'", "'val_accuracy'", "'epoch'", "'infinite'"):
        assert sum(name in line for line in err.splitlines()) == 1, (name, err)


class Reported:
    """Collects what is reported about one dictionary of logs."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self._caplog = caplog
        self.values = AddedValues()

    def take(self, logs: dict[Any, Any]) -> tuple[dict[str, float], int]:
        self._caplog.clear()
        taken = self.values.take(logs, {"loss": 0.5, "accuracy": math.nan}, 1)
        return taken, len(self._caplog.records)


@pytest.mark.parametrize(
    ("name", "value", "recorded"),
    [
        ("f1", np.float16(0.5), True),
        ("f1", True, True),
        ("f1", -math.inf, True),
        ("f1", "0.5", False),
        ("f1", [0.5], False),
        ("f1", np.array([0.5]), False),
        ("f1", 10**400, False),
        ("f1", None, False),
        ("f1", 1j, False),
        ("val_loss", 0.5, False),
        ("seconds", 1, False),
        (7, 1, False),
        ("", 1, False),
        ("\x1b[2J", 1, False),
        ("a\u202eb", 1, False),
        ("loss", 0.4, False),
        ("accuracy", 0.9, False),
    ],
)
def test_what_is_not_recorded_is_reported_once(
    caplog: pytest.LogCaptureFixture, name: Any, value: Any, recorded: bool
) -> None:
    reported = Reported(caplog)
    logs = {"loss": 0.5, "accuracy": math.nan, name: value}
    taken, lines = reported.take(logs)
    assert (name in taken) == recorded
    assert lines == (not recorded or value == -math.inf)
    assert logs["loss"] == 0.5
    assert (name in logs) == (recorded or name in ("loss", "accuracy"))
    assert reported.take({"loss": 0.5, name: value})[1] == 0


@given(
    st.dictionaries(
        st.text(max_size=5) | st.integers(),
        st.floats() | st.text(max_size=3) | st.none() | st.integers() | st.lists(st.integers()),
        max_size=4,
    )
)
def test_any_logs_give_numbers_with_plain_names(logs: dict[Any, Any]) -> None:
    taken = AddedValues().take(logs, {"loss": 0.5}, 1)
    assert all(isinstance(value, float) and not math.isinf(value) for value in taken.values())
    assert all(name.isprintable() and name.strip() for name in taken)
    assert taken.keys() <= logs.keys()
