"""Whether the true class is among the most probable ones."""

from typing import Any

import keras


def in_top_k(y_true: Any, y_pred: Any, k: int) -> Any:
    """Return 1 for each image whose true class is among the `k` most probable ones, 0 otherwise.

    Of equally probable classes the first ones count as more probable, as for the accuracy. In
    Keras's top-k all of them are among the first, so it is 1 for a model that learned nothing.
    """
    label = keras.ops.argmax(y_true, -1, keepdims=True)
    own = keras.ops.take_along_axis(y_pred, label, -1)
    before = keras.ops.arange(y_pred.shape[-1], dtype=label.dtype) < label
    ahead = keras.ops.where(before, ~(y_pred < own), ~(y_pred <= own))  # NaN is ahead of all
    rank = keras.ops.sum(keras.ops.cast(ahead, "int32"), -1)
    return keras.ops.cast(rank < k, "float32")
