"""Loaded splits are compared with the data set's info."""

from typing import Any

import numpy as np
import pytest

from zookit.core import DataError, DatasetInfo, Split, Splits
from zookit.core.data import check_splits

INFO = DatasetInfo((4, 5, 1), ("a", "b"))
GOOD = Split(np.zeros((3, 4, 5, 1), np.uint8), np.array([0, 1, 0]))


def test_splits_that_match_the_info_pass() -> None:
    check_splits("made", INFO, Splits(GOOD, GOOD, GOOD))


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (Split(GOOD.images.astype("float32"), GOOD.labels), r"float32.*uint8.*\(N, 4, 5, 1\)"),
        (Split(GOOD.images[..., 0], GOOD.labels), r"\(3, 4, 5\).*\(N, 4, 5, 1\)"),
        (Split(GOOD.images, np.zeros(3)), "float64.*integer"),  # type: ignore[arg-type]
        (Split(GOOD.images, [0, 1, 0]), "list.*NumPy"),  # type: ignore[arg-type]
        (Split(None, GOOD.labels), "NoneType.*NumPy"),  # type: ignore[arg-type]
        ((GOOD.images, GOOD.labels), r"zookit\.core\.Split\("),
        (Split(GOOD.images, GOOD.labels[:2]), r"\(2,\) for 3 images"),
        (Split(GOOD.images[:0], GOOD.labels[:0]), "empty"),
        (Split(GOOD.images, np.array([0, 1, 2])), "0 to 2.*0 to 1"),
        (Split(GOOD.images, np.array([0, -1, 1])), "-1 to 1.*0 to 1"),
    ],
)
def test_a_difference_is_named(wrong: Any, expected: str) -> None:
    for splits, name in ((Splits(GOOD, wrong), "test"), (Splits(GOOD, GOOD, wrong), "validation")):
        with pytest.raises(DataError, match=f"^made: the {name} split .*{expected}"):
            check_splits("made", INFO, splits)


def test_load_must_return_splits() -> None:
    splits: Any = (GOOD, GOOD)
    with pytest.raises(DataError, match=r"made: .*zookit\.core\.Splits"):
        check_splits("made", INFO, splits)
