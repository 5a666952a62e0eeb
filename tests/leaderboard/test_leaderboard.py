"""Runs ranked against the others on the same data."""

import json
import random
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from edited_runs import RunMaker, variant
from hypothesis import given, settings
from hypothesis import strategies as st
from made_runs import digits

import zookit
from zookit.core import ComponentSpec
from zookit.leaderboard.leaderboard import Leaderboard, leaderboard
from zookit.leaderboard.table import Table
from zookit.runs.run import RunRecord, read_run

pytestmark = pytest.mark.xdist_group("leaderboard")

UNTIMED = settings(deadline=None, max_examples=40)
UNIT = st.floats(0, 1)
ENDS = ("interrupted", "failed", "killed")


def only(board: Leaderboard) -> Table:
    (table,) = board.tables
    return table


def test_a_trained_run_is_ranked_by_its_results() -> None:
    run = digits()
    (row,) = only(leaderboard([run])).rows
    assert row.test_accuracy
    assert (row.test_accuracy.value, row.test_loss) == (
        run.metrics["accuracy"],
        run.metrics["loss"],
    )
    assert row.validation_accuracy is None
    assert (row.epochs, row.epochs_requested, row.seeds) == ((1,), 1, (0,))


def test_equal_experiments_with_other_results_are_reported(
    make: RunMaker, caplog: pytest.LogCaptureFixture
) -> None:
    equal = [make(test=0.5020), make(test=0.5021), make(test=0.9, seed=1)]
    leaderboard(equal)
    assert not caplog.messages
    other = make(test=0.8850)
    leaderboard([*equal, other])
    (line,) = caplog.messages
    assert all(each in line for each in (equal[0].name, other.name, "0.5020", "0.8850"))


def test_validation_and_test_accuracy_are_never_ranked_against_each_other(make: RunMaker) -> None:
    made = [
        make(validation=0.4, test=0.99, units=[1]),
        make(validation=0.6, test=0.1, units=[2]),
        make(validation=None, test=0.5, units=[3]),
        make(validation=None, test=0.7, units=[4]),
    ]
    by_validation, by_test = leaderboard(made).tables
    assert (by_validation.by, by_test.by) == ("validation", "test")
    assert [row.values for row in by_validation.rows] == [{"units": "2"}, {"units": "1"}]
    assert [row.values for row in by_test.rows] == [{"units": "4"}, {"units": "3"}]
    assert "by validation accuracy" in by_validation.heading
    assert "by test accuracy" in by_test.heading


def test_only_runs_on_the_same_data_are_ranked_together(make: RunMaker) -> None:
    first, second = (make(validation=0.4, data=each * 64) for each in "ab")
    tables = leaderboard([first, second]).tables
    assert [(table.data.hash, len(table.rows)) for table in tables] == [
        ("a" * 64, 1),
        ("b" * 64, 1),
    ]
    assert all(f"data {table.data.hash[:8]}" in table.heading for table in tables)


@UNTIMED
@given(
    by_seed=st.lists(st.tuples(UNIT, UNIT), min_size=1, max_size=6),
    repeated=st.lists(st.integers(0, 5), max_size=4),
)
def test_mean_and_spread_are_over_seeds(
    by_seed: list[tuple[float, float]], repeated: list[int]
) -> None:
    run = digits()
    runs: list[RunRecord] = []
    for at in [*range(len(by_seed)), *(at % len(by_seed) for at in repeated)]:
        validation, test = by_seed[at]
        runs.append(variant(run, seed=at, validation=validation, test=test, at=len(runs)))
    (row,) = only(leaderboard(runs)).rows
    validations, tests = zip(*by_seed, strict=True)
    for mean, values in ((row.validation_accuracy, validations), (row.test_accuracy, tests)):
        assert mean is not None
        assert mean.seeds == len(values)
        assert mean.value == pytest.approx(statistics.mean(values), abs=1e-12)
        if len(values) == 1:
            assert mean.spread is None
        else:
            assert mean.spread == pytest.approx(statistics.stdev(values), abs=1e-12)
    assert row.seeds == tuple(range(len(by_seed)))
    assert len(row.runs) == len(runs)


@UNTIMED
@given(order=st.randoms(use_true_random=False))
def test_the_order_of_folders_decides_nothing(
    many: Sequence[RunRecord], order: random.Random
) -> None:
    shuffled = list(many)
    order.shuffle(shuffled)
    board = leaderboard(shuffled)
    assert board.plain() == leaderboard(many).plain()
    for table in board.tables:
        scores = [
            row.validation_accuracy if table.by == "validation" else row.test_accuracy
            for row in table.rows
        ]
        values = [each.value for each in scores if each]
        assert values == sorted(values, reverse=True)
        assert [row.rank for row in table.rows] == [values.index(each) + 1 for each in values]


