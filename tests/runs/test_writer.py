"""Writing a run's folder: at every moment, what is there is complete."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Literal

import keras
import pytest
from small_runs import DENSE, SMALL, different_ends

import zookit
from zookit.core import FolderError, Listener, RunContext, hookimpl
from zookit.runs.run import EXPERIMENT, read_run
from zookit.runs.writer import check_runs_dir, make_folder, written


def test_folders_of_one_second_have_different_names(tmp_path: Path) -> None:
    now = datetime(2026, 11, 22, 23, 59, 58, tzinfo=timezone(timedelta(hours=-5)))
    names = [make_folder(tmp_path / "runs", "c31bcc3a99", now).name for _ in range(3)]
    base = "20261123-045958Z-c31bcc3a"
    assert names == [base, f"{base}-2", f"{base}-3"]


def test_a_runs_folder_that_cannot_be_written_is_found_before_any_work(tmp_path: Path) -> None:
    check_runs_dir(tmp_path / "not" / "yet")
    (tmp_path / "file").write_text("")
    for runs_dir in (tmp_path / "file", tmp_path / "file" / "runs"):
        with pytest.raises(FolderError, match="file is not a folder"):
            check_runs_dir(runs_dir)
    run = tmp_path / "run"
    run.mkdir()
    (run / EXPERIMENT).write_text("")
    for runs_dir in (run, run / "more"):
        with pytest.raises(FolderError, match="run is a run"):
            check_runs_dir(runs_dir)
    with pytest.raises(FolderError, match=r"not a folder|Not a directory"):
        make_folder(tmp_path / "file" / "runs", "c3", datetime.now().astimezone())


def test_a_file_is_replaced_at_the_end_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("before")
    with pytest.raises(UnicodeEncodeError), written(path) as aside:
        aside.write_text("half\ud800")
    assert path.read_text() == "before"
    with written(path) as aside:
        aside.write_text("after")
        assert path.read_text() == "before"
    assert path.read_text() == "after"
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


@dataclass(frozen=True)
class Spoil(Listener):
    """Does something bad to the run's folder when the second epoch starts."""

    how: Literal["full", "forbidden", "gone", "weights"] = "full"

    @hookimpl
    def keras_callbacks(self, run: RunContext) -> Sequence[keras.callbacks.Callback]:
        def begin(epoch: int, logs: Mapping[str, Any] | None = None) -> None:
            if epoch != 1:
                return
            if self.how == "full":
                with (run.folder.parent / "filler").open("wb", 0) as filler, suppress(OSError):
                    while True:
                        filler.write(bytes(4096))
            elif self.how == "forbidden":
                os.seteuid(65534)
            elif self.how == "weights":
                (run.folder / "weights.safetensors" / "in the way").mkdir(parents=True)
            else:
                shutil.rmtree(run.folder)

        return [keras.callbacks.LambdaCallback(on_epoch_begin=begin)]


def spoiled(images: str, runs_dir: Path, how: str) -> str:
    """Train two epochs and return the error."""
    with pytest.raises(FolderError) as raised:
        zookit.run(
            images,
            DENSE,
            listeners=Spoil(how),  # type: ignore[arg-type]
            runs_dir=runs_dir,
            epochs=2,
            **{**SMALL, "quiet": False},
        )
    return str(raised.value)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_leaves_the_last_checkpoint_whole(
    images: str, small_disk: Path, finished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    message = spoiled(images, small_disk, "full")
    (run,) = small_disk.glob("2*")
    assert "cannot be written: No space left on device" in message
    assert message.endswith(f"zookit resume {run}")
    assert "saved in" not in capsys.readouterr().out
    assert not list(run.glob(".*aside"))
    (small_disk / "filler").unlink()
    assert zookit.resume(run, quiet=True).status == "finished"
    assert [each.epochs for each in read_run(run).environment.resumptions] == [1]
    assert different_ends(run, finished) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")
def test_a_folder_that_may_no_longer_be_written(images: str, tmp_path: Path) -> None:
    try:
        message = spoiled(images, tmp_path / "runs", "forbidden")
    finally:
        os.seteuid(0)
    assert "cannot be written: Permission denied" in message
    assert "disk space" not in message
    (run,) = (tmp_path / "runs").iterdir()
    assert read_run(run).status == "killed"
    assert read_run(run).epochs == 1


def test_a_folder_that_is_gone_is_not_created_again(
    images: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "does not exist any more" in spoiled(images, tmp_path / "runs", "gone")
    assert "saved in" not in capsys.readouterr().out
    assert not list((tmp_path / "runs").iterdir())


def test_a_run_has_no_end_before_its_weights_are_written(images: str, tmp_path: Path) -> None:
    assert "weights.safetensors cannot be written" in spoiled(images, tmp_path, "weights")
    (run,) = tmp_path.iterdir()
    assert read_run(run).status == "killed"
    assert read_run(run).epochs == 2
