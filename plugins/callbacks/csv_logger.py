"""The callback `csv_logger`."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from annotated_types import Len

from zookit.core import Callback, Doc, Example

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class CsvLogger(Callback):
    """Writes the logged values of each epoch to a CSV file; Keras's CSVLogger.

    Every run folder has these values in `history.csv`; use this callback to write them elsewhere.
    """

    path: Annotated[Path, Doc("Path of the CSV file.")]
    separator: Annotated[str, Len(1, 1), Doc("Separator between values. Write ,, for a comma.")] = (
        ","
    )
    append: Annotated[bool, Doc("Append to an existing file instead of replacing it.")] = False

    adds = ()
    examples = (Example({"loss": (0.5, 0.4), "accuracy": (0.7, 0.8)}),)

    def build(self) -> "keras.callbacks.Callback":
        """Return a CSVLogger that continues the same file when a run is resumed."""
        from zookit.plugins.callbacks.keras_classes import csv_logger

        return csv_logger.CsvLogger(self.path, self.separator, append=self.append)
