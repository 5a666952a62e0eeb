"""A sweep in its folder: planned, read again, and with nothing left to train."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from made_runs import digits, make_one

from zookit.core import BadExperiment, BadRun, FolderError, ZookitError
from zookit.runs.run import ENVIRONMENT, EXPERIMENT, METRICS
from zookit.sweeps.kept import Reuse
from zookit.sweeps.options import SweepOptions
from zookit.sweeps.request import SweepRequest
from zookit.sweeps.sweep import REQUEST, Sweep, plan, read_request

pytestmark = pytest.mark.xdist_group("leaderboard")
OPTIONS = Path(".sweep", "options.json")


def request(**changes: Any) -> SweepRequest:
    """Return a request of the experiment of `digits`."""
    given: dict[str, Any] = {
        "datasets": ["mnist"],
        "architectures": ["dense:8"],
        "options": {"epochs": 1, "batch_size": 64, "data": "sample"},
    }
    return SweepRequest.of(**{**given, **changes})


def planned(runs_dir: Path, options: SweepOptions | None = None, **changes: Any) -> Sweep:
    return plan(request(**changes), options or SweepOptions(), runs_dir)


def test_what_was_asked_for_is_read_again(tmp_path: Path) -> None:
    options = SweepOptions(
        launcher="local:workers=1",
        listeners=("tensorboard",),
        limit=60.0,
        reuse=Reuse(versions=True, threads=True),
    )
    changes: dict[str, Any] = {
        "seeds": [3, 5],
        "vary": {"learning_rate": [0.1, 0.01]},
        "exclude": [{"seed": 3, "learning_rate": 0.1}],
        "callbacks": [["stop_at_loss:0.1"], []],
    }
    planned(tmp_path, options, **changes).close()
    assert read_request(tmp_path) == (request(**changes), options)
    planned(tmp_path).close()
    assert read_request(tmp_path) == (request(), SweepOptions())


def refused(call: Callable[[], object]) -> str:
    """Return the one line of the error that a call raises."""
    with pytest.raises(BadRun) as raised:
        call()
    line = str(raised.value)
    assert "\n" not in line
    return line


def test_a_folder_without_a_sweep_cannot_be_continued(tmp_path: Path) -> None:
    line = refused(lambda: read_request(tmp_path))
    for text in (str(tmp_path), REQUEST, "zookit sweep"):
        assert text in line
    refused(lambda: read_request(tmp_path / "missing"))
    planned(tmp_path).close()
    (tmp_path / OPTIONS).unlink()
    line = refused(lambda: read_request(tmp_path))
    assert f"{tmp_path / OPTIONS} is missing" in line
    assert REQUEST not in line


@pytest.mark.parametrize(
    ("file", "content"),
    [
        (REQUEST, "no TOML"),
        (REQUEST, ""),
        (REQUEST, "format = 1\n"),
        (REQUEST, "format = 99\n"),
        (REQUEST, "format = 1\nseeds = 'x'"),
        (REQUEST, "\0\xff"),
        (OPTIONS, "{"),
        (OPTIONS, ""),
        (OPTIONS, "[]"),
        (OPTIONS, "{}"),
    ],
)
def test_a_damaged_file_of_a_sweep_is_one_line(
    tmp_path: Path, file: str | Path, content: str
) -> None:
    planned(tmp_path).close()
    (tmp_path / file).write_text(content, encoding="latin-1")
    line = refused(lambda: read_request(tmp_path))
    assert str(tmp_path / file) in line
    assert ".." not in line


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("format", 2),
        ("launcher", 3),
        ("listeners", 3),
        ("listeners", [3]),
        ("listeners", "abc"),
        ("limit", "long"),
        ("reuse", {"a": 1}),
        ("reuse", None),
    ],
)
def test_an_option_that_was_never_written_is_one_line(
    tmp_path: Path, key: str, value: object
) -> None:
    planned(tmp_path).close()
    edit_json(tmp_path / OPTIONS, **{key: value})
    assert str(tmp_path) in refused(lambda: read_request(tmp_path))


def test_a_sweep_without_a_cell_that_fits_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadExperiment, match=r"no combination fits.*8\+8"):
        planned(tmp_path, architectures=["cnn:8+8+8+8+8+8"])
    with pytest.raises(BadExperiment, match=str(tmp_path / "none")):
        planned(tmp_path, datasets=[f"image_folder:{tmp_path / 'none'},size=8"])
    with pytest.raises(BadExperiment, match="excluded"):
        planned(tmp_path, exclude=[{"seed": 0}])
    assert not (tmp_path / REQUEST).exists()
    planned(tmp_path).close()  # the folder is not in use any more


def test_misfits_are_left_out_with_their_reason(tmp_path: Path) -> None:
    none = f"image_folder:{tmp_path / 'none'},size=8"
    sweep = planned(
        tmp_path / "runs", datasets=["mnist", none], architectures=["dense:8", "cnn:8+8+8+8+8+8"]
    )
    sweep.close()
    (state,) = sweep.states
    assert state.cell.values["architecture"] == "dense:8"
    assert sweep.missing == 1
    assert len(sweep.misfits) == 3
    assert all(each.reason for each in sweep.misfits)


def test_a_launcher_and_listeners_are_checked_before_anything_is_written(tmp_path: Path) -> None:
    for options in (SweepOptions(launcher="nowhere"), SweepOptions(listeners=("nobody",))):
        with pytest.raises(ZookitError, match=r"nowhere|nobody"):
            planned(tmp_path, options)
    assert not list(tmp_path.iterdir())


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A folder with a run of each of the seeds 0 and 1, the second stopped by a search."""
    elsewhere = planned(tmp_path / "elsewhere", seeds=2)
    elsewhere.close()
    for state, status in zip(elsewhere.states, ("finished", "pruned"), strict=True):
        folder = tmp_path / "runs" / f"20261122-100000-{state.cell.name[:8]}"
        shutil.copytree(digits().folder, folder)
        (folder / EXPERIMENT).write_text(state.cell.experiment.to_toml())
        edit_json(folder / ENVIRONMENT, identity=state.cell.identity)
        edit_json(folder / METRICS, status=status)
        make_one(folder)
    return tmp_path / "runs"


