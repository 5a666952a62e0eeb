"""Splits, columns and classes are found by their usual names; an error names the choices."""

import pytest

from zookit.core import DataError
from zookit.core.data import SplitName
from zookit.plugins.datasets.hosted_names import (
    choose_name,
    choose_splits,
    class_names,
    wrong_label,
)

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


TYPES = {"picture": "Image", "kind": "Label", "mood": "Label", "age": "int"}


def chosen(given: str | None, found: list[str], usual: tuple[str, ...] = ()) -> str:
    return choose_name(
        "label",
        given,
        kind="column",
        types=TYPES,
        allowed=["kind", "mood", "age"],
        found=found,
        usual=usual,
        where="cats",
    )


def test_a_column_is_given_or_found() -> None:
    assert chosen("age", ["kind"]) == "age"
    assert chosen(None, ["kind"]) == "kind"
    assert chosen(None, ["kind", "mood"], ("mood", "kind")) == "mood"


@pytest.mark.parametrize(
    ("given", "found", "says"),
    [
        ("knid", ["kind"], ["column 'knid'", "'kind', 'mood', 'age'", "Did you mean 'kind'"]),
        ("picture", ["kind"], ["'picture' has Image", "one class", "'kind', 'mood', 'age'"]),
        (None, ["kind", "mood"], ["several columns", "'kind', 'mood'", "label=kind"]),
        (None, [], ["no column of classes", "'picture', 'kind'", "label=kind"]),
    ],
)
def test_another_column_is_an_error(given: str | None, found: list[str], says: list[str]) -> None:
    with pytest.raises(DataError) as error:
        chosen(given, found)
    assert all(each in str(error.value) for each in ["cats", *says])


@pytest.mark.parametrize(("label", "shown"), [(None, "no label"), (7, "the label 7")])
def test_a_wrong_label_names_the_split(label: object, shown: str) -> None:
    text = str(wrong_label("cats", "test", label, 3))
    assert all(each in text for each in (shown, "3 classes", "test=NAME"))
