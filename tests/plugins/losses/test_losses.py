"""Losses: compared with formulas written out here, on two and on four classes."""

from typing import Any, cast

import keras
import numpy as np
import numpy.typing as npt
import pytest

from zookit.core import BadParameter
from zookit.modeling.one_form import OneFormLoss
from zookit.modeling.runtime import keras_configured
from zookit.registry import losses

Array = npt.NDArray[np.float64]
WORDS = [
    "crossentropy",
    "crossentropy:label_smoothing=0.2",
    "focal",
    "focal:gamma=1,alpha=1,label_smoothing=0.1",
    "squared",
    "poly",
    "poly:-0.5",
    "generalized_crossentropy",
    "generalized_crossentropy:1",
]
LABELS = {2: [0, 1, 1, 0, 1], 4: [0, 1, 2, 3, 3]}


def loss_of(words: str, classes: int) -> OneFormLoss:
    return OneFormLoss(losses.build(words).component, classes)


def outputs_of(classes: int) -> Array:
    """What the head returns: the probability of the second of two classes, or one for each."""
    raw = np.random.default_rng(1).uniform(0.05, 1, (5, 1 if classes == 2 else classes))
    return cast(Array, raw if classes == 2 else raw / raw.sum(1, keepdims=True))


def by_hand(words: str, labels: Array, p: Array) -> Array:
    """The loss of each image; labels and probabilities (N, classes)."""
    name, values = losses.build(words).spec.short_name, losses.build(words).spec.parameters
    smoothing = values.get("label_smoothing", 0)
    labels = labels * (1 - smoothing) + smoothing / labels.shape[1]
    each: dict[str, Any] = {
        "crossentropy": lambda: -labels * np.log(p),
        "focal": lambda: -values["alpha"] * labels * (1 - p) ** values["gamma"] * np.log(p),
        "squared": lambda: (labels - p) ** 2,
        "poly": lambda: labels * (values["epsilon"] * (1 - p) - np.log(p)),
        "generalized_crossentropy": lambda: labels * (1 - p ** values["q"]) / values["q"],
    }
    return cast(Array, each[name]().sum(1))


def test_all_are_compared() -> None:
    assert {name for name in losses if losses[name].distribution == "zookit"} == {
        words.partition(":")[0] for words in WORDS
    }


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("words", WORDS)
def test_values(words: str, classes: int) -> None:
    outputs, labels = outputs_of(classes), np.array(LABELS[classes])
    p = np.hstack([1 - outputs, outputs]) if classes == 2 else outputs
    one_hot = np.eye(classes)[labels]
    mixed = 0.7 * one_hot + 0.3 * one_hot[::-1]
    loss = loss_of(words, classes)
    single = outputs.astype(np.float32)
    weights = np.arange(5.0, dtype=np.float32)
    for given, meant in ((labels, one_hot), (mixed.astype(np.float32), mixed)):
        expected = by_hand(words, meant, p)
        assert float(loss(given, single)) == pytest.approx(expected.mean(), rel=1e-5)
        weighted = float(loss(given, single, weights))
        assert weighted == pytest.approx((weights * expected).mean(), rel=1e-5)


def test_for_two_classes_crossentropy_is_binary_crossentropy() -> None:
    outputs, labels = outputs_of(2).astype(np.float32), np.array(LABELS[2])
    expected = keras.losses.BinaryCrossentropy()(labels[:, None], outputs)
    assert float(loss_of("crossentropy", 2)(labels, outputs)) == pytest.approx(
        float(expected), rel=1e-6
    )
    smooth = keras.losses.BinaryCrossentropy(label_smoothing=0.2)(labels[:, None], outputs)
    found = loss_of("crossentropy:label_smoothing=0.2", 2)(labels, outputs)
    assert float(found) == pytest.approx(float(smooth), rel=1e-6)


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("words", WORDS)
def test_certainty_gives_finite_numbers(words: str, classes: int) -> None:
    """Logits of 200 give probabilities of exactly 0 and 1, in float32 at every precision."""
    import tensorflow as tf

    logits = np.array([[200.0, -200.0, 0, 0], [-200.0, 200.0, 0, 0]], np.float32)
    logits = logits[:, 1:2] if classes == 2 else logits
    with keras_configured("mixed_bfloat16"):
        loss = loss_of(words, classes)
        variable = tf.Variable(logits)
        with tf.GradientTape() as tape:
            act = keras.activations.sigmoid if classes == 2 else keras.activations.softmax
            value = loss(np.array([0, 0]), act(variable))
    assert value.dtype == "float32"
    assert np.isfinite(float(value))
    gradient = tape.gradient(value, variable).numpy()
    assert np.isfinite(gradient).all()
    if words == "crossentropy":  # the wrong image is not lost, as it is with the rounded values
        assert np.abs(gradient[1]).max() == pytest.approx(0.5)
        assert float(value) == pytest.approx(100 if classes == 2 else 200)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("crossentropy:label_smoothing=1", "less than 1"),
        ("focal:gamma=-1", "at least 0"),
        ("focal:alpha=nan", "finite"),
        ("generalized_crossentropy:0", "greater than 0"),
        ("generalized_crossentropy:2", "at most 1"),
        ("poly:-2", "at least -1"),
    ],
)
def test_wrong_parameters_are_refused(words: str, expected: Any) -> None:
    with pytest.raises(BadParameter, match=expected):
        losses.build(words)
