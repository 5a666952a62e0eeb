"""What the cells of a sweep start from, even when it is gone."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Command
from small_runs import DENSE, small_images, small_run

from zookit.core import BadRun, Experiment, FolderError
from zookit.runs.naming import NoRuns
from zookit.sweeps.options import SweepOptions
from zookit.sweeps.request import SweepRequest
from zookit.sweeps.starts import Starts, start_of_job
from zookit.sweeps.sweep import Sweep, plan, read_request

Asked = Callable[..., Sweep]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A run to start from, which a test may remove."""
    return Path(shutil.copytree(small_run(), tmp_path / "elsewhere" / small_run().name))


@pytest.fixture
def asked(source: Path, tmp_path: Path) -> Asked:
    """Plan a sweep that starts from the source, in words or with what is given."""

    def asked(init: object = source, runs_dir: Path = tmp_path / "runs", **given: Any) -> Sweep:
        options: dict[str, Any] = {"epochs": 1, "batch_size": 4, "learning_rate": 0.01}
        options |= {} if init is None else {"init": str(init)}
        request = SweepRequest.of(
            datasets=[small_images()], architectures=[DENSE], options=options, **given
        )
        sweep = plan(request, SweepOptions(), runs_dir)
        sweep.close()
        return sweep

    return asked


def identities(sweep: Sweep) -> list[str]:
    return [each.cell.identity for each in sweep.states]


def test_a_sweep_is_planned_again_when_the_run_it_starts_from_is_gone(
    asked: Asked, source: Path, tmp_path: Path
) -> None:
    before = asked()
    shutil.rmtree(source)
    for words in (source, source.name, source.name[:-2]):
        again = asked(words)
        assert identities(again) == identities(before)
        assert again.request == before.request
    attached = plan(*read_request(tmp_path / "runs"), tmp_path / "runs")
    attached.close()
    assert identities(attached) == identities(before)
    moved = (tmp_path / "runs").rename(tmp_path / "moved")
    assert identities(asked(source, moved)) == identities(before)
    varied = asked(None, moved, vary={"init": [source.name, ""]})
    assert identities(varied)[0] == identities(before)[0]
    assert len(set(identities(varied))) == 2


def test_a_job_starts_from_the_sweeps_copy(asked: Asked, source: Path) -> None:
    (state,) = asked().states
    shutil.rmtree(source)
    experiment = Experiment.from_toml(state.cell.job((), None).experiment)
    start = start_of_job(experiment)
    assert start is not None
    assert (start.name, len(start.parts)) == (source.name, 2)
    assert start.installed is not None
    Path(experiment.initial_weights).unlink()
    with pytest.raises(BadRun, match="again"):
        start_of_job(experiment)


def test_what_is_there_is_read_rather_than_its_copy(asked: Asked, source: Path) -> None:
    before = asked()
    other = source.parent / "other"
    shutil.copytree(small_run(), other)
    (state,) = asked(other).states
    assert identities(asked()) == [state.cell.identity] == identities(before)
    (source / "weights.safetensors").unlink()
    with pytest.raises(BadRun, match="missing"):
        asked()


def test_what_is_neither_there_nor_copied_is_refused(
    asked: Asked, source: Path, tmp_path: Path
) -> None:
    asked()
    with pytest.raises(BadRun, match="nowhere"):
        asked("nowhere")
    with pytest.raises(NoRuns):
        asked("latest")
    (copy,) = (tmp_path / "runs" / ".sweep" / "initial_weights").iterdir()
    shutil.rmtree(source)
    copy.write_bytes(b"no weights")
    with pytest.raises(BadRun, match=source.name):
        asked()
    copy.unlink()
    copy.parent.rmdir()
    copy.parent.write_text("a file")
    starts = Starts(tmp_path / "runs")
    starts.read(str(small_run()))
    with pytest.raises(FolderError, match="initial_weights"):
        starts.save()


@pytest.mark.slow
def test_a_sweep_is_trained_and_shown_when_the_run_it_starts_from_is_gone(
    zookit: Command, asked: Asked, source: Path, tmp_path: Path
) -> None:
    sweep = plan(*(asked().request, SweepOptions()), tmp_path / "runs")
    shutil.rmtree(source)
    sweep.start()
    (state,) = sweep.ended()
    sweep.close()
    assert state.status == "finished", state
    assert state.folder is not None
    experiment = Experiment.from_toml((state.folder / "experiment.toml").read_text())
    assert experiment.initial_weights == source.name
    shown = zookit("sweep", "--attach", tmp_path / "runs")
    assert shown.code == 0, shown.err
    assert "1 finished, 1 of them before" in shown.out
