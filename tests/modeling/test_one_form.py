"""Losses and metrics get one form, whatever the head; what they return is checked."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import pytest

from zookit.core import BrokenPlugin, DatasetInfo, Loss, Metric
from zookit.modeling.model import build_model, compile_model
from zookit.modeling.one_form import OneFormLoss, OneFormMetric, StrongerAccuracy
from zookit.plugins import Crossentropy
from zookit.plugins import Dense as DenseArchitecture

SEEN: list[tuple[Any, Any]] = []


@dataclass(frozen=True)
class Watching(Loss):
    """Notes what it is given."""

    def build(self) -> keras.losses.Loss:  # type: ignore[override]
        class Noting(keras.losses.Loss):  # type: ignore[misc]
            def call(self, y_true: Any, y_pred: Any) -> Any:
                SEEN.append((y_true, y_pred))
                return keras.ops.sum((y_true - y_pred) ** 2, -1)

        return Noting()


@dataclass(frozen=True)
class Lazy(Metric):
    """Keras's F1 creates its variables when it is first used."""

    average: str | None = None

    def build(self, classes: int) -> keras.metrics.Metric:
        return keras.metrics.F1Score(self.average)


@dataclass(frozen=True)
class Wrong(Metric, Loss):
    """Returns text."""

    def build(self, classes: int) -> Any:
        return "no metric"


@pytest.mark.parametrize("classes", [2, 4])
def test_labels_and_probabilities_of_all_classes_in_float32(classes: int) -> None:
    outputs = np.full((3, 1 if classes == 2 else 4), 0.25, np.float32)
    labels = np.array([0, 1, 1])
    loss = OneFormLoss(Watching(), classes)
    values = [float(loss(each, outputs)) for each in (labels, labels[:, None])]
    for seen_labels, seen in SEEN[-2:]:
        assert seen_labels.dtype == seen.dtype == "float32"
        np.testing.assert_array_equal(seen_labels, np.eye(classes)[labels])
        np.testing.assert_allclose(seen, [[0.75, 0.25]] * 3 if classes == 2 else outputs)
    assert values[0] == values[1]


@pytest.mark.parametrize("classes", [2, 4])
def test_the_stronger_label_counts(classes: int) -> None:
    accuracy = StrongerAccuracy()
    rest = [0.0] * (classes - 2)
    mixed = np.array([[0.4, 0.6, *rest], [0.8, 0.2, *rest]], np.float32)
    probabilities = np.array([[0.1, 0.9, *rest], [0.3, 0.7, *rest]], np.float32)
    outputs = probabilities[:, 1:2] if classes == 2 else probabilities
    accuracy.update_state(mixed, outputs)
    assert float(accuracy.result()) == 0.5
    accuracy.update_state(np.array([1, 1]), outputs)  # plain labels, as those of the test split
    assert float(accuracy.result()) == 0.75


def test_a_metric_of_others() -> None:
    metric = OneFormMetric(Lazy("macro"), "f1", 3)
    before = [id(each) for each in metric.variables]
    assert before
    metric.update_state(np.array([0, 1, 2]), np.eye(3, dtype=np.float32))
    assert float(metric.result()) == pytest.approx(1)
    assert [id(each) for each in metric.variables] == before
    for component, expected in (
        (Lazy(), "Lazy: its result is .*one number.*Correct the class"),
        (Wrong(), "no met"),
    ):
        with pytest.raises(BrokenPlugin, match=expected):
            OneFormMetric(component, "f1", 3)
    with pytest.raises(BrokenPlugin, match="no metric"):
        OneFormLoss(Wrong(), 3)


@pytest.mark.parametrize("classes", [2, 3])
def test_crossentropy_trains_as_that_of_the_head_does(classes: int) -> None:
    info = DatasetInfo((4, 4, 1), tuple("abc"[:classes]))
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (64, 4, 4, 1), np.uint8)
    labels = random.integers(0, classes, 64)
    weights = []
    for loss in (None, Crossentropy()):
        keras.utils.set_random_seed(1)
        model = build_model(info, DenseArchitecture((4,)), normalize=False)  # saturated outputs
        compile_model(model, info, keras.optimizers.SGD(0.001), loss)
        history = model.fit(images, labels, batch_size=16, epochs=3, verbose=0).history
        weights.append([*model.get_weights(), np.array(history["loss"])])
    for one, other in zip(*weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-4, atol=1e-5)
