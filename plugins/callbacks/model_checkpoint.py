"""The callback `model_checkpoint`."""

import re
import string
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from zookit.core import Callback, Doc, Example, reason_of
from zookit.plugins.callbacks.monitored import Mode, Monitor

if TYPE_CHECKING:
    import keras

_WEIGHTS = ".weights.h5"
_ENDINGS = (_WEIGHTS, ".keras")
_FRACTIONS = ("loss", "accuracy", "val_loss", "val_accuracy")


@dataclass(frozen=True)
class ModelCheckpoint(Callback):
    """Saves the model or its weights after epochs; Keras's ModelCheckpoint.

    Files are written at the end of an epoch, so Keras's `save_freq` is not a parameter.
    """

    path: Annotated[
        Path,
        Doc(
            "Path of the file: NAME.keras for the whole model, NAME.weights.h5 for its weights. It "
            "may contain {epoch} and logged names, for example {epoch:02d}-{val_loss:.2f}.keras."
        ),
    ]
    monitor: Monitor = "val_loss"
    save_best_only: Annotated[bool, Doc("Save only epochs that improve on all before.")] = False
    mode: Mode = "auto"
    initial_value_threshold: Annotated[
        float | None, Doc("With save_best_only: the first value to improve on.")
    ] = None

    adds = ()
    examples = (
        Example({"loss": (0.5, 0.4), "val_loss": (0.5, 0.6)}),
        Example(
            {"val_loss": (0.5, 0.6, 0.4)},
            parameters={"save_best_only": True, "initial_value_threshold": 0.45},
        ),
    )

    def __post_init__(self) -> None:
        """Raise ValueError for a path that Keras cannot write to or fill in."""
        if not str(self.path).endswith(_ENDINGS):
            raise ValueError(
                f"path must end in .keras (the whole model) or {_WEIGHTS} (its weights), got "
                f"{str(self.path)!r}"
            )
        self._fill_in()

    def _fill_in(self) -> None:
        """Raise ValueError if no logged values can be filled into the path."""
        try:
            fields = self._fields()
            values = {**dict.fromkeys(fields, 0.5), "epoch": 1}
            try:
                str(self.path).format(**values)
            except ValueError:  # a value that another callback adds may be a whole number
                whole = dict.fromkeys(set(fields) - set(_FRACTIONS), 1)
                str(self.path).format(**{**values, **whole})
        except (ValueError, LookupError, AttributeError, TypeError) as error:
            raise ValueError(
                f"path {str(self.path)!r} cannot be filled in: {reason_of(error)}. Use "
                "{epoch:02d} or a logged name, such as {loss:.2f}"
            ) from None

    def _fields(self) -> list[str]:
        fields = (field for _, field, _, _ in string.Formatter().parse(str(self.path)) if field)
        return [re.split(r"[.\[]", field)[0] for field in fields]

    @property
    def monitors(self) -> tuple[str, ...]:
        """The values in `path`, and with `save_best_only` that of `monitor`."""
        needed = [*self._fields(), *([self.monitor] if self.save_best_only else [])]
        return tuple(
            name for name in dict.fromkeys(needed) if name.isidentifier() and name != "epoch"
        )

    def build(self) -> "keras.callbacks.Callback":
        """Return a ModelCheckpoint that reports each file and can be resumed exactly."""
        from zookit.plugins.callbacks.keras_classes import model_checkpoint

        return model_checkpoint.ModelCheckpoint(
            self.path,
            monitor=self.monitor,
            save_best_only=self.save_best_only,
            save_weights_only=str(self.path).endswith(_WEIGHTS),
            mode=self.mode,
            initial_value_threshold=self.initial_value_threshold,
        )