def edit_json(path: Path, **changes: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_a_sweep_with_nothing_to_train_opens_no_launcher(kept: Path) -> None:
    changes: list[object] = []
    sweep = planned(kept, seeds=2)
    assert sweep.missing == 0
    sweep.start(changes.append)
    states = list(sweep.ended())
    sweep.close()
    assert states == list(sweep.states)
    assert list(sweep.ended()) == states
    assert [each.status for each in states] == ["finished", "pruned"]
    assert all(each.kept and each.folder and each.folder.parent == kept for each in states)
    assert dict(states[0].test) == dict(digits().metrics)
    assert not changes
    assert not (kept / ".sweep" / "local").exists()


def test_a_sweep_may_be_closed_twice_and_before_it_starts(kept: Path) -> None:
    sweep = planned(kept, seeds=2)
    sweep.close()
    sweep.close()


def test_a_folder_is_free_once_its_sweep_is_closed(kept: Path) -> None:
    sweep = planned(kept, seeds=2)
    with pytest.raises(FolderError, match="another sweep") as raised:
        planned(kept)
    assert str(kept) in str(raised.value)
    assert "\n" not in str(raised.value)
    sweep.close()
    planned(kept).close()


def test_options_are_written_as_plain_values(tmp_path: Path) -> None:
    planned(tmp_path, SweepOptions(limit=5)).close()
    plain = json.loads((tmp_path / OPTIONS).read_text())
    assert (plain["format"], plain["limit"], plain["launcher"]) == (1, 5, "local")
