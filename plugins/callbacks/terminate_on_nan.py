"""The callback `terminate_on_nan`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zookit.core import Callback, Example

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class TerminateOnNan(Callback):
    """Stops training when the loss is NaN or infinite; Keras's TerminateOnNaN.

    A run does not need this callback: it fails at such a loss in any case, with an error that names
    the step. That is what Keras's `raise_error` asks for, so it is not a parameter.
    """

    # every_batch may stay False: the logged loss is the mean over the epoch so far, which stays NaN
    # or infinite once it is.

    adds = ()
    examples = (
        Example({"loss": (0.5, float("nan"), 0.4)}, epochs=2),
        Example({"loss": (0.5, float("inf"), 0.4)}, epochs=2),
        Example({"loss": (0.5, 0.4)}),
    )

    def build(self) -> "keras.callbacks.Callback":
        """Return a callback that stops training and reports why."""
        from zookit.plugins.callbacks.keras_classes import terminate_on_nan

        return terminate_on_nan.TerminateOnNan()
