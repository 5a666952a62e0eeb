"""A person's own pictures: every layout, every mess, every name."""

import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from made_data import put_pictures
from PIL import Image

from zookit.core import DataError, Splits, Words
from zookit.core.data import hold_out, read_image
from zookit.core.messages import logger
from zookit.core.parameters import create
from zookit.data.prepared import prepare
from zookit.plugins.datasets.horse_or_human import HorseOrHuman
from zookit.plugins.datasets.image_folder import ImageFolder


@pytest.fixture(autouse=True)
def fresh_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return tmp_path / "photos"


def load(dataset: ImageFolder) -> Splits:
    return prepare(dataset, "auto", "image_folder", "zookit==1").splits


def values(images: np.ndarray) -> list[int]:
    """The brightness of each picture, by which `put_pictures` tells them apart."""
    return [int(value) for value in images[:, 0, 0, 0]]


def test_seeded_split_is_stratified_and_complete(photos: Path) -> None:
    put_pictures(photos, cats=10, dogs=20)
    splits = load(ImageFolder(photos, size=8))
    assert np.bincount(splits.test.labels).tolist() == [2, 4]
    assert np.bincount(splits.train.labels).tolist() == [8, 16]
    both = values(splits.train.images) + values(splits.test.images)
    assert sorted(both) == [*range(10), *range(100, 120)]
    for split in (splits.train, splits.test):
        assert [value // 100 for value in values(split.images)] == split.labels.tolist()


def test_seed_decides_the_split(photos: Path) -> None:
    put_pictures(photos, cats=10, dogs=20)
    first, again, other = (
        values(load(ImageFolder(photos, size=8, seed=seed, grey=grey)).test.images)
        for seed, grey in ((3, False), (3, True), (4, False))
    )
    assert first == again
    assert first != other


@pytest.mark.parametrize(("fraction", "tested"), [(0.01, 1), (0.25, 2), (0.5, 5), (0.99, 9)])
def test_every_class_is_on_both_sides(photos: Path, fraction: float, tested: int) -> None:
    put_pictures(photos, cats=10, dogs=10)
    labels = load(ImageFolder(photos, size=8, split=fraction)).test.labels
    assert np.bincount(labels).tolist() == [tested, tested]


def test_held_out_do_not_depend_on_other_classes() -> None:
    _, few = hold_out(np.repeat([0, 1], [20, 20]), 0.2, seed=0)
    _, many = hold_out(np.repeat([0, 1, 2], [20, 20, 50]), 0.2, seed=0)
    assert few.tolist() == [index for index in many if index < 40]


@pytest.mark.parametrize(
    ("folders", "tested_on", "validated_on"),
    [
        (("train", "validation"), "validation", None),
        (("train", "test"), "test", None),
        (("train", "test", "validation"), "test", "validation"),
    ],
    ids=str,
)
def test_splits_of_the_folder_are_taken(
    photos: Path, folders: tuple[str, ...], tested_on: str, validated_on: str | None
) -> None:
    counts = {"train": 5, "test": 2, "validation": 3}
    for folder in folders:
        put_pictures(photos / folder, cats=counts[folder], dogs=counts[folder] + 1)
    dataset = ImageFolder(photos, size=8)
    splits = load(dataset)
    assert dataset.info.class_names == ("cats", "dogs")
    assert len(splits.train) == 2 * counts["train"] + 1
    assert len(splits.test) == 2 * counts[tested_on] + 1
    assert (splits.validation is None) == (validated_on is None)
    if splits.validation is not None:
        assert len(splits.validation) == 2 * counts["validation"] + 1


def test_train_alone_is_a_class(photos: Path) -> None:
    put_pictures(photos, train=5, tram=5)
    assert ImageFolder(photos).info.class_names == ("train", "tram")


@pytest.mark.parametrize("names", [("train", "val"), ("Training", "Testing"), ("test", "valid")])
def test_misnamed_splits_are_not_taken_for_classes(photos: Path, names: tuple[str, str]) -> None:
    for name in names:
        put_pictures(photos / name, cats=3, dogs=3)
    with pytest.raises(DataError, match="look like splits"):
        load(ImageFolder(photos, size=8))


@pytest.mark.parametrize(("grey", "channels"), [(False, 3), (True, 1)])
@pytest.mark.parametrize("size", [8, 20])
def test_size_and_grey(photos: Path, size: int, channels: int, *, grey: bool) -> None:
    for name, colour in (("blue", (0, 0, 255)), ("red", (255, 0, 0))):
        (photos / name).mkdir(parents=True)
        for number in range(2):
            Image.new("RGB", (30, 10), colour).save(photos / name / f"{number}.jpg")
    dataset = ImageFolder(photos, size=size, grey=grey)
    images = load(dataset).train.images
    assert dataset.info.image_shape == (size, size, channels)
    assert images.shape == (2, size, size, channels)
    assert images.dtype == np.uint8
    expected = [[29], [76]] if grey else [[0, 0, 255], [255, 0, 0]]
    np.testing.assert_allclose(images[:, 4, 4], expected, atol=8)


def test_pictures_are_what_read_image_gives(photos: Path) -> None:
    assert HorseOrHuman.sample is not None
    shutil.copytree(HorseOrHuman.sample, photos)
    test = load(ImageFolder(photos, size=50)).test
    paths = sorted((photos / "validation").glob("*/*.*"))
    assert np.array_equal(test.images, [read_image(path, (50, 50, 3)) for path in paths])
    assert [("horses", "humans")[label] for label in test.labels] == [
        path.parent.name for path in paths
    ]


def test_unreadable_files_are_left_out_and_named(
    photos: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put_pictures(photos, cats=6, dogs=6)
    for number in range(7):
        (photos / "cats" / f"note{number}.txt").write_text("no picture")
    whole = (photos / "dogs" / "000.png").read_bytes()
    (photos / "dogs" / "000.png").write_bytes(whole[: len(whole) // 2])
    for _ in range(2):  # once decoded, once from the cache
        caplog.clear()
        splits = load(ImageFolder(photos, size=8))
        assert len(splits.train) + len(splits.test) == 11
        lines = [record.getMessage() for record in caplog.records if record.name == "zookit"]
        assert all(record.levelno == logging.WARNING for record in caplog.records)
        for number, line in enumerate(lines[:5]):
            path = photos / "cats" / f"note{number}.txt"
            assert line.startswith(f"image_folder: left out: {path} is no PNG, JPEG")
        assert lines[5:] == ["image_folder: left out: 3 more files."]
        assert len(splits.left_out) == 8
        assert splits.left_out[7].startswith(f"{photos / 'dogs' / '000.png'} ")


def _none(photos: Path) -> None:
    del photos


def _file(photos: Path) -> None:
    photos.write_text("a file")


def _only_pictures(photos: Path) -> None:
    put_pictures(photos, cats=3)
    for path in (photos / "cats").iterdir():
        path.rename(photos / path.name)
    (photos / "cats").rmdir()


def _one_class(photos: Path) -> None:
    put_pictures(photos, cats=3)


def _hidden_class(photos: Path) -> None:
    put_pictures(photos, **{"cats": 3, ".git": 3, "__MACOSX": 3})


def _empty_class(photos: Path) -> None:
    put_pictures(photos, cats=3, dogs=0)
    (photos / "cats" / "note.txt").write_text("not the reason")


def _unreadable_class(photos: Path) -> None:
    put_pictures(photos, cats=3, dogs=0)
    (photos / "cats" / "broken.png").write_text("not the reason")
    (photos / "dogs" / "a.heic").write_text("no picture")


def _single(photos: Path) -> None:
    put_pictures(photos, cats=3, dogs=1)


def _class_not_in_train(photos: Path) -> None:
    put_pictures(photos / "train", cats=3, dogs=3)
    put_pictures(photos / "validation", cats=3, dogs=3, horses=3)


def _class_not_in_validation(photos: Path) -> None:
    put_pictures(photos / "train", cats=3, dogs=3, horses=3)
    put_pictures(photos / "validation", cats=3, dogs=3)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_none, "photos does not exist; expected a folder"),
        (_file, "photos is a file; expected a folder"),
        (Path.mkdir, "photos has none of the at least two class folders"),
        (_only_pictures, "photos has none of the at least two class folders"),
        (_one_class, "photos has only 'cats' of the at least two class folders"),
        (_hidden_class, "photos has only 'cats'"),
        (_empty_class, r"dogs has no readable picture \(it is empty\)"),
        (_unreadable_class, r"dogs has no readable picture \(\S+a\.heic is no PNG"),
        (_single, "class 'dogs' has a single image"),
        (_class_not_in_train, "validation has the class folder 'horses', which .*train has not"),
        (_class_not_in_validation, "validation has no class folder 'horses'"),
    ],
)
def test_unusable_folder_is_explained(
    photos: Path, make: Callable[[Path], None], said: str
) -> None:
    make(photos)
    with pytest.raises(DataError, match=rf"^image_folder: [^\n]*{said}"):
        load(ImageFolder(photos, size=8))


@pytest.mark.parametrize("size", [10_000_000, 10**12])
def test_more_than_disk_and_memory_hold_is_explained(photos: Path, size: int) -> None:
    put_pictures(photos, cats=3, dogs=3)
    with pytest.raises(
        DataError, match=r"^image_folder: 6 images of .* nor memory has; .* smaller"
    ):
        load(ImageFolder(photos, size=size))


def test_hidden_files_are_ignored(photos: Path, caplog: pytest.LogCaptureFixture) -> None:
    put_pictures(photos, **{"cats": 3, "dogs": 3, ".git": 2, "__MACOSX": 2})
    put_pictures(photos / "cats", **{".thumbnails": 2, "__MACOSX": 2})
    for name in (".DS_Store", "._000.png", "Thumbs.db", "desktop.ini"):
        (photos / "dogs" / name).write_text("no picture")
    splits = load(ImageFolder(photos, size=8))
    assert ImageFolder(photos).info.class_names == ("cats", "dogs")
    assert len(splits.train) + len(splits.test) == 6
    assert not splits.left_out
    assert not caplog.records


def test_nested_folders_belong_to_their_class(photos: Path) -> None:
    put_pictures(photos, cats=2, dogs=2)
    put_pictures(photos / "dogs", **{"2024": 3, "2025": 4})
    splits = load(ImageFolder(photos, size=8))
    labels = [*splits.train.labels, *splits.test.labels]
    assert np.bincount(labels).tolist() == [2, 9]


def test_linked_folders_are_read_and_watched(photos: Path, tmp_path: Path) -> None:
    put_pictures(photos, cats=4)
    real = put_pictures(tmp_path / "elsewhere", dogs=4) / "dogs"
    (photos / "dogs").symlink_to(real)
    (real / "loop").symlink_to(real)
    (real / "itself").symlink_to(real / "itself")
    (real / "broken").symlink_to(real / "nothing")
    assert len(load(ImageFolder(photos, size=8)).train) == 6
    shutil.copy(real / "000.png", real / "004.png")
    shutil.copy(real / "000.png", real / "005.png")
    shutil.copy(real / "000.png", real / "006.png")
    assert len(load(ImageFolder(photos, size=8)).train) == 9


@pytest.mark.parametrize("name", ["a[/]", "ümläut 猫", "two words", "a,b:c=d+e", "%s{0}", "-rf"])
def test_any_name_will_do(tmp_path: Path, name: str) -> None:
    folder = tmp_path / f"f {name.replace('/', '')}"
    put_pictures(folder, **{name.replace("/", "|"): 3, "other": 3})
    shutil.copy(folder / "other" / "000.png", folder / "other" / f"{name.replace('/', '')}.png")
    splits = load(ImageFolder(folder, size=8))
    assert len(splits.train) + len(splits.test) == 7


def test_folder_called_like_markup(tmp_path: Path) -> None:
    put_pictures(tmp_path / "a[" / "]", cats=3, dogs=3)
    with pytest.raises(DataError, match=r"a\[/\]/none does not exist"):
        load(ImageFolder(tmp_path / "a[" / "]" / "none", size=8))
    assert len(load(ImageFolder(tmp_path / "a[" / "]", size=8)).train) == 4


@pytest.mark.skipif(os.name == "nt", reason="names are Unicode there")
def test_names_that_are_no_text_will_do(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # What pytest captures of such names cannot be sent between its workers.
    monkeypatch.setattr(logger, "propagate", False)
    put_pictures(photos, cats=3, dogs=3)
    shutil.copy(photos / "cats" / "000.png", photos / "cats" / os.fsdecode(b"\xff.png"))
    (photos / "dogs" / os.fsdecode(b"\xfe.txt")).write_text("no picture")
    splits = load(ImageFolder(photos, size=8))
    assert len(splits.train) + len(splits.test) == 7
    assert len(splits.left_out) == 1


def test_home_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    put_pictures(tmp_path / "photos", cats=3, dogs=3)
    dataset = create(ImageFolder, Words.parse("image_folder:~/photos,size=8,grey=true"))
    assert dataset.path == tmp_path / "photos"
    assert load(dataset).train.images.shape == (4, 8, 8, 1)


def test_own_folder_has_no_sample(photos: Path) -> None:
    put_pictures(photos, cats=3, dogs=3)
    with pytest.raises(DataError, match="reads your own folder and has no sample"):
        prepare(ImageFolder(photos), "sample", "image_folder", "zookit==1")
