"""The expected calibration error, as a Keras metric."""

from typing import Any

import keras


class CalibrationError(keras.metrics.Metric):
    """The mean difference between confidence and accuracy, over bins of equal confidence."""

    def __init__(self, bins: int) -> None:
        super().__init__()
        self._bins = bins
        self._excess = self.add_variable((bins,), "zeros", name="excess")
        self._total = self.add_variable((), "zeros", name="total")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch."""
        confidence = keras.ops.max(keras.ops.cast(y_pred, "float32"), -1)
        right = keras.ops.equal(keras.ops.argmax(y_pred, -1), keras.ops.argmax(y_true, -1))
        weights = keras.ops.ones_like(confidence)
        if sample_weight is not None:
            weights = weights * keras.ops.reshape(sample_weight, (-1,))
        at = keras.ops.cast(keras.ops.ceil(confidence * self._bins), "int32") - 1
        at = keras.ops.clip(at, 0, self._bins - 1)
        excess = weights * (confidence - keras.ops.cast(right, "float32"))
        self._excess.assign_add(keras.ops.segment_sum(excess, at, self._bins))
        self._total.assign_add(keras.ops.sum(weights))

    def result(self) -> Any:
        """Return the value over all batches."""
        return keras.ops.divide_no_nan(
            keras.ops.sum(keras.ops.abs(self._excess.value)), self._total.value
        )
