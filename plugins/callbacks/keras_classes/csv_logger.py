"""Keras's CSVLogger with a state."""

import errno
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras

from zookit.core.data import note_output
from zookit.plugins.callbacks.keras_classes.stateful import Logs
from zookit.plugins.callbacks.keras_classes.writing import refusal, writing


class CsvLogger(keras.callbacks.CSVLogger):
    """Keras's CSVLogger, except that it opens the file only while it writes a row.

    Its state is the length of the file, so a resumed run has one row for each epoch. It replaces
    no file that zookit did not write.
    """

    name = "csv_logger"

    def on_train_begin(self, logs: Logs = None) -> None:
        """Raise FolderError if the file cannot be written."""
        del logs
        with writing(self.name, self.filename):
            self._path = Path(self.filename)
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._refusal = None if self.append else refusal(self.name, self._path)
            if self._path.exists() and not self._path.is_file():  # opening a FIFO waits
                raise OSError(errno.EINVAL, "it is not a regular file")
            is_new = not self._path.exists()
            if self._refusal is None or not is_new:  # not what a broken link leads to
                self._path.open("a").close()
            if self._refusal is None and is_new:  # it may be killed before the first row
                note_output(self._path)
        # The file is cut at the first row: only then is it known where a resumed run continues.
        self._cut_at: int | None = None if self.append else 0

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Raise FolderError if a new run would replace a file that zookit did not write."""
        del epoch, logs
        if self._refusal is not None:
            raise self._refusal

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Write the row of this epoch."""
        with writing(self.name, self.filename):
            if self._cut_at is not None and self._cut_at < self._path.stat().st_size:
                os.truncate(self._path, self._cut_at)
            self._cut_at = None
            self.append_header = not self._path.stat().st_size
            self.writer = None
            with self._path.open("a", encoding="utf-8", newline="") as self.csv_file:
                super().on_epoch_end(epoch, logs)
        note_output(self._path)

    def get_state(self) -> dict[str, Any]:
        """Return the size of the rows written so far, in bytes."""
        with writing(self.name, self.filename):
            return {"size": self._path.stat().st_size if self._cut_at is None else self._cut_at}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Continue after the rows that `get_state` counted; later rows are removed."""
        size = state["size"]
        if not isinstance(size, int) or size < 0:
            raise ValueError(f"size must be a whole number of bytes, got {size!r}")
        self._cut_at = size
        status = self._path.lstat() if self._path.is_file() else None
        # A resumed run wrote the file itself, and it is no link and has no other name.
        if status is None or (stat.S_ISREG(status.st_mode) and status.st_nlink == 1):
            self._refusal = None
