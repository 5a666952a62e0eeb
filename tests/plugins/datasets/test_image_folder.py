"""The data set `image_folder`: its splits, its parameters, and the folders that it refuses."""

import logging
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from made_data import put_pictures
from PIL import Image

import zookit
from zookit.core import DataError, Splits, Words
from zookit.core.parameters import create
from zookit.data.prepared import prepare
from zookit.plugins import ImageFolder

pytestmark = pytest.mark.usefixtures("fresh_cache")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return tmp_path / "photos"


def load(dataset: ImageFolder) -> Splits:
    return prepare(dataset, "auto", "image_folder", "zookit==1").splits


def values(images: np.ndarray) -> list[int]:
    """The brightness of each image, which `put_pictures` makes unique."""
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


@pytest.mark.parametrize(
    ("folders", "tested_on", "validated_on"),
    [
        (("train", "validation"), "validation", None),
        (("train", "test"), "test", None),
        (("train", "test", "validation"), "test", "validation"),
    ],
    ids=str,
)
def test_the_folders_own_splits_are_used(
    photos: Path, folders: tuple[str, ...], tested_on: str, validated_on: str | None
) -> None:
    counts = {"train": 5, "test": 2, "validation": 3}
    for start, folder in enumerate(folders):
        count = counts[folder]
        put_pictures(photos / folder, start=10 * start, cats=count, dogs=count + 1)
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


@pytest.mark.parametrize(
    "names", [("train", "val", "test"), ("Training", "Valid", "Testing"), ("train", "dev", "eval")]
)
def test_val_beside_train_and_test_validates(photos: Path, names: tuple[str, str, str]) -> None:
    for start, name in enumerate(names):
        put_pictures(photos / name, start=10 * start, cats=start + 3, dogs=start + 3)
    splits = load(ImageFolder(photos, size=8))
    assert splits.validation is not None
    sizes = (len(splits.train), len(splits.validation), len(splits.test))
    assert sizes == (6, 8, 10)
    assert values(splits.validation.images)[0] == 10


@pytest.mark.parametrize("other", ["unlabelled", "cats", "test2", "validation_old", "val"])
def test_a_folder_beside_the_splits_is_an_error(photos: Path, other: str) -> None:
    for start, name in enumerate(("train", "valid", "test", other)):
        put_pictures(photos / name, start=10 * start, cats=3, dogs=3)
    for request in (lambda: ImageFolder(photos, size=8).info, lambda: load(ImageFolder(photos))):
        with pytest.raises(DataError, match=f"'{other}'"):
            request()


def test_junk_beside_the_splits_is_no_error(photos: Path) -> None:
    for start, name in enumerate(("train", "test", "@eaDir", ".Trash-1000", "$RECYCLE.BIN")):
        put_pictures(photos / name, start=10 * start, cats=3, dogs=3)
    assert len(load(ImageFolder(photos, size=8)).by_name()) == 2


