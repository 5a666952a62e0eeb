"""Which files of a repository belong to which configuration and split."""

from typing import Any

import pytest
from bounded import bounded

from zookit.core import DataError
from zookit.plugins.datasets.hub_configs import choose_config, matching
from zookit.plugins.datasets.hub_index import HubFile, Index

PATHS = ("a/b/x.parquet", "data/test-0.parquet", "data/train-0.parquet", "data/train-1.parquet")


def files(*paths: str) -> tuple[HubFile, ...]:
    return tuple(HubFile(path, 1, "", "") for path in paths)


def chosen(*configs: dict[str, Any], paths: tuple[str, ...] = PATHS) -> dict[str, list[str]]:
    index = Index("0" * 40, files(*paths), {"configs": list(configs)})
    _, splits = choose_config(index, None, "me/pets")
    return {name: [each.path for each in part] for name, part in splits.items()}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("data/train-0.parquet", [2]),
        ("data/train-*", [2, 3]),
        ("data/train-[1-9].parquet", [3]),
        ("data/train-?.parquet", [2, 3]),
        ("*/*.parquet", [1, 2, 3]),
        ("**/*.parquet", [0, 1, 2, 3]),
        ("**/[t]*", [1, 2, 3]),
        ("**.parquet", []),
        ("a/**", [0]),
        ("**/x.parquet", [0]),
        ("a/**/b/**/x.parquet", [0]),
        ("*.parquet", []),
        ("DATA/*", []),
        ("data/{test,train}-0.parquet", []),
    ],
)
def test_patterns_are_those_of_the_hub(pattern: str, expected: list[int]) -> None:
    assert [PATHS.index(each.path) for each in matching(files(*PATHS), pattern)] == expected


@pytest.mark.parametrize("pattern", ["**/" * 150 + "x", "*a" * 200 + "x", "{" * 400, "[" * 400])
def test_no_pattern_takes_long(pattern: str) -> None:
    with bounded():
        assert matching(files("a/" * 200 + "y", "a" * 400), pattern) == []


def test_a_file_that_is_named_as_a_pattern_is_that_file() -> None:
    assert matching(files("a[0].parquet", "a0.parquet"), "a[0].parquet") == [*files("a[0].parquet")]


@pytest.mark.parametrize(
    ("data_files", "says"),
    [
        (
            [{"split": "train", "path": "train.csv"}, {"split": "test", "path": "data/test-*"}],
            "'train.csv' for the train split",
        ),
        (
            [{"split": "train", "path": "data/train-*"}, {"split": "test", "path": "data/tset-*"}],
            "'data/tset-.' for the test split",
        ),
        (["data/train-*", "data/extra[01].parquet"], r"'data/extra\[01\]\.parquet' for the train"),
    ],
)
def test_what_a_card_names_and_is_not_there_is_an_error(data_files: list[Any], says: str) -> None:
    with pytest.raises(DataError, match=f"me/pets.*{says}.*revision=refs/convert/parquet"):
        chosen({"data_files": data_files})


def test_a_card_of_other_files_does_not_count() -> None:
    """Such as that of the main branch, for a branch that the hub has converted."""
    found = chosen({"data_files": "data/*.csv"}, paths=("default/train/0.parquet",))
    assert chosen({"data_files": "*.csv"}, paths=("train.parquet",)) == {"train": ["train.parquet"]}
    assert found == {"train": ["default/train/0.parquet"]}


def test_other_configurations_may_have_files_of_other_kinds() -> None:
    found = chosen(
        {"config_name": "raw", "data_files": "*.csv"},
        {"config_name": "images", "data_dir": "data", "data_files": "train-*"},
    )
    assert found == {"train": list(PATHS[2:])}


def test_many_files_take_no_longer_than_their_number() -> None:
    paths = tuple(f"data/train-{at}.parquet" for at in range(10_000))
    with bounded():
        assert (
            len(chosen({"data_files": ["data/*", "data/train-*"]}, paths=paths)["train"]) == 10_000
        )
