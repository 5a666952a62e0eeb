"""The squared difference as a Keras loss."""

from typing import Any

import keras


class Squared(keras.losses.Loss):
    """The sum over the classes of the squared difference between label and probability."""

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each image, float32 (N,)."""
        return keras.ops.sum(keras.ops.square(y_true - y_pred), -1)
