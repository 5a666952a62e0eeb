"""The calibration of predictions, against values computed by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zookit.core import Evaluation
from zookit.inference.calibration import Calibration
from zookit.plugins.metrics.calibration_error import CalibrationError


def evaluation(probability: list[float], right: list[bool]) -> Evaluation:
    return Evaluation(
        np.zeros(len(right), np.int64),
        np.array([0 if each else 1 for each in right]),
        np.array(probability, np.float32),
        np.empty(0, np.int64),
        np.empty((0, 1, 1, 1), np.uint8),
    )


def test_bins_and_the_expected_calibration_error() -> None:
    # Bin 14 is above 14/15 = 0.9333: mean 0.98, 2 of 3 right. Bin 8 is above 8/15 = 0.5333: mean
    # 0.55, 1 of 2 right. Bin 5 is above 5/15: 0.35, wrong.
    found = Calibration.of(
        evaluation(
            [1.0, 0.96, 0.98, 0.54, 0.56, 0.35],
            [True, False, True, True, False, False],
        )
    )
    assert found.images.dtype == np.int64
    assert found.images.tolist() == [0, 0, 0, 0, 0, 1, 0, 0, 2, 0, 0, 0, 0, 0, 3]
    np.testing.assert_allclose(found.probability[[5, 8, 14]], [0.35, 0.55, 0.98], rtol=1e-6)
    np.testing.assert_allclose(found.accuracy[[5, 8, 14]], [0, 1 / 2, 2 / 3])
    assert np.isnan(found.probability[0])
    assert np.isnan(found.accuracy[0])
    by_hand = (3 * abs(2 / 3 - 0.98) + 2 * abs(1 / 2 - 0.55) + 1 * 0.35) / 6
    assert found.error == pytest.approx(by_hand)
    assert found.mean_probability == pytest.approx(4.39 / 6)
    assert repr(found) == f"<Calibration: error {by_hand:.4f}, 6 predictions>"


def test_the_first_bin_has_zero_and_the_last_has_one() -> None:
    found = Calibration.of(evaluation([0.0, 1.0], [True, True]))
    assert np.flatnonzero(found.images).tolist() == [0, 14]
    assert found.edges[[0, 12, 15]].tolist() == [0, 0.8, 1]


def test_probabilities_that_are_as_often_right_as_they_say_have_no_error() -> None:
    assert Calibration.of(evaluation([0.75] * 4, [True, True, True, False])).error == 0
    assert Calibration.of(evaluation([1.0] * 4, [False] * 4)).error == 1


def test_the_error_is_that_of_the_metric() -> None:
    random = np.random.default_rng(0)
    logits = random.normal(size=(500, 4)).astype(np.float32)
    probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    labels = random.integers(0, 4, 500)
    found = Calibration.of(
        Evaluation(
            labels,
            probabilities.argmax(1),
            probabilities.max(1),
            np.empty(0, np.int64),
            np.empty((0, 1, 1, 1), np.uint8),
        )
    )
    metric = CalibrationError().build(4)
    metric.update_state(np.eye(4)[labels], probabilities)
    assert found.error == pytest.approx(float(metric.result()), rel=1e-5)


@given(st.lists(st.tuples(st.floats(0, 1, width=32), st.booleans()), min_size=1, max_size=60))
def test_the_bins_hold_all_predictions(pairs: list[tuple[float, bool]]) -> None:
    probability, right = [each for each, _ in pairs], [each for _, each in pairs]
    found = Calibration.of(evaluation(probability, right))
    assert found.images.sum() == len(pairs)
    assert 0 <= found.error <= 1
    # No binning makes the error smaller than the difference of the means.
    assert found.error >= abs(np.mean(probability) - np.mean(right)) - 1e-9
    filled = found.images > 0
    assert (found.probability[filled] <= found.edges[1:][filled] + 1e-6).all()
    assert (found.probability[filled] >= found.edges[:-1][filled] - 1e-6).all()
