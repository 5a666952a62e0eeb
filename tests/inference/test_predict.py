"""Probabilities of arrays."""

from typing import Any

import numpy as np
import pytest
from made_runs import digits, two_classes

from zookit.core import BadParameter, BadRun
from zookit.inference.predict import Predictor, batch_size, is_unsure, predict
from zookit.inference.rebuild import rebuild_model

pytestmark = pytest.mark.xdist_group("shared runs")


def images(*shape: int) -> "np.typing.NDArray[np.uint8]":
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


def test_the_probabilities_are_those_of_the_model() -> None:
    model = rebuild_model(digits())
    predictor = Predictor(model)
    pixels = images(600, 28, 28, 1)
    assert predictor.batch_size == 256
    expected = model.predict(pixels, verbose=0)
    found = predictor(pixels)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-6)
    np.testing.assert_allclose(predict(digits(), pixels[:3]), expected[:3], atol=1e-6)
    np.testing.assert_allclose(predictor(pixels[::-1][:3]), expected[::-1][:3], atol=1e-6)
    assert predictor(pixels[:0]).shape == (0, 10)


def test_both_of_two_classes_have_their_probability() -> None:
    """The single output is the probability of the second class."""
    run = two_classes()
    model = rebuild_model(run)
    pixels = images(20, *run.environment.data.image_shape)
    second = model.predict(pixels, verbose=0)[:, 0]
    found = predict(run, pixels)
    np.testing.assert_allclose(found[:, 1], second, atol=1e-6)
    np.testing.assert_allclose(found.sum(1), 1, atol=1e-6)


@pytest.mark.parametrize(
    "wrong",
    [images(2, 27, 28, 1), images(28, 28, 1), images(2, 28, 28, 1).astype(np.float32) / 255],
    ids=["height", "one image", "float"],
)
def test_wrong_images_are_refused(wrong: Any) -> None:
    with pytest.raises(BadParameter, match=r"expected uint8.*\(N, 28, 28, 1\)"):
        predict(digits(), wrong)


def test_weights_that_are_not_finite_are_refused() -> None:
    model = rebuild_model(digits())
    model.weights[-1].assign(np.full(10, np.nan))
    with pytest.raises(BadRun, match="NaN or infinite"):
        Predictor(model)(images(1, 28, 28, 1))


@pytest.mark.parametrize(
    ("probabilities", "unsure"),
    [
        ([0.6, 0.4], True),
        ([0.3, 0.7], False),
        ([0.5, 0.3, 0.2], True),
        ([0.55, 0.25, 0.2], False),
        ([0.02] + [0.98 / 999] * 999, True),
        ([0.6] + [0.4 / 999] * 999, False),
    ],
)
def test_when_a_prediction_is_unsure(probabilities: list[float], unsure: bool) -> None:
    assert is_unsure(np.array(probabilities, np.float32)) is unsure


@pytest.mark.parametrize(
    ("shape", "expected"), [((8, 8, 1), 256), ((300, 300, 3), 14), ((3000, 3000, 3), 1)]
)
def test_large_images_are_predicted_in_small_batches(
    shape: tuple[int, int, int], expected: int
) -> None:
    assert batch_size(shape) == expected