@pytest.mark.parametrize("layout", ["", "train"])
def test_duplicates_are_kept_out_of_the_test_split_and_counted(
    photos: Path, layout: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Some pictures are there four times, also in other formats and with other metadata."""
    put_pictures(photos / layout, cats=10, dogs=10)
    if layout:
        put_pictures(photos / "test", start=20, cats=5, dogs=5)
    for at in range(3):
        for name in ("cats", "dogs"):
            picture = Image.open(photos / layout / name / f"00{at}.png")
            target = photos / ("test" if layout else "") / name
            picture.save(target / f"copy {at}.bmp")
            picture.convert("RGB").save(target / f"copy {at}.png", compress_level=0)
            picture.save(target / f"copy {at} again.webp", lossless=True)
    lines = []
    for _ in "twice":  # once prepared, once from the cache
        caplog.clear()
        splits = load(ImageFolder(photos, size=8))
        lines.append(caplog.messages)
        train, test = set(values(splits.train.images)), values(splits.test.images)
        assert not train.intersection(test)
    assert lines[0] == lines[1]
    (line,) = lines[0]
    left_out = 18 if layout else round(0.2 * 19) * 2 - len(test)
    assert f" {left_out} images of the test split" in line
    if layout:
        assert len(splits.train) == 20
        assert sorted(test) == [*range(20, 25), *range(120, 125)]


def test_duplicates_of_validation_images(photos: Path, caplog: pytest.LogCaptureFixture) -> None:
    put_pictures(photos / "train", cats=5, dogs=5)
    put_pictures(photos / "val", start=4, cats=3, dogs=3)  # one image of each class again
    put_pictures(photos / "test", start=5, cats=4, dogs=4)  # two of the validation split
    splits = load(ImageFolder(photos, size=8))
    assert splits.validation is not None
    assert values(splits.validation.images) == [5, 6, 105, 106]
    assert values(splits.test.images) == [7, 8, 107, 108]
    assert ["2 images of the validation" in line for line in caplog.messages] == [True, False]
    assert ["4 images of the test" in line for line in caplog.messages] == [False, True]


def test_a_run_records_the_duplicates(photos: Path, tmp_path: Path) -> None:
    put_pictures(photos / "train", cats=5, dogs=5)
    put_pictures(photos / "test", start=3, cats=5, dogs=5)
    dataset = ImageFolder(photos, size=8, grey=True)
    run = zookit.run(dataset, "dense:units=1", epochs=1, runs_dir=tmp_path / "runs", quiet=True)
    recorded = zookit.open_run(run.folder).environment.data
    assert recorded.duplicates == {"test": 4}
    assert recorded.sizes == {"train": 10, "test": 6}


@pytest.mark.slow
def test_copies_of_training_images_are_not_held_out_for_validation(
    photos: Path, tmp_path: Path
) -> None:
    put_pictures(photos / "train", cats=10, dogs=10)
    put_pictures(photos / "test", start=20, cats=5, dogs=5)
    for at in range(10):  # each dog three times
        original = sorted((photos / "train" / "dogs").glob("[0-9]*"))[at]
        for copy in "ab":
            shutil.copy(original, original.with_name(f"{copy}{at}.png"))
    dataset = ImageFolder(photos, size=8, grey=True)
    for _ in range(2):  # prepared and from the cache
        run = zookit.run(
            dataset, "dense:1", epochs=1, validation=0.2, runs_dir=tmp_path / "runs", quiet=True
        )
        recorded = run.environment.data
        left_out = recorded.duplicates["validation"]
        assert recorded.sizes["validation"] == 2 + 6 - left_out
        assert left_out >= 3


def test_copies_in_two_classes_are_reported_each_time(
    photos: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put_pictures(photos / "train", cats=5, dogs=5)
    put_pictures(photos / "test", start=10, cats=5, dogs=5)
    cat = next((photos / "train" / "cats").iterdir())
    shutil.copy(cat, photos / "train" / "dogs" / "also.png")
    for _ in range(2):
        load(ImageFolder(photos, size=8))
        (line,) = [each for each in caplog.messages if "'cats'" in each and "'dogs'" in each]
        assert "1 training image " in line
        caplog.clear()


def test_splits_without_images_of_their_own_are_refused(photos: Path) -> None:
    for name in ("train", "test"):
        put_pictures(photos / name, cats=3, dogs=3)
    with pytest.raises(DataError, match="image_folder: each image of the test split"):
        load(ImageFolder(photos, size=8))


@pytest.mark.parametrize(("grey", "channels"), [(False, 3), (True, 1)])
@pytest.mark.parametrize("size", [8, 20])
def test_size_and_grey(photos: Path, size: int, channels: int, *, grey: bool) -> None:
    for name, colour in (("blue", (0, 0, 255)), ("red", (255, 0, 0))):
        (photos / name).mkdir(parents=True)
        for number in range(2):
            picture = Image.new("RGB", (30, 10), colour)
            picture.paste((0, 255, 0), (10 * number + 8, 0, 10 * number + 9, 2))  # all differ
            picture.save(photos / name / f"{number}.jpg")
    dataset = ImageFolder(photos, size=size, grey=grey)
    images = load(dataset).train.images
    assert dataset.info.image_shape == (size, size, channels)
    assert images.shape == (2, size, size, channels)
    assert images.dtype == np.uint8
    expected = [[29], [76]] if grey else [[0, 0, 255], [255, 0, 0]]
    np.testing.assert_allclose(images[:, 4, 4], expected, atol=8)


def test_unreadable_files_are_left_out_and_named(
    photos: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put_pictures(photos, cats=6, dogs=6)
    for number in range(7):
        (photos / "cats" / f"note{number}.txt").write_text("not an image")
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
            assert str(path) in line
        (summary,) = lines[5:]
        assert "3 more" in summary
        assert len(splits.left_out) == 8
        assert splits.left_out[7].startswith(f"{photos / 'dogs' / '000.png'} ")


def _single(photos: Path) -> None:
    put_pictures(photos, cats=3, dogs=1)


def _class_not_in_train(photos: Path) -> None:
    put_pictures(photos / "train", cats=3, dogs=3)
    put_pictures(photos / "validation", cats=3, dogs=3, horses=3)


def _class_not_in_validation(photos: Path) -> None:
    put_pictures(photos / "train", cats=3, dogs=3, horses=3)
    put_pictures(photos / "validation", cats=3, dogs=3)


def _no_classes_in_test(photos: Path) -> None:
    put_pictures(photos / "train", cats=3, dogs=3)
    put_pictures(photos, test=3)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (_no_classes_in_test, "test has no class folders.*path=.*train"),
        (_single, "class 'dogs' has only one image"),
        (_class_not_in_train, "validation .*'horses'.*train"),
        (_class_not_in_validation, "validation has no class folder 'horses'"),
    ],
)
def test_an_unusable_folder_is_refused(
    photos: Path, make: Callable[[Path], None], expected: str
) -> None:
    make(photos)
    with pytest.raises(DataError, match=rf"^image_folder: [^\n]*{expected}"):
        load(ImageFolder(photos, size=8))


def test_changes_in_a_linked_folder_are_noticed(photos: Path, tmp_path: Path) -> None:
    put_pictures(photos, start=20, cats=4)
    real = put_pictures(tmp_path / "elsewhere", dogs=4) / "dogs"
    (photos / "dogs").symlink_to(real)
    put_pictures(photos, start=50, birds=5)
    assert len(load(ImageFolder(photos, size=8)).train) == 10
    put_pictures(real.parent, start=10, dogs=6)
    assert len(load(ImageFolder(photos, size=8)).train) == 15


def test_home_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    put_pictures(tmp_path / "photos", cats=3, dogs=3)
    dataset = create(ImageFolder, Words.parse("image_folder:~/photos,size=8,grey=true"))
    assert dataset.path == tmp_path / "photos"
    assert load(dataset).train.images.shape == (4, 8, 8, 1)


def test_there_is_no_sample(photos: Path) -> None:
    put_pictures(photos, cats=3, dogs=3)
    with pytest.raises(DataError, match="no sample"):
        prepare(ImageFolder(photos), "sample", "image_folder", "zookit==1")


def test_every_run_warns_of_splits_inside_the_classes(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for at, name in enumerate(("Testdaten", "Trainingsdaten")):
        put_pictures(tmp_path / "photos" / name, cats=20, dogs=20 + at)
    dataset = ImageFolder(tmp_path / "photos", size=8)
    for _ in range(2):
        zookit.run(dataset, "dense:2,dropout=0.1", runs_dir=tmp_path, epochs=1, quiet=True)
        assert capfd.readouterr().err.count("the classes are 'Testdaten'") == 1
    for _ in range(2):
        zookit.load_data(dataset)
        assert capfd.readouterr().err.count("the classes are 'Testdaten'") == 1
