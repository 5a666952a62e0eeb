"""The callback `model_checkpoint`."""

import string
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from zookit.core import Callback, Doc, Example
from zookit.plugins.callbacks.monitored import Mode, Monitor

if TYPE_CHECKING:
    import keras

_WEIGHTS = ".weights.h5"
_ENDINGS = (_WEIGHTS, ".keras")


@dataclass(frozen=True)
class ModelCheckpoint(Callback):
    """Saves the model or its weights after each epoch, or each better one; Keras's ModelCheckpoint.

    It saves between epochs only: Keras's `save_freq` is no parameter.
    """

    path: Annotated[
        Path,
        Doc(
            "The file: NAME.keras for the whole model, NAME.weights.h5 for weights; may hold "
            "{epoch} and logged names, as in {epoch:02d}-{val_loss:.2f}.keras."
        ),
    ]
    monitor: Monitor = "val_loss"
    save_best_only: Annotated[bool, Doc("Save only where the value is better than ever.")] = False
    mode: Mode = "auto"
    initial_value_threshold: Annotated[
        float | None, Doc("With save_best_only: save only what is better than this.")
    ] = None

    examples = (
        Example({"loss": (0.5, 0.4), "val_loss": (0.5, 0.6)}),
        Example(
            {"val_loss": (0.5, 0.6, 0.4)},
            parameters={"save_best_only": True, "initial_value_threshold": 0.45},
        ),
    )

    def __post_init__(self) -> None:
        """Refuse a path that Keras could not write or fill in."""
        if not str(self.path).endswith(_ENDINGS):
            raise ValueError(
                f"parameter 'path': {str(self.path)!r} ends neither in .keras, for the whole "
                f"model, nor in {_WEIGHTS}, for its weights"
            )
        try:
            list(string.Formatter().parse(str(self.path)))
        except ValueError as error:
            raise ValueError(f"parameter 'path': {str(self.path)!r}: {error}") from None

    def build(self) -> "keras.callbacks.Callback":
        """Keras's ModelCheckpoint, which says what it saved and offers its state."""
        from zookit.plugins.callbacks import keras_side

        return keras_side.ModelCheckpoint(
            self.path,
            monitor=self.monitor,
            save_best_only=self.save_best_only,
            save_weights_only=str(self.path).endswith(_WEIGHTS),
            mode=self.mode,
            initial_value_threshold=self.initial_value_threshold,
        )
