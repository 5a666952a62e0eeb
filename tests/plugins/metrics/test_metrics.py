"""Metrics: compared with NumPy, on two and on four classes, over several batches."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from zookit.core import BadParameter
from zookit.modeling.one_form import OneFormMetric
from zookit.registry import metrics
from zookit.training.resolve import compose

Array = npt.NDArray[np.float64]


def metric_of(words: str, classes: int) -> OneFormMetric:
    built = metrics.build(words)
    return OneFormMetric(built.component, built.spec.identifier, classes)


def measured(words: str, labels: npt.NDArray[np.int64], outputs: Array, classes: int) -> float:
    """The value over batches of 7 images."""
    metric = metric_of(words, classes)
    for at in range(0, len(labels), 7):
        metric.update_state(labels[at : at + 7], outputs[at : at + 7].astype(np.float32))
    return float(metric.result())


def drawn(classes: int, present: int) -> tuple[npt.NDArray[np.int64], Array]:
    """100 labels of the first classes, and what the head returns for images that fit somewhat."""
    random = np.random.default_rng(classes)
    labels = random.integers(0, present, 100)
    logits = random.normal(size=(100, classes)) * 3 + 2 * np.eye(classes)[labels]
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    return labels, p[:, 1:] if classes == 2 else p


def all_of(outputs: Array) -> Array:
    return np.hstack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs


def counts(labels: npt.NDArray[np.int64], p: Array) -> list[tuple[int, int, int]]:
    """Correct, predicted and labelled images of each class."""
    predicted = p.argmax(1)
    return [
        (
            int(((labels == each) & (predicted == each)).sum()),
            int((predicted == each).sum()),
            int((labels == each).sum()),
        )
        for each in range(p.shape[1])
    ]


def macro(
    value: Callable[[int, int, int], float],
) -> Callable[[npt.NDArray[np.int64], Array], float]:
    return lambda labels, p: float(
        np.mean([value(*each) for each in counts(labels, p) if each[1] + each[2]])
    )


def area(labels: npt.NDArray[np.int64], p: Array) -> float:
    areas = []
    for each in set(labels.tolist()):
        own, other = p[labels == each, each], p[labels != each, each]
        wins = (own[:, None] > other).mean() + (own[:, None] == other).mean() / 2
        areas.append(wins)
    return float(np.mean(areas))


def calibration(labels: npt.NDArray[np.int64], p: Array) -> float:
    confidence, right = p.max(1), p.argmax(1) == labels
    total = 0.0
    for at in range(15):
        within = (confidence > at / 15) & (confidence <= (at + 1) / 15)
        if within.any():
            total += within.mean() * abs(right[within].mean() - confidence[within].mean())
    return total


def top(k: int) -> Callable[[npt.NDArray[np.int64], Array], float]:
    return lambda labels, p: float(
        np.mean([label in order[:k] for label, order in zip(labels, (-p).argsort(1), strict=True)])
    )


BY_HAND: dict[str, Callable[[npt.NDArray[np.int64], Array], float]] = {
    "macro_f1": macro(lambda right, predicted, own: 2 * right / (predicted + own)),
    "macro_precision": macro(lambda right, predicted, own: right / max(predicted, 1)),
    "macro_recall": macro(lambda right, predicted, own: right / max(own, 1)),
    "balanced_accuracy": lambda labels, p: float(
        np.mean([right / own for right, _, own in counts(labels, p) if own])
    ),
    "auc": area,
    "calibration_error": calibration,
    "log_loss": lambda labels, p: float(-np.log(p[np.arange(len(p)), labels]).mean()),
    "top_k:1": top(1),
}


@pytest.mark.parametrize(("classes", "present"), [(2, 2), (4, 4), (4, 3)])
@pytest.mark.parametrize("words", BY_HAND)
def test_values(words: str, classes: int, present: int) -> None:
    labels, outputs = drawn(classes, present)
    expected = BY_HAND[words](labels, all_of(outputs))
    tolerance = 2e-3 if words == "auc" else 2e-6
    assert measured(words, labels, outputs, classes) == pytest.approx(expected, abs=tolerance)


def test_all_are_compared() -> None:
    assert {name for name in metrics if metrics[name].distribution == "zookit"} == {
        words.partition(":")[0] for words in BY_HAND
    }
    for words in BY_HAND:
        lower = words in ("log_loss", "calibration_error")
        assert metrics.build(words).component.higher_is_better is not lower


def test_more_of_the_most_probable() -> None:
    labels, outputs = drawn(4, 4)
    found = measured("top_k:3", labels, outputs, 4)
    assert found == pytest.approx(top(3)(labels, outputs), abs=1e-6)
    assert found > measured("top_k:1", labels, outputs, 4)


def test_a_model_that_knows_nothing() -> None:
    """Keras's own metrics are silently wrong here: F1 0.644, top-k 1, AUC of saturated values."""
    labels = np.array([0] * 30 + [1] * 70)
    low = np.full((100, 1), 0.01)
    assert measured("macro_f1", labels, low, 2) == pytest.approx((2 * 30 / 130 + 0) / 2)
    assert measured("balanced_accuracy", labels, low, 2) == pytest.approx(0.5)
    assert measured("auc", labels, low, 2) == pytest.approx(0.5)
    assert measured("calibration_error", labels, low, 2) == pytest.approx(0.69)
    even = np.full((100, 4), 0.25)
    assert measured("top_k:3", np.arange(100) % 4, even, 4) == pytest.approx(0.75)
    assert measured("top_k:3", np.arange(100) % 4, np.full((100, 4), np.nan), 4) == 0
    # All close to 0, but in the right order.
    assert measured("auc", labels, np.linspace(1e-6, 1e-3, 100)[:, None], 2) > 0.97


def test_mixed_labels_and_weights() -> None:
    metric = metric_of("macro_recall", 3)
    mixed = np.array([[0.6, 0.4, 0], [0.1, 0.2, 0.7]], np.float32)
    metric.update_state(mixed, np.array([[0.9, 0.1, 0], [0.9, 0.1, 0]], np.float32))
    assert float(metric.result()) == pytest.approx(0.5)
    metric.reset_state()
    assert float(metric.result()) == 0
    for words in BY_HAND:
        labels, outputs = drawn(4, 4)
        metric = metric_of(words, 4)
        metric.update_state(
            labels, outputs.astype(np.float32), (np.arange(100) < 50).astype(np.float32)
        )
        expected = measured(words, labels[:50], outputs[:50], 4)
        assert float(metric.result()) == pytest.approx(expected, abs=1e-6), words


def test_errors() -> None:
    with pytest.raises(BadParameter, match=r"^top_k: with 10 classes.*at most 9"):
        compose("mnist", "dense", options={"metrics": "top_k:10"})
    with pytest.raises(BadParameter, match="at least 1"):
        metrics.build("top_k:0")
    with pytest.raises(BadParameter, match="bins must be at least 1"):
        metrics.build("calibration_error:0")
