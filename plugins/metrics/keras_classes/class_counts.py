"""A metric that counts by class."""

from collections.abc import Callable
from typing import Any

import keras

Value = Callable[[Any, Any, Any], Any]


class ClassCounts(keras.metrics.Metric):
    """A value of three counts of each class, float32 (classes,).

    They are the images of the class that are predicted correctly, the images that are predicted to
    be of it, and the images that are of it.
    """

    def __init__(self, classes: int, value: Value) -> None:
        super().__init__()
        self._classes = classes
        self._value = value
        self._counts = self.add_variable((3, classes), "zeros", name="counts")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch."""
        y_true = keras.ops.cast(y_true, "float32")
        if sample_weight is not None:
            y_true = y_true * keras.ops.reshape(sample_weight, (-1, 1))
        predicted = keras.ops.one_hot(keras.ops.argmax(y_pred, -1), self._classes)
        weights = keras.ops.sum(y_true, -1, keepdims=True)
        counted = (y_true * predicted, weights * predicted, y_true)
        self._counts.assign_add(keras.ops.sum(keras.ops.stack(counted), 1))

    def result(self) -> Any:
        """Return the value over all batches."""
        return self._value(*keras.ops.unstack(self._counts.value, 3))


def mean_ratio(over: Any, under: Any, counted: Any) -> Any:
    """Return the mean of the ratios of those classes that are counted; 0 / 0 is 0."""
    chosen = keras.ops.cast(counted > 0, "float32")
    ratios = keras.ops.divide_no_nan(over, under) * chosen
    return keras.ops.divide_no_nan(keras.ops.sum(ratios), keras.ops.sum(chosen))


def precision(correct: Any, predicted: Any, labelled: Any) -> Any:
    """Return the mean precision of the classes that occur."""
    return mean_ratio(correct, predicted, predicted + labelled)


def recall(correct: Any, predicted: Any, labelled: Any) -> Any:
    """Return the mean recall of the classes that occur."""
    return mean_ratio(correct, labelled, predicted + labelled)


def f1(correct: Any, predicted: Any, labelled: Any) -> Any:
    """Return the mean F1 of the classes that occur."""
    return mean_ratio(2 * correct, predicted + labelled, predicted + labelled)


def recall_of_labelled(correct: Any, predicted: Any, labelled: Any) -> Any:
    """Return the mean recall of the classes that have images."""
    del predicted
    return mean_ratio(correct, labelled, labelled)
