"""The order of batches, chunks of them, and class weights."""

import gc
import math
import weakref

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from zookit.core import Split
from zookit.training.batches import Batches, balanced_weights


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


def test_the_order_depends_on_seed_and_epoch_alone() -> None:
    used = batches()
    order(used, 0)
    assert order(used, 2) == order(batches(), 2)
    assert order(used, 2) != order(batches(seed=4), 2)


def test_without_a_seed_the_order_is_that_of_the_split() -> None:
    assert order(batches(None), 1) == list(range(10))


def test_the_last_batch_may_be_smaller() -> None:
    assert [len(images) for images, _ in batches().dataset().as_numpy_iterator()] == [4, 4, 2]
    assert (len(batches()), batches().whole, batches().batch_bytes) == (3, 2, 4)


@given(
    count=st.integers(1, 500),
    batch_size=st.integers(1, 40),
    steps=st.integers(1, 30),
    skipped=st.integers(0, 3),
    data=st.data(),
)
@settings(deadline=None, max_examples=15)
def test_chunks_have_each_image_once_in_the_order_of_the_batches(
    count: int, batch_size: int, steps: int, skipped: int, data: st.DataObject
) -> None:
    images = np.arange(count, dtype=np.uint16).view(np.uint8).reshape(count, 1, 1, 2)
    weights = np.array([1, 2], np.float32) if data.draw(st.booleans()) else None
    batches = Batches(
        Split(images, np.arange(count) % 2),
        batch_size,
        seed=data.draw(st.integers(0, 9)),
        weights=weights,
    )
    batches.epoch = data.draw(st.integers(0, 9))
    # Keras takes this many. Reading to the end is an error, as the data set counts single batches.
    elements = math.ceil((count // batch_size) / steps) + bool(count % batch_size)
    batches.first_chunk = min(skipped, elements)
    plain = list(batches.dataset().as_numpy_iterator())
    assert len(plain) == len(batches) == math.ceil(count / batch_size)
    left = elements - batches.first_chunk
    seen = []
    for number, *parts in batches.chunks(steps).take(left).as_numpy_iterator():
        seen += [tuple(part[at] for part in parts) for at in range(number)]
    expected = plain[min(batches.first_chunk * steps, count // batch_size) :] if left else []
    assert len(seen) == len(expected)
    for one, other in zip(seen, expected, strict=True):
        for part, same in zip(one, other, strict=True):
            np.testing.assert_array_equal(part, same)


def test_a_data_set_keeps_its_images_and_nothing_else_does() -> None:
    """TensorFlow keeps the functions of data sets forever. A worker trains hundreds."""
    made = batches()
    one = weakref.ref(made)
    data = [made.chunks(1), made.dataset()]
    del made
    gc.collect()
    assert [len(list(each.take(2).as_numpy_iterator())) for each in data] == [2, 2]
    iterator = iter(data[1])
    next(iterator)
    del data
    gc.collect()
    assert len([*iterator]) == 2
    del iterator
    gc.collect()
    assert one() is None


def test_balanced_weights_make_all_classes_count_the_same() -> None:
    labels = np.array([0, 0, 0, 2])
    weights = balanced_weights(labels, 4)
    assert weights.dtype == np.float32
    np.testing.assert_allclose(weights, [4 / 6, 0, 2, 0], rtol=1e-6)
    assert np.mean(weights[labels]) == 1
