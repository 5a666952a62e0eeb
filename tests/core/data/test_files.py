"""Everything below a folder is found once, whatever links there are; the unreadable is named."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from bounded import bounded
from permissions import permissions_obeyed

from zookit.core import DataError
from zookit.core.data.files import RealFolders, entries_below, image_entries_below


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


def names(folder: Path) -> list[tuple[str, str]]:
    """What is below the folder, by kind and relative path."""
    found = entries_below(folder)
    return [(entry.kind, entry.path.relative_to(folder).as_posix()) for entry in found]


def test_files_in_the_order_of_names(tmp_path: Path) -> None:
    put(tmp_path, "b/1", "b/c/0", "a", "c", "b.txt", "b/2", "B/1")
    files = ["B/1", "a", "b/1", "b/2", "b/c/0", "b.txt", "c"]
    assert names(tmp_path) == [("file", each) for each in files]
    assert not list(entries_below(tmp_path / "none"))


def test_hidden_files_are_no_images_and_junk_is_nothing(tmp_path: Path) -> None:
    put(tmp_path, "a/1", "a/.labels", ".more/2", "a/@eaDir/1", ".DS_Store", "a/Thumbs.db")
    assert names(tmp_path) == [("file", ".more/2"), ("file", "a/.labels"), ("file", "a/1")]
    assert [entry.path for entry in image_entries_below(tmp_path)] == [tmp_path / "a" / "1"]


def test_crossed_links_cost_no_time(tmp_path: Path) -> None:
    """Each of 12 folders has links to all others: 12! paths without a loop."""
    folders = [tmp_path / "photos" / f"{at:02}" for at in range(12)]
    for folder in folders:
        put(folder, "image")
    for folder in folders:
        for other in folders:
            (folder / f"to {other.name}").symlink_to(other)
        (folder / "up").symlink_to(tmp_path / "photos")
    with bounded(seconds=2):
        found = list(entries_below(tmp_path / "photos"))
    assert len([entry for entry in found if entry.kind == "file"]) == 12
    assert len({entry.path.parent.resolve() for entry in found if entry.kind == "file"}) == 12


def test_a_link_found_first_does_not_hide_the_folder(tmp_path: Path) -> None:
    put(tmp_path, "real/1", "real/2")
    (tmp_path / "a link").symlink_to("real")
    (tmp_path / "@eaDir").symlink_to("real")
    assert names(tmp_path) == [("file", "a link/1"), ("file", "a link/2"), ("again", "real")]


def test_links_to_others_are_not_followed(tmp_path: Path) -> None:
    put(tmp_path, "cats/1", "dogs/2", "birds/3")
    (tmp_path / "cats" / "more").symlink_to("../dogs")
    (tmp_path / "cats" / "new").symlink_to("../birds")
    found = image_entries_below(tmp_path / "cats", RealFolders([tmp_path / "dogs"]))
    assert [(entry.kind, entry.path.name) for entry in found] == [
        ("file", "1"),
        ("again", "more"),
        ("file", "3"),
    ]


def nest(folder: Path, name: str, depth: int) -> None:
    """Create folders in folders, whose whole path may be longer than the system allows."""
    here = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir(name, dir_fd=here)
        below = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)


@pytest.mark.parametrize(
    ("name", "depth", "kind"),
    [("d", sys.getrecursionlimit(), "file"), ("d" * 250, 20, "unreadable")],
)
def test_nested_folders(tmp_path: Path, name: str, depth: int, kind: str) -> None:
    nest(tmp_path, name, depth)
    try:
        (found,) = entries_below(tmp_path)
        assert found.kind == kind
        assert ("too long" in found.detail) == (kind == "unreadable")
    finally:
        subprocess.run(["rm", "-r", tmp_path / name], check=True)  # pytest's own cleaning fails


def test_what_is_neither_a_file_nor_a_folder(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "broken").symlink_to("nothing")
    (tmp_path / "itself").symlink_to("itself")
    found = {entry.path.name: entry for entry in entries_below(tmp_path)}
    assert {entry.kind for entry in found.values()} == {"unreadable"}
    assert found["pipe"].detail == "is not a regular file"
    assert found["broken"].detail == found["itself"].detail == "is a broken link"


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_a_folder_without_permission(tmp_path: Path) -> None:
    put(tmp_path, "a/1", "b/2", "c/3")
    (tmp_path / "b").chmod(0)
    with permissions_obeyed():
        found = list(entries_below(tmp_path))
        with pytest.raises(DataError, match=r"cannot read .*b: Permission denied"):
            list(entries_below(tmp_path / "b"))
    assert [entry.kind for entry in found] == ["file", "unreadable", "file"]
    assert found[1].path == tmp_path / "b"
    assert "Permission denied" in found[1].detail


def test_a_folder_that_vanishes(tmp_path: Path) -> None:
    put(tmp_path, "a/1", "b/2")
    found = entries_below(tmp_path)
    assert next(found).path.name == "1"
    (tmp_path / "b" / "2").unlink()
    (tmp_path / "b").rmdir()
    (gone,) = found
    assert (gone.kind, gone.path) == ("unreadable", tmp_path / "b")
