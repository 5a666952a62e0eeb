"""What the cache contains: listed and removed."""

import json
import os
import shutil
from pathlib import Path

import pytest
from made_data import Made, put_files

from zookit.core import FolderError
from zookit.core.data import cache_folder, written_aside
from zookit.data.cache_contents import (
    cache_entries,
    check_removable,
    left_by_earlier_versions,
    remove,
    verify,
)
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


def test_a_run_that_is_elsewhere_is_an_entry_that_can_be_removed() -> None:
    folder = cache_folder() / "pulled" / "0123"
    (folder / "20260101-120000Z-abcdef12").mkdir(parents=True)
    (folder / "20260101-120000Z-abcdef12" / "weights").write_bytes(b"12345")
    entry = cache_entries()[-1]
    assert (entry.name, entry.kind, entry.size) == ("20260101-120000Z-abcdef12", "runs", 5)
    remove(entry)
    assert not folder.exists()


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
    assert list((cache_folder() / "hashes").iterdir()) == []
    assert list(unpacking.iterdir()) == [unpacking / "in use"]
    remove(made)  # another process has removed it


def test_what_an_earlier_version_prepared_is_listed_as_such() -> None:
    made, _ = cache_entries()
    meta = made.folder / "meta.json"
    meta.write_text(json.dumps({**json.loads(meta.read_text()), "format": 1}))
    (listed,) = (each for each in cache_entries() if each.kind == "prepared")
    assert "not used" in listed.title
    assert not listed.is_current
    assert verify(listed) == ""
    remove(listed)
    assert not listed.folder.exists()


def test_what_a_killed_process_was_writing_is_listed_and_removed(tmp_path: Path) -> None:
    made, _ = cache_entries()
    with pytest.raises(KeyboardInterrupt), written_aside(made.folder) as aside:  # noqa: PT012
        shutil.copytree(made.folder, aside)
        shutil.copytree(aside.parent, tmp_path / "copy")
        raise KeyboardInterrupt
    shutil.move(tmp_path / "copy", made.folder.parent / ".zookit-random.aside")
    left = cache_entries()[1]
    assert left.name == "made"
    assert left.size > 2000
    remove(left)
    assert not left.folder.exists()
    assert made.folder.exists()


def test_only_a_marked_cache_is_cleared(tmp_path: Path) -> None:
    (cache_folder() / "CACHEDIR.TAG").unlink()
    for entry in cache_entries():
        with pytest.raises(FolderError, match=r"CACHEDIR\.TAG"):
            remove(entry)
        assert entry.folder.exists()
    (tmp_path / "tag").write_text(
        "Signature: 8a477f597d28d172789f06886806bc55\n"
    )  # another program's
    (cache_folder() / "CACHEDIR.TAG").symlink_to(tmp_path / "tag")
    with pytest.raises(FolderError):
        check_removable()


def test_links_are_neither_followed_nor_listed(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    (mine / "inner").mkdir(parents=True)
    (mine / "inner" / "file").touch()
    (cache_folder() / "prepared" / "mine-0123456789abcdef").symlink_to(mine)
    (cache_folder() / "downloads" / "mine").symlink_to(mine)
    made, downloads = cache_entries()
    (downloads.folder / "mine").symlink_to(mine)
    shutil.rmtree(cache_folder() / "hashes")
    (cache_folder() / "hashes").symlink_to(mine / "inner")
    for entry in (made, downloads):
        remove(entry)
    assert (mine / "inner" / "file").exists()


@pytest.mark.parametrize("name", ["downloads", "prepared", "unpacking", "hashes"])
def test_a_link_of_the_cache_is_not_cleared(tmp_path: Path, name: str) -> None:
    mine = tmp_path / "mine"
    for each in ("made-0123456789abcdef", ".zookit-old.aside/made-0123456789abcdef"):
        (mine / each).mkdir(parents=True)
        (mine / each / "file").touch()
        os.utime((mine / each).parent if each[0] == "." else mine / each, (0, 0))
    (mine / ("a" * 64)).touch()
    shutil.rmtree(cache_folder() / name, ignore_errors=True)
    (cache_folder() / name).symlink_to(mine)
    before = sorted(mine.rglob("*"))
    for entry in cache_entries():
        remove(entry)
    assert sorted(mine.rglob("*")) == before


def test_a_damaged_entry_is_verified_as_such() -> None:
    made, downloads = cache_entries()
    assert verify(made) == verify(downloads) == ""
    (made.folder / "train-images.npy").unlink()
    assert "train-images.npy" in verify(made)


def test_data_beside_the_cache_of_an_earlier_version_is_mentioned(tmp_path: Path) -> None:
    assert left_by_earlier_versions() == ()
    made, _ = cache_entries()
    (tmp_path / "cache" / "prepared" / "my-own").mkdir(parents=True)
    assert left_by_earlier_versions() == ()
    shutil.copytree(made.folder, tmp_path / "cache" / "prepared" / made.folder.name)
    assert left_by_earlier_versions() == (tmp_path / "cache" / "prepared" / made.folder.name,)
