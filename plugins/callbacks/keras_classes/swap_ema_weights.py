"""Keras's SwapEMAWeights with a state."""

from typing import Any

from zookit.plugins.callbacks.keras_classes.stateful import Logs, Stateful


class SwapEmaWeights(Stateful):
    """Keras's SwapEMAWeights, except that it copies the weights instead of swapping in place.

    The optimizer's averages stay untouched, so training may end after any epoch, and the trained
    weights are restored exactly.
    """

    name = "swap_ema_weights"
    state_attributes = ("weights",)

    def __init__(self, *, swap_on_epoch: bool) -> None:
        super().__init__()
        self.swap_on_epoch = swap_on_epoch
        self.weights: list[Any] | None = None
        """The trained weights while the model has the averages."""

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Restore the trained weights."""
        del epoch, logs
        self._restore_weights()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Give the model the averaged weights if `swap_on_epoch` is true."""
        del epoch, logs
        if self.swap_on_epoch:
            self._set_averages()

    def on_test_begin(self, logs: Logs = None) -> None:
        """Validate with the averages."""
        del logs
        self._set_averages()

    def on_test_end(self, logs: Logs = None) -> None:
        """Restore the trained weights."""
        del logs
        self._restore_weights()

    def _set_averages(self) -> None:
        if self.weights is None:
            variables = self.model.trainable_variables
            self.weights = [variable.numpy() for variable in variables]
            self.model.optimizer.finalize_variable_values(variables)

    def _restore_weights(self) -> None:
        if self.weights is not None:
            for variable, value in zip(self.model.trainable_variables, self.weights, strict=True):
                variable.assign(value)
            self.weights = None
