"""Which cells a sweep trains next, and which results a learning search receives."""

import json
import math
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from edited_runs import RunMaker
from made_plugins import make_distribution

from zookit.core import BadExperiment
from zookit.core.progress import silent
from zookit.registry import default
from zookit.sweeps.cells import CellTrials
from zookit.sweeps.kept import Reuse
from zookit.sweeps.plan import Misfit, PlannedCell, Planner
from zookit.sweeps.request import SweepRequest
from zookit.sweeps.state import CellState, CellStatus
from zookit.sweeps.trials import VALUE, Trials

pytestmark = pytest.mark.xdist_group("leaderboard")
RATES = ("0.1", "0.01", "0.001", "0.0001")
SCRIPTED = '''
from dataclasses import dataclass

from zookit.core import Search, Trials

CALLS = []


class Asked(Trials):
    def __init__(self, varied):
        self.first = {each.name: each.values[0] for each in varied}
        (self.rates,) = (list(each.values) for each in varied if each.name == "learning_rate")
        self.open = set()

    def ask(self):
        if len(self.open) == 2 or not self.rates:
            return None
        point = {**self.first, "learning_rate": self.rates.pop(0)}
        CALLS.append(("ask", point["learning_rate"]))
        self.open.add(point["learning_rate"])
        return point

    def tell(self, point, value):
        CALLS.append(("tell", point["learning_rate"], value))
        self.open.remove(point["learning_rate"])
        if value == 1.0:
            self.rates.clear()

    def prune(self, point, epoch, value):
        CALLS.append(("prune", point["learning_rate"], epoch, value))
        return value < 0.2


@dataclass(frozen=True)
class Scripted(Search):
    """Tries the learning rates in turn, two at a time, until one is perfect."""

    learns = True

    def open(self, varied):
        return Asked(varied)
'''
Call = tuple[Any, ...]


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Call]:
    """What the search `scripted` is called with."""
    points = {"zookit.searches": "scripted = scripted_here:Scripted"}
    make_distribution(tmp_path, "zookit-scripted", points, {"scripted_here.py": SCRIPTED})
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "scripted_here", raising=False)
    fresh = type(default)()
    for name in ("_components", "_path"):
        monkeypatch.setattr(default, name, getattr(fresh, name))
    monkeypatch.setitem(vars(default), "_scanned", fresh._scanned)
    default.searches.build("scripted")
    return sys.modules["scripted_here"].CALLS  # type: ignore[no-any-return]


def opened(runs_dir: Path, search: str = "scripted", **changes: Any) -> Trials:
    given: dict[str, Any] = {
        "datasets": ["mnist"],
        "architectures": ["dense:8"],
        "vary": {"learning_rate": list(RATES)},
        "options": {"epochs": 4, "data": "sample", "validation": 0.2},
        "search": search,
    }
    return Trials(
        cells=CellTrials(SweepRequest.of(**{**given, **changes})),
        planner=Planner(silent),
        runs_dir=runs_dir,
        reuse=Reuse(),
    )


def rate(state: CellState) -> str:
    return state.cell.values["learning_rate"]


def end(
    trials: Trials, state: CellState, value: float | None, status: CellStatus = "finished"
) -> None:
    state.status, state.values = status, {} if value is None else {VALUE: value}
    trials.ended(state)


def leave(
    runs_dir: Path, cell: PlannedCell, value: float, *, status: str = "finished", epochs: int = 4
) -> None:
    """Leave the run of a cell in a folder."""

    def same(tables: dict[str, Any]) -> None:
        tables.clear()
        tables.update(tomllib.loads(cell.experiment.to_toml()))

    run = RunMaker(runs_dir)(
        f"20261122-100000-{cell.identity[:8]}",
        validation=value,
        status=status,
        epochs=epochs,
        data=cell.data_hash,
        experiment=same,
    )
    path = run.folder / "environment.json"
    environment = json.loads(path.read_text(encoding="utf-8"))
    environment["identity"] = cell.identity
    environment["components"] = [
        {"name": spec.name, "owner": cell.owners[spec.name], "defaulted": sorted(spec.defaulted)}
        for spec in cell.experiment.components()
    ]
    path.write_text(json.dumps(environment), encoding="utf-8")


def test_a_search_is_told_each_result_and_asked_again(tmp_path: Path, calls: list[Call]) -> None:
    trials = opened(tmp_path / "runs")
    (first,), (second,) = trials.ask(), trials.ask()
    assert trials.ask() == []  # until there is a result
    end(trials, second, 0.5)
    (third,) = trials.ask()
    assert [rate(each) for each in (first, second, third)] == list(RATES[:3])
    assert trials.states == [first, second, third]
    assert calls == [
        ("ask", "0.1"),
        ("ask", "0.01"),
        ("tell", "0.01", 0.5),
        ("ask", "0.001"),
    ]


