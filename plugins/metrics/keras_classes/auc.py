"""The area under the ROC curve, as a Keras metric."""

import math
from typing import Any

import keras

_BINS = 1024
_LOWEST, _HIGHEST = 1e-12, 1 - 6e-8
"""The range in which probabilities are distinguished. No float32 lies between its end and 1."""


class Auc(keras.metrics.Metric):
    """The mean over the classes of the area under the ROC curve, each class against all others.

    Probabilities are counted in bins of equal width in log-odds, since those of a trained model are
    close to 0 and 1: Keras's AUC, whose bins have equal width, takes most of them for equal. Two in
    one bin count as equal. A class with no image, or with all images, is left out.
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        self._classes = classes
        self._positive = self.add_variable((classes, _BINS), "zeros", name="positive")
        self._negative = self.add_variable((classes, _BINS), "zeros", name="negative")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch."""
        y_true = keras.ops.cast(y_true, "float32")
        weights = keras.ops.ones_like(y_true)
        if sample_weight is not None:
            weights = weights * keras.ops.reshape(sample_weight, (-1, 1))
        bins = _bins(y_pred) + _BINS * keras.ops.arange(self._classes)
        for variable, share in ((self._positive, y_true), (self._negative, 1 - y_true)):
            counts = keras.ops.segment_sum(
                keras.ops.reshape(share * weights, (-1,)),
                keras.ops.reshape(bins, (-1,)),
                self._classes * _BINS,
            )
            variable.assign_add(keras.ops.reshape(counts, (self._classes, _BINS)))

    def result(self) -> Any:
        """Return the value over all batches, 0 if no class has images of both kinds."""
        positive, negative = self._positive.value, self._negative.value
        below = keras.ops.cumsum(negative, 1) - negative / 2  # equal ones count half
        pairs = keras.ops.sum(positive, 1) * keras.ops.sum(negative, 1)
        areas = keras.ops.divide_no_nan(keras.ops.sum(positive * below, 1), pairs)
        counted = keras.ops.cast(pairs > 0, "float32")
        return keras.ops.divide_no_nan(keras.ops.sum(areas), keras.ops.sum(counted))


def _bins(probabilities: Any) -> Any:
    """Return the bin of each probability, int32."""
    within = keras.ops.clip(keras.ops.cast(probabilities, "float32"), _LOWEST, _HIGHEST)
    log_odds = keras.ops.log(within) - keras.ops.log1p(-within)
    lowest = math.log(_LOWEST)
    width = (math.log(_HIGHEST / (1 - _HIGHEST)) - lowest) / _BINS
    bins = keras.ops.cast((log_odds - lowest) / width, "int32")
    return keras.ops.clip(bins, 0, _BINS - 1)
