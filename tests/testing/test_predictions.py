"""What losses and metrics are tried with."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from zookit.core import Metric
from zookit.testing.predictions import Predictions, accepted_classes


@dataclass(frozen=True)
class Refuses(Metric):
    """Refuses numbers of classes, before or after TensorFlow is imported."""

    checked: int = 0
    built: int = 0

    def check(self, classes: int) -> None:
        if classes <= self.checked:
            raise ValueError(f"no {classes}")

    def build(self, classes: int) -> Any:
        if classes <= self.built:
            raise ValueError(f"no {classes}")


def test_a_component_may_refuse_numbers_of_classes() -> None:
    assert accepted_classes(Refuses()) == (2, 5)
    assert accepted_classes(Refuses(checked=5)) == (20, 100)
    assert accepted_classes(Refuses(built=5)) == (20, 100)


def test_one_that_refuses_them_all_is_wrong() -> None:
    with pytest.raises(ValueError, match="no 2"):
        accepted_classes(Refuses(checked=100))


@pytest.mark.parametrize("classes", [2, 5])
def test_rows_add_up_to_1(classes: int) -> None:
    batch = Predictions.random(classes)
    for each in (batch, batch.right(0.9), batch.wrong(1.0), batch.mixed()):
        assert np.allclose(each.labels.sum(axis=1), 1)
        assert np.allclose(each.probabilities.sum(axis=1), 1)
    right = batch.right(0.9).probabilities.argmax(axis=1)
    assert np.array_equal(right, batch.labels.argmax(axis=1))
    assert not np.any(batch.wrong(0.9).probabilities.argmax(axis=1) == right)
