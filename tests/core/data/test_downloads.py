"""The folder of downloads is one of the cache, and is used by one process at a time."""

from pathlib import Path

import pytest

from zookit.core import DataUnavailable
from zookit.core.data import downloading, downloads_folder, lock_file
from zookit.core.data.cache import is_marked
from zookit.data.cache_contents import cache_entries


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path))
    return tmp_path / "zookit-cache"


def test_what_is_downloaded_is_listed(cache: Path) -> None:
    with downloading("hub-cats") as folder:
        (folder / "a").write_bytes(b"1234")
    assert is_marked(cache)
    (entry,) = cache_entries()
    assert (entry.name, entry.kind, entry.size) == ("hub_cats", "downloads", 4)
    assert entry.folder == folder == downloads_folder("hub-cats")


def test_others_are_kept_out(cache: Path) -> None:
    with downloading("hub-cats"), pytest.raises(BlockingIOError):
        lock_file(cache / "locks" / "download-hub-cats.lock", 0)


def test_a_cache_that_cannot_be_written_is_one_line(cache: Path) -> None:
    cache.mkdir()
    (cache / "downloads").write_text("a file")
    with pytest.raises(DataUnavailable, match="ZOOKIT_CACHE_DIR"), downloading("hub-cats"):
        pass
