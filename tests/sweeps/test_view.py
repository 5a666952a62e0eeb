"""What is shown of a sweep while it runs."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from edited_runs import RunMaker
from planned_cells import cell_like

from zookit.console import Console
from zookit.runs.run import RunRecord
from zookit.sweeps.options import SweepOptions
from zookit.sweeps.request import SweepRequest
from zookit.sweeps.state import CellState, CellStatus
from zookit.sweeps.sweep import Sweep, plan
from zookit.sweeps.view import View, ending_of, rough_duration, shown, summary

pytestmark = pytest.mark.xdist_group("leaderboard")


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    return RunMaker(tmp_path_factory.mktemp("view"))()


def states(record: RunRecord, *statuses: CellStatus) -> list[CellState]:
    cells = [cell_like(record, architecture="dense", seed=str(at)) for at in range(len(statuses))]
    return [CellState(cell, status) for cell, status in zip(cells, statuses, strict=True)]


def test_cells_that_train_have_a_place_in_the_table(record: RunRecord) -> None:
    found = states(
        record, "finished", "waiting", "running", "pruned", "interrupted", "failed", "running"
    )
    assert shown(found, 10) == found
    assert shown(found, 2) == [found[2], found[6]]
    assert shown(found, 4) == [found[1], found[2], found[5], found[6]]
    assert shown(found, 6) == found[1:]
    assert shown([], 3) == []


def test_the_summary_counts_the_cells(record: RunRecord) -> None:
    found = states(record, "finished", "finished", "failed", "waiting")
    found[0].kept = True
    line = summary(found)
    for text in ("4 cells", "2 finished", "1 failed", "1 waiting", "1 of them before"):
        assert text in line
    assert "running" not in line
    assert "left" not in line
    assert "before" not in summary(found[1:])


def test_the_summary_says_how_long_it_takes_still(record: RunRecord) -> None:
    waiting: list[CellStatus] = ["waiting"] * 4
    found = states(record, "finished", "running", "running", *waiting)
    assert "left" not in summary(found)  # nothing is known yet
    found[0].seconds, found[1].seconds, found[2].seconds = 100.0, 40.0, 500.0
    # Two at a time: 60 s of the first one and 4 times 100 s.
    assert f"about {rough_duration(230)} left" in summary(found)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 s"), (59.4, "59 s"), (180, "3 min"), (3600, "1 h 0 min"), (7500, "2 h 5 min")],
)
def test_durations_are_words(seconds: float, words: str) -> None:
    assert rough_duration(seconds) == words


@pytest.mark.parametrize("seconds", [59.5, 59.99, 3570, 3599.9])
def test_durations_have_no_sixty(seconds: float) -> None:
    assert not rough_duration(seconds).startswith("60")


def test_how_a_cell_ended_is_one_line(record: RunRecord) -> None:
    finished, failed, pruned = states(record, "finished", "failed", "pruned")
    finished.test, finished.seconds = {"loss": 0.25, "accuracy": 0.75}, 12.34
    failed.reason = "no luck"
    pruned.epochs = 3
    assert ending_of(finished).startswith(finished.cell.words)
    for text in ("0.75", "0.25", "12.3 s"):
        assert text in ending_of(finished)
    assert ending_of(failed).endswith("failed: no luck")
    assert ending_of(pruned).endswith("pruned after 3 epochs")


@pytest.fixture
def sweep(tmp_path: Path) -> Iterator[Sweep]:
    request = SweepRequest.of(
        datasets=["mnist"],
        architectures=["dense:units=4", "cnn"],
        seeds=2,
        options={"epochs": "2", "data": "sample"},
    )
    found = plan(request, SweepOptions(), tmp_path / "runs")
    yield found
    found.close()


def console(**options: bool) -> tuple[Console, io.StringIO]:
    written = io.StringIO()
    return Console(file=written, width=150, height=25, **options), written  # type: ignore[arg-type]


def test_without_a_terminal_each_cell_that_ends_is_a_line(sweep: Sweep) -> None:
    opened, written = console()
    first, second, third, fourth = sweep.states
    with View(sweep, opened, quiet=False) as view:
        first.status, first.epochs = "running", 1
        view.changed(first)
        third.status, third.kept = "finished", True
        view.changed(third)
        assert not written.getvalue()
        first.status, first.test, first.seconds = "finished", {"accuracy": 0.5}, 1.0
        view.changed(first)
        second.status, second.reason = "failed", "[red]no luck " + "so far " * 50
        view.changed(second)
        fourth.status = "interrupted"
        view.changed(fourth)
    lines = written.getvalue().splitlines()
    assert lines == [
        f"2/4  {ending_of(first)}",
        f"3/4  {ending_of(second)}".rstrip(),
        f"3/4  {ending_of(fourth)}",  # it is not done
    ]


def test_on_a_terminal_the_cells_are_a_table(sweep: Sweep) -> None:
    opened, written = console(force_terminal=True)
    first, second, third, _ = sweep.states
    with View(sweep, opened, quiet=False) as view:
        first.status, first.epochs, first.seconds = "running", 1, 600.0
        first.values = {"loss": 0.5, "val_loss": 0.25, "accuracy": 0.875}
        second.status, second.kept, second.differs = "finished", True, "1 thread, now 2"
        third.status, third.reason = "failed", "no luck"
        for each in (first, second, third):
            view.changed(each)
    last = written.getvalue().rpartition("cell ")[2]
    rows = {
        each.cell.words: line
        for each in sweep.states
        for line in last.splitlines()
        if line.startswith(each.cell.words)
    }
    assert len(rows) == 4
    row = rows[first.cell.words]
    for text in ("running", "1/2", "0.2500", "0.8750", "600.0", rough_duration(600)):
        assert text in row
    assert "kept*" in rows[second.cell.words]
    assert "failed" in rows[third.cell.words]
    assert "waiting" in last
    assert summary(sweep.states) in last
    assert "3/4" not in written.getvalue()


def test_a_table_that_is_too_high_counts_the_other_cells(sweep: Sweep) -> None:
    written = io.StringIO()
    with View(sweep, Console(file=written, width=150, height=7, force_terminal=True), quiet=False):
        sweep.states[3].status = "running"
    last = written.getvalue().rpartition("cell ")[2]
    assert sweep.states[3].cell.words in last
    assert sweep.states[2].cell.words not in last
    assert "(1 not shown)" in last


@pytest.mark.parametrize("terminal", [False, True])
def test_quiet_shows_nothing(sweep: Sweep, terminal: bool) -> None:
    opened, written = console(force_terminal=terminal)
    with View(sweep, opened, quiet=True) as view:
        sweep.states[0].status = "finished"
        view.changed(sweep.states[0])
    assert not written.getvalue()
