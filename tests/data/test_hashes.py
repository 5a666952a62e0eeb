"""Hashes of files and folders, cached until a file changes."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from bounded import bounded
from made_data import zipped
from permissions import permissions_obeyed

from zookit.core import DataError
from zookit.core.data import cache_folder
from zookit.data.hashes import remembered, sha256_of_file, sha256_of_folder

pytestmark = pytest.mark.usefixtures("fresh_cache")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_bytes(b"a")
    (folder / "sub" / "b.txt").write_bytes(b"b")
    return folder


def notes() -> list[Path]:
    return [path for path in (cache_folder() / "hashes").iterdir() if path.is_file()]


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "file.gz"
    for level in (1, 9):
        path.write_bytes(zipped(b"content", level))
        assert sha256_of_file(path, decompressed=True) == hashlib.sha256(b"content").hexdigest()
        assert sha256_of_file(path) == hashlib.sha256(zipped(b"content", level)).hexdigest()
    path.write_bytes(zipped(b"content")[:-5])
    with pytest.raises(DataError, match=r"file\.gz"):
        sha256_of_file(path, decompressed=True)


def test_a_folder_by_names_and_contents(folder: Path) -> None:
    first = sha256_of_folder(folder)
    (folder / "a.txt").write_bytes(b"c")
    second = sha256_of_folder(folder)
    (folder / "a.txt").rename(folder / "c.txt")
    third = sha256_of_folder(folder)
    assert len({first, second, third}) == 3
    (folder / "c.txt").rename(folder / "a.txt")
    (folder / "a.txt").write_bytes(b"a")
    assert sha256_of_folder(folder) == first


def test_junk_does_not_count(folder: Path) -> None:
    first = sha256_of_folder(folder)
    for name in (".DS_Store", "sub/Thumbs.db", "sub/@eaDir/b.txt", "$RECYCLE.BIN/c", ".git/d"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"junk")
    assert sha256_of_folder(folder) == first
    (folder / ".labels").write_bytes(b"hidden, but a data set may read it")
    assert sha256_of_folder(folder) != first


def test_a_link_to_a_folder_that_is_there_counts(folder: Path) -> None:
    first = sha256_of_folder(folder)
    (folder / "sub2").symlink_to("sub")
    second = sha256_of_folder(folder)
    (folder / "sub2").unlink()
    (folder / "sub2").symlink_to(".")
    third = sha256_of_folder(folder)
    assert len({first, second, third}) == 3
    (folder / "sub2").unlink()
    assert sha256_of_folder(folder) == first


def test_crossed_links_cost_no_time(tmp_path: Path) -> None:
    for at in range(12):
        (tmp_path / f"{at}").mkdir()
        for other in range(12):
            (tmp_path / f"{at}" / f"to {other}").symlink_to(tmp_path / f"{other}")
    with bounded(seconds=2):
        sha256_of_folder(tmp_path)


def test_a_file_that_vanishes_is_named(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It is listed, and gone when it is read; so is a whole folder."""
    rest = sha256_of_folder(folder)
    (folder / "gone").mkdir()
    for at in range(7):
        (folder / "gone" / f"{at}").write_bytes(b"x")

    @contextmanager
    def removing(label: str, total: int | None, unit: str) -> Iterator[Callable[[int], None]]:
        shutil.rmtree(folder / "gone")
        yield lambda amount: None

    assert sha256_of_folder(folder, removing) == rest
    assert [str(folder / "gone" / "0") in line for line in caplog.messages] == [True] + [False] * 5
    assert "2 more" in caplog.messages[-1]


def test_an_unreadable_file_or_folder_changes_the_hash(folder: Path) -> None:
    hashes = [sha256_of_folder(folder)]
    with permissions_obeyed():
        for path in (folder / "a.txt", folder / "sub"):
            path.chmod(0)
            hashes.append(sha256_of_folder(folder))
            path.chmod(0o755)
    assert len(set(hashes)) == 3
    assert sha256_of_folder(folder) == hashes[0]


def test_an_unchanged_folder_is_read_once(folder: Path) -> None:
    labels: list[str] = []

    @contextmanager
    def progress(label: str, total: int | None, unit: str) -> Iterator[Callable[[int], None]]:
        labels.append(label)
        yield lambda amount: None

    assert sha256_of_folder(folder, progress) == sha256_of_folder(folder, progress)
    assert labels == ["reading files"]


def test_a_change_that_keeps_size_and_time_is_noticed(folder: Path) -> None:
    first = sha256_of_folder(folder)
    path = folder / "a.txt"
    before = path.stat()
    while path.stat().st_ctime_ns == before.st_ctime_ns:  # file times are coarse
        path.write_bytes(b"z")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert sha256_of_folder(folder) != first


def test_values_of_different_kinds_are_kept_apart(folder: Path) -> None:
    assert remembered("one", folder, lambda: "1") == "1"
    assert remembered("other", folder, lambda: "2") == "2"
    assert remembered("one", folder, lambda: "3") == "1"


@pytest.mark.parametrize("content", [b"", b"incomplete", b"\xff\n"])
def test_a_damaged_note_is_computed_again(folder: Path, content: bytes) -> None:
    first = sha256_of_folder(folder)
    (note,) = notes()
    note.write_bytes(content)
    assert sha256_of_folder(folder) == first


def test_a_cache_that_cannot_be_written_does_not_matter(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = sha256_of_folder(folder)
    (tmp_path / "file").touch()
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "file" / "cache"))
    assert sha256_of_folder(folder) == first
