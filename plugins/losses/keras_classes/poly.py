"""PolyLoss as a Keras loss."""

from typing import Any

import keras


class Poly(keras.losses.Loss):
    """Crossentropy plus `epsilon` times the probability of the other classes."""

    def __init__(self, epsilon: float) -> None:
        super().__init__()
        self.epsilon = epsilon

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each image, float32 (N,)."""
        wrong = 1 - keras.ops.sum(y_true * y_pred, -1)
        return keras.losses.categorical_crossentropy(y_true, y_pred) + self.epsilon * wrong
