"""Class folders: which folders are classes, which files are read, and what is refused."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from made_data import put_pictures
from permissions import permissions_obeyed

from zookit.core import DataError, Split
from zookit.core.data import class_folders, read_class_folders, read_image
from zookit.plugins import HorseOrHuman


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return tmp_path / "photos"


def read(folder: Path, size: int = 8) -> tuple[Split, tuple[str, ...]]:
    return read_class_folders(folder, class_folders(folder), (size, size, 3))


def test_images_are_those_of_read_image_sorted_by_class_and_path(tmp_path: Path) -> None:
    assert HorseOrHuman.sample is not None
    for path in sorted((HorseOrHuman.sample / "validation").glob("*/*.*"))[::8]:
        (tmp_path / path.parent.name).mkdir(exist_ok=True)
        shutil.copy(path, tmp_path / path.parent.name)
    split, left_out = read(tmp_path, size=50)
    paths = sorted(tmp_path.glob("*/*.*"))
    assert np.array_equal(split.images, [read_image(path, (50, 50, 3)) for path in paths])
    assert [("horses", "humans")[label] for label in split.labels] == [
        path.parent.name for path in paths
    ]
    assert not left_out


def test_unreadable_files_are_left_out(photos: Path) -> None:
    put_pictures(photos, cats=3, dogs=3)
    (photos / "cats" / "note.txt").write_text("not an image")
    whole = (photos / "dogs" / "000.png").read_bytes()
    (photos / "dogs" / "000.png").write_bytes(whole[: len(whole) // 2])
    split, left_out = read(photos)
    assert split.labels.tolist() == [0, 0, 0, 1, 1]
    assert [line.partition(" ")[0] for line in left_out] == [
        str(photos / "cats" / "note.txt"),
        str(photos / "dogs" / "000.png"),
    ]


def test_hidden_and_system_files_are_ignored(photos: Path) -> None:
    put_pictures(photos, **{"cats": 3, "dogs": 3, ".git": 2, "__MACOSX": 2})
    put_pictures(photos / "cats", **{".thumbnails": 2, "__MACOSX": 2})
    for name in (".DS_Store", "._000.png", "Thumbs.db", "desktop.ini"):
        (photos / "dogs" / name).write_text("not an image")
    split, left_out = read(photos)
    assert class_folders(photos) == ("cats", "dogs")
    assert len(split) == 6
    assert not left_out


def test_what_systems_and_sync_tools_leave_is_ignored(photos: Path) -> None:
    """Thumbnails of all pictures, in folders beside the classes and in each class."""
    put_pictures(photos, cats=10, dogs=10)
    for folder in ("@eaDir", "#recycle", "$RECYCLE.BIN", "@Recycle", "lost+found", "RECYCLER"):
        put_pictures(photos / folder, cats=3, dogs=3)
        put_pictures(photos / "cats" / folder, **{"000.png": 3})
    for name in ("000.png~", "001.png.part", "002 (Anna's conflicted copy 2026-01-02).png"):
        shutil.copy(photos / "dogs" / "000.png", photos / "dogs" / name)
    split, left_out = read(photos)
    assert class_folders(photos) == ("cats", "dogs")
    assert np.bincount(split.labels).tolist() == [10, 10]
    assert not left_out


def test_nested_folders_belong_to_their_class(photos: Path) -> None:
    put_pictures(photos, cats=2, dogs=2)
    put_pictures(photos / "dogs", **{"2024": 3, "2025": 4})
    assert np.bincount(read(photos)[0].labels).tolist() == [2, 9]


def test_links_to_folders_are_followed_but_not_in_circles(photos: Path, tmp_path: Path) -> None:
    put_pictures(photos, cats=4)
    real = put_pictures(tmp_path / "elsewhere", dogs=4) / "dogs"
    (photos / "dogs").symlink_to(real)
    (real / "loop").symlink_to(real)
    (real / "itself").symlink_to(real / "itself")
    (real / "broken").symlink_to(real / "nothing")
    split, left_out = read(photos)
    assert np.bincount(split.labels).tolist() == [4, 4]
    assert sorted(left_out) == [
        f"{photos / 'dogs' / name} is a broken link" for name in ("broken", "itself")
    ]


def test_links_between_classes_add_nothing(photos: Path) -> None:
    put_pictures(photos, cats=3, dogs=4)
    (photos / "cats" / "all").symlink_to(photos)
    (photos / "dogs" / "more").symlink_to(photos / "cats")
    assert np.bincount(read(photos)[0].labels).tolist() == [3, 4]


def test_a_subfolder_without_permission_is_named(photos: Path) -> None:
    put_pictures(photos, cats=3, dogs=4)
    put_pictures(photos / "cats", private=2).joinpath("private").chmod(0)
    with permissions_obeyed():
        split, left_out = read(photos)
    assert np.bincount(split.labels).tolist() == [3, 4]
    (line,) = left_out
    assert line.startswith(f"{photos / 'cats' / 'private'} ")


@pytest.mark.parametrize("name", ["a[]", "ümläut 猫", "two words", "a,b:c=d+e", "%s{0}", "-rf"])
def test_folders_and_files_may_have_any_name(tmp_path: Path, name: str) -> None:
    folder = put_pictures(tmp_path / f"f {name}", **{name: 3, "other": 3})
    shutil.copy(folder / "other" / "000.png", folder / "other" / f"{name}.png")
    assert len(read(folder)[0]) == 7


@pytest.mark.skipif(os.name == "nt", reason="names are Unicode there")
def test_names_may_be_undecodable(photos: Path) -> None:
    put_pictures(photos, cats=3, dogs=3)
    shutil.copy(photos / "cats" / "000.png", photos / "cats" / os.fsdecode(b"\xff.png"))
    (photos / "dogs" / os.fsdecode(b"\xfe.txt")).write_text("not an image")
    split, left_out = read(photos)
    assert len(split) == 7
    assert len(left_out) == 1


def _missing(photos: Path) -> None:
    del photos


def _file(photos: Path) -> None:
    photos.write_text("a file")


def _images_without_a_class(photos: Path) -> None:
    put_pictures(photos, cats=3)
    for path in (photos / "cats").iterdir():
        path.rename(photos / path.name)
    (photos / "cats").rmdir()


def _one_class(photos: Path) -> None:
    put_pictures(photos, **{"cats": 3, ".git": 3, "__MACOSX": 3})


def _empty_class(photos: Path) -> None:
    put_pictures(photos, cats=3, dogs=0)
    (photos / "cats" / "note.txt").write_text("not the reason")


def _unreadable_class(photos: Path) -> None:
    put_pictures(photos, cats=3, dogs=0)
    (photos / "cats" / "broken.png").write_text("not the reason")
    (photos / "dogs" / "a.heic").write_text("not an image")


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (_missing, "photos does not exist"),
        (_file, "photos is a file"),
        (Path.mkdir, "photos has no class folders"),
        (_images_without_a_class, "photos has no class folders"),
        (_one_class, "photos has only one class folder, 'cats'"),
        (_empty_class, "dogs .*empty"),
        (_unreadable_class, r"dogs .*a\.heic is "),
    ],
)
def test_an_unusable_folder_is_refused(
    photos: Path, make: Callable[[Path], None], expected: str
) -> None:
    make(photos)
    with pytest.raises(DataError, match=expected):
        read(photos)


def test_a_missing_class_folder_is_named(photos: Path) -> None:
    put_pictures(photos, cats=3, dogs=3)
    with pytest.raises(DataError, match="no class folder 'horses'"):
        read_class_folders(photos, ("cats", "dogs", "horses"), (8, 8, 3))


@pytest.mark.parametrize("size", [10_000_000, 10**12])
def test_more_than_disk_and_memory_is_refused(photos: Path, size: int) -> None:
    put_pictures(photos, cats=3, dogs=3)
    with pytest.raises(DataError, match=r"6 images of .*ZOOKIT_CACHE_DIR"):
        read(photos, size)
