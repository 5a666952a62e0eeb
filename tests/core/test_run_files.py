"""The files of callbacks in a run's folder."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zookit.core import EpochFiles, FolderError
from zookit.core.run_files import RunFiles, epoch_of


def files_of(folder: Path, name: str = "drawings", ended: int | None = 3) -> EpochFiles:
    files = RunFiles(folder, ended)
    files.claim(name, files)
    return EpochFiles(files, name)


def test_a_path_is_of_an_epoch(tmp_path: Path) -> None:
    path = files_of(tmp_path).path(3, ".png")
    assert path == tmp_path / "files" / "drawings" / "epoch-00003.png"
    path.write_bytes(b"1")
    assert epoch_of(path.name) == 3
    assert not files_of(tmp_path).path(3, ".png").exists()
    assert epoch_of("epoch-3.png") is epoch_of("notes.txt") is None


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\\b", ".hidden", "a b", "x" * 65, "a\n", 3])
def test_names_are_checked(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        files_of(tmp_path, name)


@pytest.mark.parametrize("suffix", ["", "png", "/x", ".png/../../x", "..", ".p ng", ".png\n", None])
def test_suffixes_are_checked(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(ValueError, match="suffix"):
        files_of(tmp_path).path(3, suffix)
    assert list(tmp_path.iterdir()) == []


@given(name=st.text(max_size=8), suffix=st.text(max_size=8))
def test_no_path_is_elsewhere(name: str, suffix: str) -> None:
    with pytest.raises((ValueError, FolderError)) as caught:
        files_of(Path("/nowhere/run"), name).path(3, suffix)
    if isinstance(caught.value, FolderError):
        assert str(caught.value).startswith("/nowhere/run/files/")


@pytest.mark.parametrize(("ended", "epoch"), [(3, 2), (3, 4), (None, 3), (3, "3")])
def test_only_the_epoch_that_has_just_ended_has_a_path(
    tmp_path: Path, ended: int | None, epoch: int
) -> None:
    with pytest.raises(ValueError, match="on_epoch_end"):
        files_of(tmp_path, ended=ended).path(epoch, ".png")


@pytest.mark.parametrize("place", ["files", "files/drawings"])
def test_links_are_not_followed(tmp_path: Path, place: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    link = tmp_path / "run" / place
    link.parent.mkdir(parents=True)
    link.symlink_to(elsewhere)
    with pytest.raises(FolderError, match=place):
        files_of(tmp_path / "run").path(3, ".png")
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("kind", ["link", "fifo", "folder"])
def test_what_is_in_the_place_of_a_file_is_removed(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "target"
    target.write_text("precious")
    path = files_of(tmp_path).path(3, ".png")
    if kind == "link":
        path.symlink_to(target)
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        path.mkdir()
        (path / "link").symlink_to(target)
    assert not os.path.lexists(files_of(tmp_path).path(3, ".png"))
    assert target.read_text() == "precious"
