"""Hashes of files and folders, cached until a file changes."""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from made_data import zipped

from zookit.core import DataError
from zookit.core.data import cache_folder
from zookit.data.hashes import remembered, sha256_of_file, sha256_of_folder


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "cache"))


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
