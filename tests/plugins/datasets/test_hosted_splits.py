"""Splits are found by their usual names, and an error names the choices."""

import pytest

from zookit.core import DataError
from zookit.plugins.datasets.hosted_splits import SplitName, choose_splits, class_names

NONE: dict[SplitName, str | None] = {"train": None, "validation": None, "test": None}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["train", "test"], {"train": "train", "test": "test"}),
        (["test", "train", "extra"], {"train": "train", "test": "test"}),
        (
            ["training", "val", "testing"],
            {"train": "training", "validation": "val", "test": "testing"},
        ),
        (["train", "valid"], {"train": "train", "test": "valid"}),
        (["train"], {"train": "train"}),
        (["full"], {"train": "full"}),
        (["train", "train_clean", "test"], {"train": "train", "test": "test"}),
    ],
)
def test_splits_are_found(names: list[str], expected: dict[str, str]) -> None:
    assert choose_splits(names, NONE, "cats") == expected


def test_classes_of_one_name_are_numbered() -> None:
    assert class_names(("crane", "dog", "crane"), "", "") == ("crane (0)", "dog", "crane (2)")


def test_given_splits_are_used() -> None:
    given: dict[SplitName, str | None] = {**NONE, "test": "validation"}
    assert choose_splits(["train", "validation", "test"], given, "cats") == {
        "train": "train",
        "test": "validation",
    }


@pytest.mark.parametrize(
    ("names", "given", "says"),
    [
        (["train", "test"], {"test": "tset"}, ["'tset'", "'train', 'test'", "Did you mean 'test'"]),
        (["a", "b"], {}, ["'a', 'b'", "train=a"]),
        (["train_a", "train_b"], {}, ["'train_a', 'train_b'", "train=train_a"]),
        ([], {}, ["none"]),
    ],
)
def test_an_error_names_the_choices(
    names: list[str], given: dict[SplitName, str | None], says: list[str]
) -> None:
    with pytest.raises(DataError) as error:
        choose_splits(names, {**NONE, **given}, "cats")
    assert all(each in str(error.value) for each in ["cats", *says])
