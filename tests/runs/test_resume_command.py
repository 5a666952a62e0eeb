"""The command that resumes a run, as messages show it."""

from pathlib import Path

import pytest
from conftest import Command
from made_files import here, write
from small_runs import SMALL, interrupt_after_each_epoch, small_images

import zookit as package
from zookit.report.grid import GridCell, grid_of
from zookit.runs.resume_command import resume_command, resume_command_in
from zookit.runs.summary import summary_of

__all__ = ["here"]


def test_the_file_of_a_component_is_in_the_command(zookit: Command, here: Path) -> None:
    run = package.run(small_images(), "./net.py:MyNet", **{**SMALL, "epochs": 1})
    ended = zookit("--plugin", "net.py", "resume", "latest")
    assert ended.code == 0
    assert f"zookit --plugin net.py resume {run.folder} --epochs N" in ended.err
    cell = GridCell(values={"dataset": "own"}, status="finished", run=summary_of(run))
    (best,) = grid_of([cell]).bests
    where = run.folder.relative_to(here)
    assert best.command == f"zookit --plugin net.py predict {where} IMAGE"
    assert resume_command_in(run.folder) == f"zookit --plugin net.py resume {run.folder}"


def test_a_file_elsewhere_is_named_with_its_path(here: Path, tmp_path: Path) -> None:
    inner = here / "inner"
    inner.mkdir()
    path = write(here / "my nets")
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(inner)
        run = package.run(small_images(), f"{path}:MyNet", **{**SMALL, "epochs": 1})
        assert resume_command(run, name="latest") == f"zookit --plugin '{path}' resume latest"
        patched.setenv("ZOOKIT_PLUGINS", "")
        assert resume_command(run, name="latest") == "zookit --plugin net.py resume latest"


def test_an_interruption_names_the_file(
    zookit: Command, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt_after_each_epoch(monkeypatch)
    ended = zookit("run", small_images(), "./net.py:MyNet", "--epochs", "3", "--runs-dir", "r2")
    assert ended.code == 130
    command = "zookit --plugin net.py resume latest --runs-dir r2"
    assert ended.err.splitlines()[-1].endswith(command)
    assert zookit("report", "latest", "--runs-dir", "r2", "--output", "page.html").code == 0
    assert "zookit --plugin net.py resume" in Path("page.html").read_text(encoding="utf-8")
