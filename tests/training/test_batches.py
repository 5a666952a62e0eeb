"""The order of batches."""

import numpy as np

from zookit.core import Split
from zookit.training.batches import Batches


def batches(seed: int | None = 3) -> Batches:
    return Batches(
        Split(np.arange(10, dtype=np.uint8).reshape(10, 1, 1, 1), np.arange(10)), 4, seed=seed
    )


def order(one: Batches, epoch: int) -> list[int]:
    one.epoch = epoch
    return [int(label) for _, labels in one.dataset().as_numpy_iterator() for label in labels]


def test_every_epoch_has_each_image_once_in_an_order_of_its_own() -> None:
    orders = [order(batches(), epoch) for epoch in range(3)]
    assert all(sorted(each) == list(range(10)) for each in orders)
    assert len({tuple(each) for each in orders}) == 3


def test_order_depends_on_seed_and_epoch_alone() -> None:
    used = batches()
    order(used, 0)
    assert order(used, 2) == order(batches(), 2)
    assert order(used, 2) != order(batches(seed=4), 2)


def test_without_seed_the_order_is_the_splits() -> None:
    assert order(batches(None), 1) == list(range(10))


def test_last_batch_is_as_small_as_it_is() -> None:
    assert [len(images) for images, _ in batches().dataset().as_numpy_iterator()] == [4, 4, 2]
