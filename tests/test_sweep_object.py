"""`zookit.sweep` and what it returns."""

from pathlib import Path
from typing import Any

import pytest
from refusing_launcher import REFUSING
from small_runs import copy_run, small_images, small_run, threads_of_this_process

import zookit
from zookit.core import BadExperiment, BadParameter, UnknownName
from zookit.plugins.optimizers.sgd import SGD

SMALL: dict[str, Any] = {"epochs": 2, "batch_size": 4, "learning_rate": 0.01}


def sweep(folder: Path | str, **more: Any) -> zookit.Sweep:
    """Start a sweep of the run that every folder of these tests has, so that nothing is trained."""
    settings = {**SMALL, "threads": threads_of_this_process(), "quiet": True, **more}
    return zookit.sweep(small_images(), "dense:8,dropout=0.1", runs_dir=folder, **settings)


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return copy_run(small_run(), tmp_path).parent


def test_a_sweep_yields_its_cells_and_their_runs(runs: Path) -> None:
    with sweep(runs) as found:
        (cell,) = found
        assert (cell.status, cell.kept, cell.epochs) == ("finished", True, 2)
        assert cell.values["architecture"] == "dense:8,dropout=0.1"
        assert cell.run is not None
        assert cell.run.name == small_run().name
        assert list(found) == [cell]  # once more
        assert found.wait().cells == (cell,)
        (table,) = found.leaderboard().tables
        assert table.rows[0].test_accuracy is not None
        assert "1 finished" in repr(found)
        assert "dense:8" in repr(cell)


def test_the_folder_is_free_after_the_block(runs: Path) -> None:
    for _ in range(2):
        with sweep(runs):
            pass


@pytest.mark.parametrize("trains", [False, True])
def test_a_sweep_that_has_ended_leaves_its_folder_and_its_workers(runs: Path, trains: bool) -> None:
    seeds = 1 + trains
    first = sweep(runs, launcher=REFUSING, seeds=seeds).wait()
    assert [each.status for each in first.cells] == ["finished", "failed"][:seeds]
    assert len(list((runs / ".sweep").rglob("closed"))) == trains
    second = sweep(runs, launcher=REFUSING, seeds=seeds).wait()
    second.close()
    first.close()


@pytest.mark.parametrize("given", [(), "zookit/tensorboard"])
def test_jobs_have_the_listeners_of_every_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv("ZOOKIT_WITH", " tensorboard\n")
    with sweep(tmp_path / "runs", launcher=REFUSING, listeners=given) as found:
        (cell,) = found
    assert cell.reason == f"listeners: {given or 'tensorboard'}"


def test_the_folder_is_free_after_the_last_cell(runs: Path) -> None:
    first = sweep(runs, launcher=REFUSING, seeds=2)
    for _ in zip(range(2), first, strict=False):  # does not ask whether there is a third one
        pass
    assert list((runs / ".sweep").rglob("closed"))
    sweep(runs, launcher=REFUSING, seeds=2).wait()


def test_what_does_not_fit_is_in_misfits(runs: Path) -> None:
    with sweep(runs, callbacks=["", "early_stopping:3"]) as found:
        (reason,) = found.misfits.values()
    assert "val_loss" in reason


@pytest.mark.parametrize(
    ("more", "error", "expected"),
    [
        ({"launcher": "locla"}, UnknownName, "local"),
        ({"search": "gird"}, UnknownName, "grid"),
        ({"listeners": "tensorbord"}, UnknownName, "tensorboard"),
        ({"vary": {"units": [1, 2]}}, Exception, "units"),
        ({"exclude": [{"seed": 0}]}, BadExperiment, "nothing to train"),
        ({"exclude": {"seed": 0}}, BadExperiment, "exclude"),
        ({"vary": "epochs=1"}, BadExperiment, "vary must be a dict"),
        ({"vary": {"learning_rate": {"low": 1}}}, BadParameter, "vary={'learning_rate': {'low'"),
        ({"epoch": 2}, BadParameter, "^sweep: no parameter 'epoch'. Did you mean 'epochs'"),
        ({"seeds": "x"}, BadExperiment, "write \\[5, 7\\]"),
        ({"launcher": 5}, BadParameter, "launcher must be words.* got 5"),
        ({"listeners": 5}, BadParameter, "listeners must be words.* got 5"),
        ({"listeners": [5]}, BadParameter, "listeners must be words.*5"),
        ({"folder": ""}, BadParameter, "runs_dir is empty"),
        ({"callbacks": "early_stopin"}, UnknownName, "early_stopping"),
        ({"callbacks": None}, BadExperiment, "callbacks"),
        ({"optimizer": SGD()}, BadExperiment, "optimizer"),
        ({"epochs": [1, 2]}, BadExperiment, "vary="),
        ({"reuse": "al"}, BadParameter, "'al'"),
    ],
)
def test_mistakes_are_errors_before_anything_is_trained(
    tmp_path: Path, more: dict[str, Any], error: type[Exception], expected: str
) -> None:
    with pytest.raises(error, match=expected):
        sweep(more.pop("folder", tmp_path / "runs"), **more)


@pytest.mark.parametrize("wrong", [5, None, small_images])
def test_what_is_no_words_is_refused(tmp_path: Path, wrong: Any) -> None:
    with pytest.raises(BadExperiment, match="datasets"):
        zookit.sweep(wrong, "dense", runs_dir=tmp_path)
    with pytest.raises(BadExperiment, match="architectures"):
        zookit.sweep("mnist", wrong, runs_dir=tmp_path)


def test_what_is_none_is_not_given(runs: Path) -> None:
    with sweep(runs, freeze=None, metrics=None, vary=None) as found:
        assert [each.kept for each in found] == [True]


@pytest.mark.slow
def test_a_sweep_can_be_left_and_goes_on(tmp_path: Path) -> None:
    words: dict[str, Any] = {"seeds": 3, "runs_dir": tmp_path / "runs", **SMALL}
    with zookit.sweep(small_images(), ["dense:4", "dense:8"], **words) as found:
        first = next(iter(found))
    assert first.status == "finished"
    with zookit.sweep(small_images(), ["dense:4", "dense:8"], **words) as found:
        cells = list(found)
    assert [each.status for each in cells] == ["finished"] * 6
    assert 1 <= sum(each.kept for each in cells) < 6
