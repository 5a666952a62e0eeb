"""The callback `swap_ema_weights`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from zookit.core import Callback, Doc, Example

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class SwapEmaWeights(Callback):
    """Validates with the weights' moving averages; Keras's SwapEMAWeights.

    The optimizer must keep such averages: `--optimizer adam:use_ema=true`. With such an optimizer
    the model that training ends with has the averages in any case.
    """

    swap_on_epoch: Annotated[
        bool,
        Doc("Leave the averages in the model between epochs, for callbacks named after this one."),
    ] = False

    examples = (
        Example({"loss": (0.5, 0.4)}),
        Example({"loss": (0.5, 0.4)}, parameters={"swap_on_epoch": True}),
    )

    def build(self) -> "keras.callbacks.Callback":
        """A Keras callback that does as Keras's does, to the last bit, and offers its state."""
        from zookit.plugins.callbacks import keras_side

        return keras_side.SwapEmaWeights(swap_on_epoch=self.swap_on_epoch)
