"""The callback `terminate_on_nan`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zookit.core import Callback, Example

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class TerminateOnNan(Callback):
    """Stops training when the loss is no finite number; Keras's TerminateOnNaN.

    A run does not need it: with or without, it fails at such a loss, before any callback is told,
    with an error that says by which step. Keras's `raise_error` asks for just that and so is no
    parameter. It need not see every batch: the logged loss is a mean over the epoch so far, which
    stays what it is once it is not finite.
    """

    examples = (
        Example({"loss": (0.5, float("nan"), 0.4)}, epochs=2),
        Example({"loss": (0.5, float("inf"), 0.4)}, epochs=2),
        Example({"loss": (0.5, 0.4)}),
    )

    def build(self) -> "keras.callbacks.Callback":
        """A Keras callback that stops gracefully and says so."""
        from zookit.plugins.callbacks import keras_side

        return keras_side.TerminateOnNan()