@pytest.fixture(scope="module")
def many() -> list[RunRecord]:
    """Every mixture of data, seeds, groups and measures, with many equal accuracies."""
    drawn = random.Random(5)
    run = digits()
    made = []
    for at in range(40):
        made.append(
            variant(
                run,
                seed=drawn.randrange(3),
                validation=drawn.choice([0.2, 0.4, 5]),
                test=0.5,
                at=at,
            )
        )
        environment = made[-1].environment
        data = replace(environment.data, hash=drawn.choice("ab") * 64)
        group = f"{drawn.randrange(6)}{data.hash[0]}"
        made[-1] = replace(made[-1], environment=replace(environment, data=data, group=group))
    return made


def test_equal_accuracies_share_a_rank(make: RunMaker) -> None:
    made = [
        make(validation=value, loss=loss, units=[units])
        for units, (value, loss) in enumerate([(0.5, 2.0), (0.9, 1.0), (0.5, 1.0), (0.1, 1.0)], 1)
    ]
    rows = only(leaderboard(made)).rows
    assert [(row.rank, row.values["units"]) for row in rows] == [
        (1, "2"),
        (2, "3"),
        (2, "1"),
        (4, "4"),
    ]


def test_a_run_that_is_given_twice_is_one(make: RunMaker) -> None:
    run = make()
    (row,) = only(leaderboard([run, read_run(run.folder)])).rows
    assert row.runs == (run,) or [each.name for each in row.runs] == [run.name]


def test_runs_that_differ_in_seed_and_threads_are_one_row(make: RunMaker) -> None:
    runs = [make(seed=1), make(threads=1), make(threads=2)]
    (row,) = only(leaderboard(runs)).rows
    assert row.seeds == (0, 1)
    assert {run.name for run in row.runs} == {run.name for run in runs}


def test_runs_that_did_not_finish_are_not_ranked(make: RunMaker) -> None:
    good = make(units=[1])
    stopped = {make(status=each, epochs=2, units=[2]).name: each for each in ENDS}
    strange = make(validation=None, test=None)
    board = leaderboard(map(read_run, make.runs_dir.iterdir()))
    assert [row.runs[0].name for row in only(board).rows] == [good.name]
    reasons = {each.run.name: each.reason for each in board.unranked}
    assert reasons == {name: f"{status} after 2 epochs" for name, status in stopped.items()} | {
        strange.name: "finished without an accuracy from 0 to 1"
    }


def test_a_run_that_is_being_written_is_not_ranked(make: RunMaker) -> None:
    run = make(status="killed")
    # Another process, because a process may lock a file again that it has locked.
    holding = (
        "import pathlib, sys; from zookit.runs.lock import locked\n"
        "with locked(pathlib.Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holding, run.folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        run = read_run(run.folder)
        assert run.status == "running"
        assert leaderboard([run]).unranked[0].reason == "running after 1 epoch"
        assert process.stdin
        process.stdin.close()
        process.wait()
    assert read_run(run.folder).status == "killed"


SCALARS = st.text() | st.integers() | st.floats() | st.booleans() | st.dates()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5
)


@UNTIMED
@given(st.lists(st.dictionaries(st.text() | st.just("rank"), VALUES, max_size=4), max_size=4))
def test_whatever_a_file_gives_as_parameters_can_be_compared(
    parameters: list[dict[str, Any]],
) -> None:
    run = digits()
    runs = []
    for at, each in enumerate(parameters):
        spec = ComponentSpec("acme/odd", each)
        experiment = replace(run.experiment, architecture=spec, callbacks=(spec, spec))
        environment = replace(run.environment, group=str(at))
        folder = run.folder.with_name(f"other-{at}")
        runs.append(replace(run, folder=folder, experiment=experiment, environment=environment))
    board = leaderboard(runs)
    json.dumps(board.plain(), allow_nan=False)
    flat = board.flat()
    assert [len(row) for row in flat] == [len(flat[0])] * len(parameters) if flat else not runs
    for table in board.tables:
        for cells in table.cells():
            assert [*cells][1 : 1 + len(table.columns)] == [*table.columns]


def test_it_shows_itself_as_a_line_and_as_tables(make: RunMaker) -> None:
    board = leaderboard([make(units=[1], validation=0.25), make(units=[2]), make(status="failed")])
    line = repr(board)
    assert "\n" not in line
    for fact in ("mnist, dense", "0.5000", "2 experiments", "1 run not ranked"):
        assert fact in line
    assert repr(only(board)) == f"<Table {only(board).heading}: 2 experiments>"
    text = str(board)
    for row in only(board).rows:
        assert row.runs[0].name in text
    assert only(board).heading in text
    assert "not ranked" in text
    assert "no runs" in repr(leaderboard([]))
    assert str(leaderboard([])) == "No runs."


def test_compare_ranks_runs_or_a_folder(make: RunMaker) -> None:
    run = make()
    for board in (zookit.compare([zookit.open_run(run.folder)]), zookit.compare(make.runs_dir)):
        assert isinstance(board, Leaderboard)
        assert only(board).rows[0].runs[0].name == run.name
