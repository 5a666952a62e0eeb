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

    A run's folder has them anyway, in `history.csv`.
    """

    path: Annotated[Path, Doc("The file.")]
    separator: Annotated[
        str, Len(1, 1), Doc("What stands between two values; , in words is ,,.")
    ] = ","
    append: Annotated[bool, Doc("Go on from what the file holds, instead of anew.")] = False

    examples = (Example({"loss": (0.5, 0.4), "accuracy": (0.7, 0.8)}),)

    def build(self) -> "keras.callbacks.Callback":
        """Keras's CSVLogger, which goes on in the same file where a run is resumed."""
        from zookit.plugins.callbacks import keras_side

        return keras_side.CsvLogger(self.path, self.separator, append=self.append)
