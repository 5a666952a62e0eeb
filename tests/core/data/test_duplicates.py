"""Images that another split has too are kept out of the test split, and no others."""

import numpy as np
import pytest

from zookit.core import DataError, Split, Splits
from zookit.core.data.duplicates import copies_in, count_duplicates, without_duplicates


def split(*values: int, shape: tuple[int, int, int] = (3, 3, 1)) -> Split:
    """Images of one brightness each, labelled by it."""
    images = np.stack([np.full(shape, value, np.uint8) for value in values])
    return Split(images, np.array(values, np.int64))


def labels(found: Split | None) -> list[int]:
    assert found is not None
    return [int(label) for label in found.labels]


def test_the_copies_in_training_stay() -> None:
    splits, counts = without_duplicates(Splits(split(1, 2, 2, 3), split(9, 2, 8, 2, 3)))
    assert labels(splits.train) == [1, 2, 2, 3]
    assert labels(splits.test) == [9, 8]
    assert splits.test.images[:, 0, 0, 0].tolist() == [9, 8]
    assert counts == {"test": 3}


def test_validation_images_are_no_test_images_either() -> None:
    given = Splits(split(1, 2), split(5, 3, 1, 6), split(2, 3, 4), left_out=("a line",))
    splits, counts = without_duplicates(given)
    assert labels(splits.validation) == [3, 4]
    assert labels(splits.test) == [5, 6]
    assert counts == {"validation": 1, "test": 2}
    assert splits.left_out == ("a line",)


def test_a_copy_with_another_label_counts() -> None:
    test = split(1, 2)
    splits, counts = without_duplicates(Splits(split(1), Split(test.images, test.labels + 5)))
    assert labels(splits.test) == [7]
    assert counts == {"test": 1}


@pytest.mark.parametrize("shape", [(5, 7, 3), (16, 16, 3)])
def test_images_that_only_look_alike_stay(shape: tuple[int, int, int]) -> None:
    """Rows of eight bytes in another order have the same sum."""
    images = np.random.default_rng(0).integers(0, 256, (200, *shape), np.uint8)
    none = np.zeros(200, np.int64)
    test = images[:, ::-1].copy()
    test[7] = images[100]
    splits, counts = without_duplicates(Splits(Split(images, none), Split(test, none)))
    assert counts == {"test": 1}
    assert np.array_equal(splits.test.images, np.delete(test, 7, 0))


def test_nothing_is_copied_without_duplicates() -> None:
    given = Splits(split(1, 2), split(3), split(4))
    splits, counts = without_duplicates(given)
    assert counts == {}
    assert splits.test is given.test
    assert splits.validation is given.validation


@pytest.mark.parametrize(
    ("validation", "test", "name"),
    [((6,), (2, 1), "test"), ((2, 1), (6,), "validation"), ((6, 7), (6, 2), "test")],
)
def test_a_split_must_not_become_empty(
    validation: tuple[int, ...], test: tuple[int, ...], name: str
) -> None:
    with pytest.raises(DataError, match=f"each image of the {name} split"):
        without_duplicates(Splits(split(1, 2), split(*test), split(*validation)))


def test_the_number_of_shared_images() -> None:
    assert count_duplicates(Splits(split(1, 2), split(2, 5, 6, 2), split(5, 1, 7))) == {
        "validation": 1,
        "test": 3,
    }
    assert count_duplicates(Splits(split(1, 2), split(1, 2))) == {"test": 2}
    assert count_duplicates(Splits(split(1, 2), split(3))) == {}


def test_copies_within_a_split() -> None:
    assert copies_in(split(1, 2, 1, 3, 2, 1)) == [[0, 2, 5], [1, 4]]
    assert copies_in(split(1, 2, 3)) == []
