"""Folders of splits are known by any usual name; what is beside them is never ignored."""

from pathlib import Path

import pytest

from zookit.core import DataError
from zookit.core.data import split_folders
from zookit.core.messages import warnings_given_once


def put(folder: Path, *paths: str) -> None:
    for path in paths:
        (folder / path).mkdir(parents=True)


def splits(folder: Path, *names: str) -> dict[str, str]:
    """The names of the folders by split, each with two classes."""
    for name in names:
        put(folder / name, "cats", "dogs")
    return {split: found.name for split, found in split_folders(folder).items()}


@pytest.mark.parametrize(
    ("train", "validation", "test"),
    [
        ("train", "val", "test"),
        ("train", "valid", "test"),
        ("Train", "Val", "Test"),
        ("TRAIN", "VALID", "TEST"),
        ("training", "validation", "testing"),
        ("Training", "dev", "eval"),
        ("training_set", "validation_set", "test_set"),
        ("train-images", "val_images", "Test Images"),
        ("train2017", "val2017", "test2017"),
        ("train", "development", "holdout"),
        ("traindata", "valdata", "evaluation"),
        ("seg_train", "seg_val", "seg_test"),
        ("train_small", "val_small", "test_small"),
        ("1-train", "2-val", "3-test"),
        ("train80", "val10", "test10"),
        ("Train (1)", "valid.64x64", "test_images_v2"),
    ],
)
def test_usual_names(tmp_path: Path, train: str, validation: str, test: str) -> None:
    expected = {"train": train, "validation": validation, "test": test}
    assert splits(tmp_path, train, validation, test) == expected
    assert list(split_folders(tmp_path)) == ["train", "validation", "test"]


@pytest.mark.parametrize("held_out", ["val", "test", "Validation", "eval"])
def test_two_are_enough(tmp_path: Path, held_out: str) -> None:
    (tmp_path / "README.md").write_text("a file is no folder")
    put(tmp_path, "@eaDir/train", ".git", "__MACOSX")
    assert set(splits(tmp_path, "train", held_out).values()) == {"train", held_out}


@pytest.mark.parametrize(
    ("names", "named"),
    [
        (("train", "test", "extra"), "'extra'"),
        (("train", "val", "unlabeled"), "'unlabeled'"),
        (("train", "val", "test", "cats"), "'cats'"),
        (("train", "val", "valid"), "'val' and 'valid'"),
        (("train", "Training", "test"), "'Training' and 'train'"),
        (("test", "val"), "'train'"),
        (("train", "extra"), "'test' or 'validation'"),
        (("train", "tst"), "If 'tst' is"),
        (("trian", "test"), "If 'trian' is"),
        (("cats", "dogs", "test"), "'train'"),
        (("train",), "train.$"),
        (("train1", "train2", "test"), "'train1' and 'train2'"),
        (("train", "train_augmented", "test"), "'train' and 'train_augmented'"),
        (("train_val", "test"), "'train'"),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, tuple) else "",
)
def test_what_is_not_clear_is_refused(tmp_path: Path, names: tuple[str, ...], named: str) -> None:
    with pytest.raises(DataError, match=named) as raised:
        splits(tmp_path, *names)
    assert str(tmp_path) in str(raised.value)


@pytest.mark.parametrize(
    "classes",
    [("train", "tram"), ("cats", "dogs"), ("bullet_train", "steam_train"), ("test_tube", "beaker")],
)
def test_classes_may_have_such_names(tmp_path: Path, classes: tuple[str, ...]) -> None:
    for name in classes:
        put(tmp_path, name)
        (tmp_path / name / "0.png").touch()
    assert split_folders(tmp_path) == {}


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="none does not exist"):
        split_folders(tmp_path / "none")


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        (("Testdaten", "Trainingsdaten"), ("cats", "dogs")),
        (("entrenamiento", "prueba"), ("gatos", "perros")),
        (("fold0", "fold1", "fold2"), ("cats", "dogs")),
        (("cats", "dogs"), ("train", "test")),
    ],
)
def test_classes_that_look_like_splits_give_a_warning(
    tmp_path: Path, outer: tuple[str, ...], inner: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    for name in outer:
        for each in inner:
            put(tmp_path, f"{name}/{each}")
            (tmp_path / name / each / "0.png").touch()
    with warnings_given_once():  # a run
        assert split_folders(tmp_path) == split_folders(tmp_path) == {}
    (warning,) = caplog.messages
    for name in (*outer[:2], *inner):
        assert repr(name) in warning


def test_folders_within_classes_are_no_splits(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put(tmp_path, "cats/monday", "cats/tuesday", "dogs/wednesday", "dogs/friday")
    assert split_folders(tmp_path) == {}
    assert not caplog.messages