def test_the_result_is_the_mean_over_the_seeds(tmp_path: Path, calls: list[Call]) -> None:
    trials = opened(tmp_path / "runs", seeds=2)
    first, second = trials.ask()
    end(trials, first, 0.25)
    assert calls == [("ask", "0.1")]
    end(trials, second, 0.75)
    assert calls[1:] == [("tell", "0.1", 0.5)]


@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf])
def test_without_a_finite_result_of_each_seed_a_combination_has_failed(
    tmp_path: Path, calls: list[Call], value: float | None
) -> None:
    trials = opened(tmp_path / "runs", seeds=2)
    first, second = trials.ask()
    first.values = {} if value is None else {VALUE: value}
    assert not trials.prunes(first)
    end(trials, first, value, "finished" if value else "failed")
    end(trials, second, 0.5)
    assert calls == [("ask", "0.1"), ("tell", "0.1", None)]


@pytest.mark.parametrize("seeds", [1, 2])
def test_a_run_that_failed_after_good_epochs_has_failed(
    tmp_path: Path, calls: list[Call], seeds: int
) -> None:
    trials = opened(tmp_path / "runs", seeds=seeds)
    first, *others = trials.ask()
    end(trials, first, 0.9, "failed")
    for each in others:
        end(trials, each, 0.9)
    assert calls == [("ask", "0.1"), ("tell", "0.1", None)]


def test_a_search_stops_a_cell_before_its_last_epoch(tmp_path: Path, calls: list[Call]) -> None:
    trials = opened(tmp_path / "runs")
    (state,) = trials.ask()
    seen = []
    for epoch, value in ((1, 0.3), (2, 0.1), (4, 0.1)):
        state.epochs, state.values = epoch, {VALUE: value}
        seen.append(trials.prunes(state))
    assert seen == [False, True, False]
    end(trials, state, 0.1, "pruned")
    assert not trials.prunes(state)
    assert calls[1:] == [
        ("prune", "0.1", 1, 0.3),
        ("prune", "0.1", 2, 0.1),
        ("tell", "0.1", 0.1),
    ]


def test_a_search_may_end_early(tmp_path: Path, calls: list[Call]) -> None:
    trials = opened(tmp_path / "runs")
    (state,) = trials.ask()
    end(trials, state, 1.0)
    assert trials.ask() == []
    assert calls == [("ask", "0.1"), ("tell", "0.1", 1.0)]


def test_kept_runs_are_told_with_their_epochs(tmp_path: Path, calls: list[Call]) -> None:
    runs_dir = tmp_path / "runs"
    killed = opened(runs_dir)
    (finished,), (pruned,) = killed.ask(), killed.ask()
    leave(runs_dir, finished.cell, 0.5)
    leave(runs_dir, pruned.cell, 0.1, status="pruned", epochs=2)
    end(killed, finished, 0.5)
    (begun,) = killed.ask()
    leave(runs_dir, begun.cell, 0.7, status="interrupted", epochs=1)
    calls.clear()
    trials = opened(runs_dir)
    (state,) = trials.ask()
    assert state.cell.identity == begun.cell.identity
    assert state.start is not None
    assert [each.status for each in trials.states] == ["finished", "pruned", "waiting"]
    assert calls == [
        ("ask", "0.1"),
        *(("prune", "0.1", epoch, 0.5) for epoch in (1, 2, 3)),
        ("tell", "0.1", 0.5),
        ("ask", "0.01"),
        *(("prune", "0.01", epoch, 0.1) for epoch in (1, 2)),
        ("tell", "0.01", 0.1),
        ("ask", "0.001"),
    ]


def driven(trials: Trials, count: int, over: Callable[[CellState, int], None]) -> list[str]:
    """Train combinations one after the other; the larger the rate, the worse."""
    found = []
    for _ in range(count):
        for state in trials.ask():
            value = 1 - float(rate(state))
            for epoch in (1, 2, 3, 4):
                state.epochs, state.values = epoch, {VALUE: value}
                if trials.prunes(state):
                    break
            end(trials, state, value, "finished" if epoch == 4 else "pruned")
            over(state, epoch)
            found.append(rate(state))
    return found


