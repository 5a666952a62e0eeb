"""The batches of a run, by purpose."""

from typing import Any

import numpy as np
import pytest

from zookit.core import BadExperiment, DataError, Settings, Split, Splits
from zookit.training.feeds import Feeds, make_feeds

CLASSES = ("a", "b")
TRAIN, TEST = (
    Split(np.arange(count, dtype=np.uint8).reshape(count, 1, 1, 1), np.arange(count) % 4 // 3)
    for count in (40, 8)
)


def feeds(splits: Splits | None = None, **settings: Any) -> Feeds:
    return make_feeds(splits or Splits(TRAIN, TEST), Settings(**settings), CLASSES)


def test_without_validation_all_images_are_trained_on() -> None:
    assert feeds().sizes() == {"train": 40, "test": 8}


def test_validation_is_held_out_of_each_class_and_not_trained_on() -> None:
    made = feeds(validation=0.2)
    assert made.sizes() == {"train": 32, "validation": 8, "test": 8}
    assert made.validation is not None
    pixels, labels = zip(*made.validation.dataset().as_numpy_iterator(), strict=True)
    held_out = {int(each) for batch in pixels for each in batch.ravel()}
    assert np.bincount(np.concatenate(labels)).tolist() == [6, 2]
    trained = {int(p) for batch, _ in made.train.dataset().as_numpy_iterator() for p in batch.flat}
    assert trained == set(range(40)) - held_out


def test_copies_of_images_trained_on_are_not_held_out(caplog: pytest.LogCaptureFixture) -> None:
    without = feeds(validation=0.2).validation
    assert without is not None
    held_out = [int(each) for each in without.first()[0].ravel()]
    trained = sorted(set(range(40)) - set(held_out))
    copies = [[held_out[0], trained[0]], held_out[1:3], [held_out[3], *trained[1:3]]]
    made = make_feeds(Splits(TRAIN, TEST), Settings(validation=0.2), CLASSES, copies)
    assert made.validation is not None
    alone = [int(each) for each in made.validation.first()[0].ravel()]
    assert alone == [each for each in held_out if each not in (held_out[0], held_out[3])]
    assert made.left_out == 2
    assert made.train.size == 32
    assert "2 images of the validation" in caplog.text
    everything = [[each, trained[0]] for each in held_out]
    with pytest.raises(DataError, match="validation"):
        make_feeds(Splits(TRAIN, TEST), Settings(validation=0.2), CLASSES, everything)


def test_the_seed_decides_what_is_held_out() -> None:
    def held_out(seed: int) -> list[int]:
        validation = feeds(validation=0.2, seed=seed).validation
        assert validation is not None
        return [int(each) for each in validation.first()[0].ravel()]

    assert held_out(0) == held_out(0) != held_out(1)


def test_a_data_set_may_have_its_own_validation_split() -> None:
    assert feeds(Splits(TRAIN, TEST, TEST)).sizes()["validation"] == 8
    with pytest.raises(BadExperiment, match="validation"):
        feeds(Splits(TRAIN, TEST, TEST), validation=0.2)


def test_class_weights_come_from_the_training_images() -> None:
    images, labels, weights = feeds(class_weights=True).train.first()
    assert len(images) == 32
    expected = np.array([40 / (2 * 30), 40 / (2 * 10)], np.float32)
    np.testing.assert_array_equal(weights, expected[labels])
    assert len(feeds().train.first()) == 2
