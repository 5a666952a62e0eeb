"""Generalized crossentropy as a Keras loss."""

from typing import Any

import keras


class GeneralizedCrossentropy(keras.losses.Loss):
    """(1 - p ** q) / q for the probability p of the label's class."""

    def __init__(self, q: float) -> None:
        super().__init__()
        self.q = q

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each image, float32 (N,)."""
        # The power of 0 has no finite derivative.
        powers = keras.ops.power(keras.ops.maximum(y_pred, keras.config.epsilon()), self.q)
        return keras.ops.sum(y_true * (1 - powers), -1) / self.q
