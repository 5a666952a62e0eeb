"""What losses and metrics are tried with."""

import numpy as np
import pytest

from zookit.testing.predictions import Predictions, accepted_classes


def test_a_component_may_refuse_numbers_of_classes() -> None:
    def more_than_five(classes: int) -> int:
        if classes <= 5:
            raise ValueError("too few")
        return classes

    assert accepted_classes(int) == (2, 5)
    assert accepted_classes(more_than_five) == (20, 100)


def test_one_that_refuses_them_all_is_wrong() -> None:
    def nothing(classes: int) -> None:
        raise ValueError(f"no {classes}")

    with pytest.raises(ValueError, match="no 2"):
        accepted_classes(nothing)


@pytest.mark.parametrize("classes", [2, 5])
def test_rows_add_up_to_1(classes: int) -> None:
    batch = Predictions.random(classes)
    for each in (batch, batch.right(0.9), batch.wrong(1.0), batch.mixed()):
        assert np.allclose(each.labels.sum(axis=1), 1)
        assert np.allclose(each.probabilities.sum(axis=1), 1)
    right = batch.right(0.9).probabilities.argmax(axis=1)
    assert np.array_equal(right, batch.labels.argmax(axis=1))
    assert not np.any(batch.wrong(0.9).probabilities.argmax(axis=1) == right)
