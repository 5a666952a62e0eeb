"""What the cache contains: listed and removed."""

import os
from pathlib import Path

import pytest
from made_data import Made, put_files

from zookit.core import FolderError
from zookit.core.data import cache_folder
from zookit.data.cache_contents import cache_entries, remove
from zookit.data.prepared import prepare


@pytest.fixture(autouse=True)
def prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache with a prepared data set and a downloaded file."""
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "cache"))
    assert cache_entries() == ()
    put_files(tmp_path / "data" / "made")
    monkeypatch.setenv("ZOOKIT_DATA_DIR", str(tmp_path / "data"))
    prepare(Made(), "full", "made", "made==1")
    downloads = cache_folder() / "downloads"
    (downloads / "fashion-mnist").mkdir(parents=True)
    (downloads / "fashion-mnist" / "a.part").write_bytes(b"12345")
    (downloads / "stray").touch()


def test_entries() -> None:
    made, downloads = cache_entries()
    assert (made.name, made.title, made.kind) == ("made", "made (full)", "prepared")
    pixels = 42 * 64
    assert pixels < made.size < pixels + 3000
    assert (downloads.name, downloads.title) == ("fashion_mnist", "fashion-mnist")
    assert (downloads.kind, downloads.size) == ("downloads", 5)


def test_a_damaged_entry_is_listed_as_such() -> None:
    (cache_entries()[0].folder / "meta.json").write_text("{")
    assert cache_entries()[0].title == "made (damaged)"


def test_a_removed_entry_is_gone_with_hashes_and_leftovers() -> None:
    made, downloads = cache_entries()
    unpacking = cache_folder() / "unpacking"
    for name in ("in use", "left"):
        (unpacking / name).mkdir(parents=True)
    os.utime(unpacking / "left", (0, 0))
    assert (cache_folder() / "hashes").exists()
    remove(made)
    assert cache_entries() == (downloads,)
    assert not (cache_folder() / "hashes").exists()
    assert list(unpacking.iterdir()) == [unpacking / "in use"]
    with pytest.raises(FolderError, match="cannot be removed"):
        remove(made)
