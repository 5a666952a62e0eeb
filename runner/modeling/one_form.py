"""Labels and probabilities in one form for all losses and metrics, whatever the head.

Keras's own are silently wrong or raise for a head with one output and for integer labels: with
every probability at 0.01, its F1 is 0.644. Imports Keras.
"""

from typing import Any

import keras
import tensorflow as tf

from zookit.core import BrokenPlugin, Loss, Metric
from zookit.core.calling import call_declared
from zookit.core.errors import quoted
from zookit.registry.blame import advice_for, check_returned, describe, values_refused


def as_labels(labels: Any, classes: int) -> tf.Tensor:
    """Return labels, whole numbers (N,) or (N, 1), or float32 (N, classes), as the last."""
    labels = tf.convert_to_tensor(labels)
    if _are_whole(labels):
        return tf.one_hot(classes_of(labels), classes)
    return tf.cast(labels, tf.float32)


def classes_of(labels: Any) -> tf.Tensor:
    """Return the class of each label, int64 (N,); of a mixed label the stronger one.

    Labels are whole numbers (N,) or (N, 1), or float32 (N, classes).
    """
    labels = tf.convert_to_tensor(labels)
    if _are_whole(labels):
        return tf.reshape(tf.cast(labels, tf.int64), [-1])
    return tf.argmax(labels, 1)


def _are_whole(labels: tf.Tensor) -> bool:
    return bool(labels.shape.rank == 1 or labels.shape[-1] == 1)


def all_classes(outputs: tf.Tensor) -> tf.Tensor:
    """Return the probabilities of all classes, (N, classes), from the outputs of a model.

    A single output is the probability of the second of two classes.
    """
    return tf.concat([1 - outputs, outputs], 1) if outputs.shape[-1] == 1 else outputs


def _with_logits(outputs: tf.Tensor) -> tf.Tensor:
    """Return the probabilities of all classes, from which Keras's crossentropies find the logits.

    It uses them where it can: a probability that is rounded to 0 or 1 has no gradient.
    """
    both = all_classes(outputs)
    logits = getattr(outputs, "_keras_logits", None)
    if both is not outputs and logits is not None:
        both._keras_logits = tf.concat([tf.zeros_like(logits), logits], 1)  # noqa: SLF001
    return both


class OneFormLoss(keras.losses.Loss):
    """Calls a loss with labels and probabilities of all classes, float32 (N, classes).

    Raises BadParameter if the loss refuses the number of classes.
    """

    def __init__(self, loss: Loss, classes: int) -> None:
        with values_refused(loss):
            built = call_declared(loss.build, classes=classes)
        check_returned(loss, "build", built, keras.losses.Loss, "keras.losses.Loss")
        super().__init__(name=built.name)
        self._loss = built
        self._classes = classes

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Return the loss of a batch."""
        labels = as_labels(y_true, self._classes)
        return self._loss(labels, _with_logits(y_pred), sample_weight)


class OneFormMetric(keras.metrics.Metric):
    """Calls a metric with labels and probabilities of all classes, float32 (N, classes).

    Of mixed labels, the metric sees the stronger one. Raises BadParameter if the metric refuses the
    number of classes, and BrokenPlugin if its result is not one number.
    """

    def __init__(self, metric: Metric, name: str, classes: int) -> None:
        with values_refused(metric):
            built = call_declared(metric.build, classes=classes)
        check_returned(metric, "build", built, keras.metrics.Metric, "keras.metrics.Metric")
        super().__init__(name=name)
        self._metric = built
        self._classes = classes
        self._try(metric)
        # Keras's callbacks read the direction of a metric here.
        self._direction = "up" if metric.higher_is_better else "down"

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch."""
        labels = as_labels(classes_of(y_true), self._classes)
        self._metric.update_state(labels, all_classes(y_pred), sample_weight)

    def result(self) -> Any:
        """Return the value over all batches, a number."""
        return self._metric.result()

    def reset_state(self) -> None:
        """Forget all batches."""
        self._metric.reset_state()

    def _try(self, metric: Metric) -> None:
        """Use the metric once, because some create their variables only then."""
        even = tf.fill([1, self._classes], 1 / self._classes)
        self._metric.update_state(tf.one_hot([0], self._classes), even)
        value = self._metric.result()
        if getattr(value, "shape", None) != ():
            raise BrokenPlugin(
                f"{describe(metric)}: its result is {quoted(value)}, expected one number. "
                f"{advice_for(metric)}"
            )
        self._metric.reset_state()


class StrongerAccuracy(keras.metrics.MeanMetricWrapper):
    """The share of images whose most probable class is the stronger one of a mixed label."""

    def __init__(self) -> None:
        super().__init__(_is_right, name="accuracy")
        self._direction = "up"


def _is_right(y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
    return tf.cast(tf.equal(classes_of(y_true), tf.argmax(all_classes(y_pred), 1)), tf.float32)


def further_metrics(model: keras.Model) -> list[OneFormMetric]:
    """Return the metrics of a compiled model beside its loss and its accuracy."""
    # Keras has those that it is compiled with in one that holds them.
    inner = (metric for each in model.metrics for metric in getattr(each, "metrics", [each]))
    return [each for each in inner if isinstance(each, OneFormMetric)]
