"""Files of epochs that are trained again are removed, and nothing else."""

import os
from pathlib import Path

from contents import contents

from zookit.runs.callback_files import entries, remove_later_files


def test_files_of_later_epochs_are_removed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "epoch-00009.png").write_text("precious")
    folder = tmp_path / "run" / "files" / "drawings"
    folder.mkdir(parents=True)
    for name in ("epoch-00002.png", "epoch-00003.png", "epoch-00003.csv", "notes.txt"):
        (folder / name).write_text(name)
    (folder / "epoch-00004.png").symlink_to(elsewhere / "epoch-00009.png")
    (folder / "epoch-00005.model").symlink_to(elsewhere)
    (folder / "epoch-00006.model").mkdir()
    (folder / "epoch-00006.model" / "part").write_text("part")
    os.mkfifo(folder / "epoch-00007.png")
    (folder.parent / "linked").symlink_to(elsewhere)
    remove_later_files(tmp_path / "run", 2)
    assert sorted(each.name for each in folder.iterdir()) == ["epoch-00002.png", "notes.txt"]
    assert contents(elsewhere) == {"epoch-00009.png": b"precious"}


def test_a_run_may_have_no_files(tmp_path: Path) -> None:
    remove_later_files(tmp_path, 0)
    assert entries(tmp_path / "files") == []
    (tmp_path / "files").symlink_to(tmp_path)
    remove_later_files(tmp_path, 0)
    assert entries(tmp_path / "files") == []
