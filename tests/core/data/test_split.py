"""Divide and join splits: held-out indices by class and seed, subsets, and parts in a row."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from zookit.core import DataError, Split
from zookit.core.data import concatenated, hold_out, subset


@pytest.mark.parametrize(
    ("fraction", "count"), [(0.01, 1), (0.2, 2), (0.25, 2), (0.5, 5), (0.99, 9)]
)
def test_every_class_is_on_both_sides(fraction: float, count: int) -> None:
    labels = np.repeat([0, 1], 10)
    kept, held_out = hold_out(labels, fraction, seed=0)
    assert sorted([*kept, *held_out]) == list(range(20))
    assert np.bincount(labels[held_out]).tolist() == [count, count]


def test_the_seed_decides_which_images_are_held_out() -> None:
    labels = np.repeat([0, 1], 20)
    first, again, other = (hold_out(labels, 0.2, seed)[1].tolist() for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_held_out_images_do_not_depend_on_other_classes() -> None:
    _, few = hold_out(np.repeat([0, 1], [20, 20]), 0.2, seed=0)
    _, many = hold_out(np.repeat([0, 1, 2], [20, 20, 50]), 0.2, seed=0)
    assert few.tolist() == [index for index in many if index < 40]


@pytest.mark.parametrize(("names", "expected"), [((), "1"), (("cats", "dogs"), "'dogs'")])
def test_a_class_with_one_image_is_refused(names: tuple[str, ...], expected: str) -> None:
    with pytest.raises(DataError, match=f"class {expected} has only one image"):
        hold_out(np.array([0, 0, 1]), 0.5, 0, names)


@pytest.mark.parametrize("count", [0, 1, 30])
def test_subset_is_what_numpy_gives(count: int) -> None:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (40, 10, 10, 1), np.uint8)
    labels = rng.integers(0, 5, 40)
    chosen = rng.permutation(40)[:count]
    part = subset(Split(images, labels), chosen)
    assert np.array_equal(part.images, images[chosen])
    assert np.array_equal(part.labels, labels[chosen])
    strided = subset(Split(images[:, ::2], labels), chosen).images
    assert np.array_equal(strided, part.images[:, ::2])
    assert strided.flags.c_contiguous


@pytest.mark.parametrize("counts", [[3], [2, 0, 5], [10_001, 4]])
def test_concatenated_is_what_numpy_gives(counts: list[int]) -> None:
    rng = np.random.default_rng(0)
    parts = [
        Split(rng.integers(0, 256, (count, 4, 2, 1), np.uint8)[:, ::2], rng.integers(0, 5, count))
        for count in counts
    ]
    amounts: list[int] = []

    @contextmanager
    def progress(label: str, total: int | None, unit: str) -> Iterator[Callable[[int], None]]:
        assert (total, unit) == (sum(counts), "images")
        yield amounts.append

    joined = concatenated(parts, progress)
    assert np.array_equal(joined.images, np.concatenate([part.images for part in parts]))
    assert np.array_equal(joined.labels, np.concatenate([part.labels for part in parts]))
    assert joined.images.flags.c_contiguous
    assert sum(amounts) == sum(counts)


def test_a_single_split_in_order_is_not_copied() -> None:
    part = Split(np.zeros((3, 2, 2, 1), np.uint8), np.zeros(3, np.int64))
    assert concatenated([part]) is part
