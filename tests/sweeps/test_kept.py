"""Which runs of a folder a sweep takes for its cells, and which it continues."""

from pathlib import Path
from typing import Any

import pytest
from edited_runs import RunMaker
from planned_cells import cell_like

from zookit.runs.run import RunRecord
from zookit.sweeps.kept import Kept, Reuse, advice_on, find_kept

pytestmark = pytest.mark.xdist_group("leaderboard")
ALL = Reuse(versions=True, threads=True)


@pytest.fixture
def make(tmp_path: Path) -> RunMaker:
    return RunMaker(tmp_path / "runs")


@pytest.fixture
def wanted(tmp_path: Path) -> RunRecord:
    """A run of the experiment that a sweep asks for, in another folder."""
    return RunMaker(tmp_path / "elsewhere")(threads=2)


def kept(make: RunMaker, wanted: RunRecord, reuse: Reuse | None = None) -> Kept:
    return find_kept(make.runs_dir, [cell_like(wanted)], reuse or Reuse())


@pytest.mark.parametrize("status", ["finished", "pruned"])
def test_a_run_of_the_very_experiment_is_done(
    make: RunMaker, wanted: RunRecord, status: str
) -> None:
    make(threads=2, seed=1)
    first = make(threads=2, status=status)
    make(threads=2, status=status)
    found = kept(make, wanted)
    assert {key: each.folder for key, each in found.done.items()} == {
        wanted.environment.identity: first.folder
    }
    assert not found.unfinished
    assert not found.differing


@pytest.mark.parametrize("status", ["interrupted", "failed", "killed"])
def test_an_unfinished_run_can_be_continued(make: RunMaker, wanted: RunRecord, status: str) -> None:
    begun = make(threads=2, status=status)
    found = kept(make, wanted)
    assert found.unfinished == {wanted.environment.identity: begun.folder}
    assert not found.done


def test_a_finished_run_wins_over_an_unfinished_one(make: RunMaker, wanted: RunRecord) -> None:
    make(threads=2, status="interrupted")
    done = make(threads=2)
    found = kept(make, wanted)
    assert [each.folder for each in found.done.values()] == [done.folder]
    assert not found.unfinished


def test_a_finished_run_wins_over_a_pruned_one(make: RunMaker, wanted: RunRecord) -> None:
    make(threads=2, status="pruned")
    done = make(threads=2)
    assert [each.folder for each in kept(make, wanted).done.values()] == [done.folder]


def test_the_run_with_the_most_epochs_is_continued(make: RunMaker) -> None:
    def four(tables: dict[str, Any]) -> None:
        tables["settings"]["epochs"] = 4

    made = [make(status="interrupted", epochs=each, experiment=four) for each in (1, 3, 3, 2)]
    assert list(kept(make, made[0]).unfinished.values()) == [made[1].folder]


@pytest.mark.parametrize(
    ("changes", "differs", "reuse"),
    [
        ({"threads": 2, "owner": "zookit==0.0.9"}, "zookit==0.0.9", Reuse(versions=True)),
        ({"threads": 1}, "1 thread, now 2", Reuse(threads=True)),
        ({"threads": 1, "owner": "zookit==0.0.9"}, "1 thread, now 2", ALL),
    ],
)
def test_other_versions_and_threads_are_taken_on_request_alone(
    make: RunMaker, wanted: RunRecord, changes: dict[str, int | str], differs: str, reuse: Reuse
) -> None:
    run = make(**changes)  # type: ignore[arg-type]
    for each in (Reuse(), Reuse(versions=True), Reuse(threads=True), ALL):
        found = kept(make, wanted, each)
        assert not found.done
        (differing,) = found.differing.values()
        assert differing.run.folder == run.folder
        assert differs in str(differing)
        assert differing.usable(each) is (each in (reuse, ALL))


def test_a_run_that_may_be_taken_comes_before_others(make: RunMaker, wanted: RunRecord) -> None:
    versions = make(threads=2, owner="zookit==0.0.9")
    threads = make(threads=1)
    for reuse, run in ((Reuse(versions=True), versions), (Reuse(threads=True), threads)):
        (differing,) = kept(make, wanted, reuse).differing.values()
        assert differing.run.folder == run.folder
        assert differing.usable(reuse)


def test_a_run_that_differs_in_more_or_did_not_finish_is_none(
    make: RunMaker, wanted: RunRecord
) -> None:
    make(threads=1, seed=1)
    make(threads=2, data="0" * 64)
    make(threads=1, status="interrupted")
    make(threads=1, status="pruned")
    found = kept(make, wanted, ALL)
    assert (found.done, found.unfinished, found.differing) == ({}, {}, {})


def test_the_advice_names_the_options_that_are_missing(make: RunMaker, wanted: RunRecord) -> None:
    make(threads=1, owner="zookit==0.0.9")
    differing = list(kept(make, wanted).differing.values())
    lines = list(advice_on(differing, Reuse()))
    assert ["--accept-versions" in each for each in lines] == [True, False]
    assert ["--reuse any" in each for each in lines] == [False, True]
    assert all("zookit==0.0.9" in each and "1 cell " in each for each in lines)
    (line,) = advice_on(differing, Reuse(versions=True))
    assert "--reuse any" in line
    assert not list(advice_on(differing, ALL))
    assert not list(advice_on([], Reuse()))


def test_a_folder_that_does_not_exist_has_none(tmp_path: Path, wanted: RunRecord) -> None:
    found = find_kept(tmp_path / "none", [cell_like(wanted)], ALL)
    assert (found.done, found.unfinished, found.differing) == ({}, {}, {})
