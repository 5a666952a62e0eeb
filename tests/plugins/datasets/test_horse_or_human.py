"""Horses or Humans: the sample, and images from zip files and from folders."""

import os
import shutil
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from made_data import put_pictures
from samples import check_sample, sizes

from zookit.core import DataError
from zookit.core.data import cache_folder
from zookit.data.hashes import sha256_of_file
from zookit.data.prepared import Prepared, prepare
from zookit.plugins.datasets.horse_or_human import HorseOrHuman


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the data set in ZOOKIT_DATA_DIR."""
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("ZOOKIT_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data" / "horse-or-human"


def put_horses(home: Path, *, as_zip: bool) -> None:
    """Write images as they are published, in zip files, or the same in folders."""
    for part, archive in (
        ("train", "horse-or-human.zip"),
        ("validation", "validation-horse-or-human.zip"),
    ):
        folder = put_pictures(home / part, horses=5, humans=4)
        if as_zip:
            with zipfile.ZipFile(home / archive, "w") as opened:
                for path in sorted(folder.rglob("*.png")):
                    opened.write(path, path.relative_to(folder))
            shutil.rmtree(folder)


def prepared(dataset: HorseOrHuman | None = None) -> Prepared:
    return prepare(dataset or HorseOrHuman(), "full", "horse_or_human", "zookit==1")


def test_the_sample() -> None:
    check_sample(HorseOrHuman(), train=128, test=63)


def test_the_class_names() -> None:
    assert HorseOrHuman().info.class_names == ("horses", "humans")


def test_zip_files_and_folders_give_the_same(home: Path) -> None:
    put_horses(home, as_zip=False)
    folders = prepared()
    assert folders.origin == "local"
    assert folders.splits.train.images.shape == (9, 300, 300, 3)
    assert folders.splits.test.labels.tolist() == [0] * 5 + [1] * 4
    shutil.rmtree(home)
    put_horses(home, as_zip=True)
    archives = prepared()
    assert archives.hash == folders.hash
    assert np.array_equal(archives.splits.test.images, folders.splits.test.images)
    assert not list(cache_folder().glob("*horse-or-human*"))  # unpacked for a moment only


def test_junk_in_zip_files_is_ignored(home: Path) -> None:
    put_horses(home, as_zip=True)
    expected = prepared().hash
    for archive in home.glob("*.zip"):
        with zipfile.ZipFile(archive, "a") as opened:
            image = opened.read("horses/000.png")
            for name in ("horses/._000.png", "humans/@eaDir/0.png", "horses/$RECYCLE.BIN/1.png"):
                opened.writestr(name, image)
            opened.writestr("__MACOSX/horses/000.png", image)
            opened.writestr("humans/000.png.part", image)
    (home / "@eaDir").mkdir()
    assert prepared().hash == expected


def test_zip_files_need_no_cache(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_horses(home, as_zip=True)
    (tmp_path / "file").touch()
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "file" / "cache"))
    assert sizes(prepared()) == {"train": 9, "test": 9}


def test_the_pinned_zip_files_come_before_folders(home: Path) -> None:
    put_horses(home, as_zip=True)
    train, test = HorseOrHuman.files

    @dataclass(frozen=True)
    class Pinned(HorseOrHuman):
        files = (
            replace(train, sha256=sha256_of_file(home / train.name)),
            replace(test, sha256=sha256_of_file(home / test.name)),
        )

    put_pictures(home / "train", horses=1, humans=1)
    found = prepared(Pinned())
    assert found.origin == "full"
    assert len(found.splits.train) == 9


def test_a_missing_archive_is_named(home: Path) -> None:
    put_horses(home, as_zip=True)
    (home / "validation-horse-or-human.zip").unlink()
    with pytest.raises(DataError, match=r"horse_or_human: .*validation-horse-or-human\.zip"):
        prepared()


@pytest.mark.full_data
def test_real_images(test_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("ZOOKIT_DATA_DIR", os.fspath(test_data))
    found = prepared()
    assert found.origin == "local"
    assert sizes(found) == {"train": 410, "test": 71}