def test_optuna_tries_the_same_after_it_was_killed(tmp_path: Path) -> None:
    runs_dir = tmp_path / "runs"
    runs_dir.mkdir()
    search: dict[str, Any] = {
        "search": "optuna:trials=16",
        "vary": {"learning_rate": "0.001..0.9:log"},
    }
    whole = opened(tmp_path / "none", **search)
    expected = driven(whole, 16, lambda *_: None)
    assert {each.status for each in whole.states[:13]} == {"finished", "pruned"}

    def kept(state: CellState, epochs: int) -> None:
        leave(runs_dir, state.cell, state.values[VALUE], status=state.status, epochs=epochs)

    assert driven(opened(runs_dir, **search), 13, kept) == expected[:13]
    again = opened(runs_dir, **search)
    assert driven(again, 16, lambda *_: None) == expected[13:]
    assert [each.status for each in again.states] == [each.status for each in whole.states]


def in_flight(trials: Trials, slots: int, over: Callable[[CellState], None]) -> list[str]:
    """Train combinations, `slots` at a time; the result of the newest but one comes first."""
    active = [each for each in trials.states if not each.over]
    found: list[str] = []
    asks = True
    while True:
        while len(active) < slots and (asks := bool(new := trials.ask())):
            active += new
        if not active:
            return found
        state = active.pop(-2 if len(active) > 1 and asks else -1)
        value = 1 - float(rate(state))
        for state.epochs in (1, 2, 3, 4):
            state.values = {VALUE: value}
            if trials.prunes(state):
                break
        end(trials, state, value, "finished" if state.epochs == 4 else "pruned")
        over(state)
        found.append(rate(state))


@pytest.mark.parametrize("killed_after", [3, 16])
def test_with_two_at_a_time_optuna_goes_on_where_it_was_killed(
    tmp_path: Path, killed_after: int
) -> None:
    runs_dir, record = tmp_path / "runs", tmp_path / "search.jsonl"
    runs_dir.mkdir()
    search: dict[str, Any] = {
        "search": "optuna:trials=16",
        "vary": {"learning_rate": "0.001..0.9:log"},
    }

    def continued(path: Path) -> Trials:
        trials = opened(runs_dir, **search)
        assert isinstance(trials.cells, CellTrials)
        trials.cells.record(path)
        assert trials.ask_again(lambda: None)
        return trials

    whole = continued(tmp_path / "whole.jsonl")
    expected = in_flight(whole, 2, lambda _: None)
    assert len(expected) == 16

    class KilledError(Exception):
        pass

    ended: list[CellState] = []

    def leave_it(state: CellState) -> None:
        leave(runs_dir, state.cell, state.values[VALUE], status=state.status, epochs=state.epochs)
        ended.append(state)
        if len(ended) == killed_after:
            raise KilledError

    with pytest.raises(KilledError):
        in_flight(continued(record), 2, leave_it)
    lines = (tmp_path / "whole.jsonl").read_text()
    assert lines.startswith(record.read_text())
    with record.open("a") as file:
        file.write('["ask", {"learn')
    again = continued(record)
    assert len(again.states) == min(killed_after + 1, 16)
    assert in_flight(again, 2, lambda _: None) == expected[killed_after:]
    assert [rate(each) for each in again.states] == [rate(each) for each in whole.states]
    assert record.read_text() == lines


def test_data_that_does_not_fit_is_no_trial(tmp_path: Path, calls: list[Call]) -> None:
    def cannot_be_had(cell: Any) -> Any:
        planned = plan(cell)
        return Misfit(cell.values, "no data") if cell.values["learning_rate"] == "0.1" else planned

    trials = opened(tmp_path / "runs")
    plan, trials.planner.plan = trials.planner.plan, cannot_be_had  # type: ignore[method-assign]
    (state,) = trials.ask()
    assert rate(state) == "0.01"
    assert calls == [("ask", "0.1"), ("tell", "0.1", None), ("ask", "0.01")]  # skip, by default
    assert [each.reason for each in trials.misfits] == ["no data"]


def test_a_search_that_learns_needs_validation_images(tmp_path: Path, calls: list[Call]) -> None:
    with pytest.raises(BadExperiment, match="validation"):
        opened(tmp_path / "runs", options={"epochs": 4, "data": "sample"}).ask()
    assert calls == [("ask", "0.1")]


def test_a_grid_is_known_at_once(tmp_path: Path) -> None:
    trials = opened(tmp_path / "runs", "grid", architectures=["dense:8", "cnn:8+8+8+8+8+8"])
    asked: list[None] = []
    trials.ask_all(lambda: asked.append(None))
    assert [rate(each) for each in trials.states] == list(RATES)
    assert len(asked) == len(RATES)
    assert not trials.learns
    assert trials.ask() == []
    assert not trials.prunes(trials.states[0])
