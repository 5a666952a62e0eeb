"""Keras's ModelCheckpoint with zookit's messages and a state that is saved."""

import errno
import os
import tempfile
from collections.abc import Mapping
from itertools import takewhile
from pathlib import Path
from typing import Any

import keras

from zookit.core import TrainingFailed, reason_of, say
from zookit.core.data import note_output, written_aside
from zookit.plugins.callbacks.keras_classes.monitoring import Monitoring
from zookit.plugins.callbacks.keras_classes.stateful import Logs
from zookit.plugins.callbacks.keras_classes.writing import refusal, writing
from zookit.plugins.callbacks.monitored import monitored


class ModelCheckpoint(Monitoring, keras.callbacks.ModelCheckpoint):
    """Keras's ModelCheckpoint. It reports each file, and a resumed run knows the best value.

    Each file is complete at any moment, and replaces none that zookit did not write.
    """

    name = "model_checkpoint"
    state_attributes = ("best",)
    filepath: str

    @property
    def needs_value(self) -> bool:
        """Whether the monitored value decides what is saved."""
        return bool(self.save_best_only)

    def on_train_begin(self, logs: Logs = None) -> None:
        """Raise FolderError if the file cannot be written."""
        super().on_train_begin(logs)
        # Folders whose names are filled in later cannot be checked now.
        parts = takewhile(lambda part: "{" not in part, Path(self.filepath).parent.parts)
        with writing(self.name, self.filepath):
            folder = Path(*parts)
            folder.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=folder).close()
            if Path(self.filepath).is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        self._resumed, self._refusal = False, refusal(self.name, self.filepath)

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Restore the best value; the files are the run's own."""
        super().set_state(state)
        self._resumed, self._refusal = True, None

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Raise FolderError if a new run would replace a file that zookit did not write."""
        super().on_epoch_begin(epoch, logs)
        if self._refusal is not None:
            raise self._refusal

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Save the model or its weights if the epoch qualifies."""
        path, before = self._path(epoch, logs or {}), self.best
        refused = None if self._resumed else refusal(self.name, path)  # its name may be new
        if refused is not None:
            raise refused
        pattern = self.filepath
        with writing(self.name, path), written_aside(Path(path)) as aside:
            try:
                self.filepath = str(aside).replace("{", "{{").replace("}", "}}")
                super().on_epoch_end(epoch, logs)
            finally:
                self.filepath = pattern
        if self.save_best_only and self.best == before:
            return  # nothing was saved, and the file there may be somebody else's
        note_output(Path(path))
        value = f" ({self.best:.4f})" if self.save_best_only else ""
        say(f"{self.name}: saved epoch {epoch + 1}{value} to {path}.")

    def _path(self, epoch: int, logs: dict[str, Any]) -> str:
        try:
            return str(self.filepath.format(**{"epoch": epoch + 1, **logs}))
        except KeyError as error:
            monitored(f"{self.name}: path", error.args[0], logs)
            raise
        except (ValueError, LookupError, AttributeError, TypeError) as error:
            raise TrainingFailed(
                f"{self.name}: cannot fill in the path {self.filepath!r}: {reason_of(error)}. "
                "Use {epoch:02d} or a logged name, such as {loss:.2f}."
            ) from None
