"""The callback `swap_ema_weights`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from zookit.core import Callback, Doc, Example

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class SwapEmaWeights(Callback):
    """Validates with moving averages of the weights; Keras's SwapEMAWeights.

    The optimizer must compute the averages: `--optimizer adam:use_ema=true`. With such an optimizer
    the final model has the averaged weights, with or without this callback.
    """

    swap_on_epoch: Annotated[
        bool,
        Doc("Keep the averages in the model between epochs, for the callbacks after this one."),
    ] = False

    adds = ()
    examples = (
        Example({"loss": (0.5, 0.4)}),
        Example({"loss": (0.5, 0.4)}, parameters={"swap_on_epoch": True}),
    )

    @property
    def needs_averages(self) -> bool:
        """True."""
        return True

    def build(self) -> "keras.callbacks.Callback":
        """Return a callback that acts like Keras's SwapEMAWeights and can be resumed exactly."""
        from zookit.plugins.callbacks.keras_classes import swap_ema_weights

        return swap_ema_weights.SwapEmaWeights(swap_on_epoch=self.swap_on_epoch)
