"""Keras's callbacks, which say what they do and offer their state.

Imports Keras, so only `build` methods import it.
"""

import errno
import json
import math
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from typing import Any, ClassVar

import keras
import requests

from zookit.core import FolderError, TrainingFailed, reason_of, say, warn
from zookit.plugins.callbacks.monitored import monitored

Logs = dict[str, Any] | None

_SECONDS = 10
"""The longest that a server may take to accept a connection, and then to send anything."""


class _Remembering(keras.callbacks.Callback):
    """Its state is what the attributes `remembered` hold; with none a resumed run is exact too."""

    remembered: ClassVar[tuple[str, ...]] = ()

    def get_state(self) -> dict[str, Any]:
        """What it remembers."""
        return {name: getattr(self, name) for name in self.remembered}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Go on from what another remembered."""
        for name in self.remembered:
            setattr(self, name, state[name])


class _Watching(_Remembering):
    """Watches a logged value, and needs it unless `watches` says otherwise."""

    name: ClassVar[str]
    monitor: str

    @property
    def watches(self) -> bool:
        """Whether the value must be logged."""
        return True

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Do as Keras does. Raises TrainingFailed where the value cannot be watched."""
        if self.watches:
            monitored(self.name, self.monitor, logs)
        try:
            super().on_epoch_end(epoch, logs)
        except ValueError as error:  # whether the value should rise or fall cannot be known
            raise TrainingFailed(f"{self.name}: {reason_of(error)}") from error


class EarlyStopping(_Watching, keras.callbacks.EarlyStopping):
    """Keras's EarlyStopping."""

    name = "early_stopping"
    remembered = ("wait", "stopped_epoch", "best", "best_epoch", "best_weights")

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Stop, perhaps, and say so."""
        super().on_epoch_end(epoch, logs)
        if self.stopped_epoch == epoch > 0:
            say(
                f"{self.name}: {self.monitor} was best in epoch {self.best_epoch + 1} "
                f"({self.best:.4f}); stopping after epoch {epoch + 1}."
            )

    def on_train_end(self, logs: Logs = None) -> None:
        """Take the best weights back, perhaps, and say so."""
        super().on_train_end(logs)
        if self.restore_best_weights and self.best_weights is not None:
            say(f"{self.name}: the weights are those of epoch {self.best_epoch + 1}.")


class ReduceLrOnPlateau(_Watching, keras.callbacks.ReduceLROnPlateau):
    """Keras's ReduceLROnPlateau."""

    name = "reduce_lr_on_plateau"
    remembered = ("wait", "cooldown_counter", "best")

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Lower the learning rate, perhaps, and say so."""
        before = float(self.model.optimizer.learning_rate)
        super().on_epoch_end(epoch, logs)
        after = float(self.model.optimizer.learning_rate)
        if after < before:
            say(
                f"{self.name}: {self.monitor} stays at {self.best:.4f}; the learning rate goes "
                f"from {before:g} to {after:g} after epoch {epoch + 1}."
            )


class TerminateOnNan(_Remembering):
    """Keras's TerminateOnNaN but for its print."""

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Stop where the loss is not finite, and say so."""
        loss = float((logs or {}).get("loss", 0.0))
        if not math.isfinite(loss):
            self.model.stop_training = True
            say(f"terminate_on_nan: the loss became {loss} by step {batch + 1}; stopping.")


class ModelCheckpoint(_Watching, keras.callbacks.ModelCheckpoint):
    """Keras's ModelCheckpoint."""

    name = "model_checkpoint"
    remembered = ("best",)

    @property
    def watches(self) -> bool:
        """Only to know which epoch is best."""
        return bool(self.save_best_only)

    def on_train_begin(self, logs: Logs = None) -> None:
        """Raise FolderError where nothing can be saved."""
        super().on_train_begin(logs)
        # As far as the folder is known before any epoch.
        parts = takewhile(lambda part: "{" not in part, Path(self.filepath).parent.parts)
        with _writing(self.name, self.filepath):
            folder = Path(*parts)
            folder.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=folder).close()
            if Path(self.filepath).is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Save, perhaps, and say so."""
        path, before = self._filled_in(epoch, logs or {}), self.best
        with _writing(self.name, path):
            super().on_epoch_end(epoch, logs)
        if not self.save_best_only:
            say(f"{self.name}: epoch {epoch + 1} is saved in {path}.")
        elif self.best != before:
            say(f"{self.name}: epoch {epoch + 1} ({self.best:.4f}) is saved in {path}.")

    def _filled_in(self, epoch: int, logs: dict[str, Any]) -> str:
        try:
            return str(self.filepath.format(**{"epoch": epoch + 1, **logs}))
        except KeyError as error:
            monitored(f"{self.name}: its path", error.args[0], logs)
            raise
        except (ValueError, LookupError, AttributeError, TypeError) as error:
            raise TrainingFailed(
                f"{self.name}: the path {self.filepath!r} cannot be filled in: {reason_of(error)}. "
                "Write {epoch:02d} or a logged name, such as {loss:.2f}."
            ) from None


class CsvLogger(keras.callbacks.CSVLogger):
    """Keras's CSVLogger, but that the file is open only while a row is written.

    Its state is the file's length, so that a resumed run leaves each epoch once.
    """

    name = "csv_logger"

    def on_train_begin(self, logs: Logs = None) -> None:
        """Raise FolderError where nothing can be written."""
        del logs
        with _writing(self.name, self.filename):
            self._path = Path(self.filename)
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.open("a").close()
        # Not emptied yet: a resumed run goes on from what is there.
        self._kept: int | None = None if self.append else 0

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Write the epoch's row."""
        with _writing(self.name, self.filename):
            if self._kept is not None and self._kept < self._path.stat().st_size:
                os.truncate(self._path, self._kept)
            self._kept = None
            self.append_header = not self._path.stat().st_size
            self.writer = None
            with self._path.open("a", encoding="utf-8", newline="") as self.csv_file:
                super().on_epoch_end(epoch, logs)

    def get_state(self) -> dict[str, Any]:
        """The length of what is written, in bytes."""
        with _writing(self.name, self.filename):
            return {"size": self._path.stat().st_size if self._kept is None else self._kept}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Go on after so many bytes, whatever was written after them."""
        size = state["size"]
        if not isinstance(size, int) or size < 0:
            raise ValueError(f"{size!r} is no size of a file")
        self._kept = size


class SwapEmaWeights(_Remembering):
    """What Keras's SwapEMAWeights does, with a copy of the weights instead of a swap in place.

    The optimizer's averages stay where they are, so that training may end after any epoch, not only
    the last that was asked for, and the weights come back to the last bit.
    """

    name = "swap_ema_weights"
    remembered = ("weights",)

    def __init__(self, *, swap_on_epoch: bool) -> None:
        super().__init__()
        self.swap_on_epoch = swap_on_epoch
        self.weights: list[Any] | None = None
        """The trained weights while the averages are in the model."""

    def on_train_begin(self, logs: Logs = None) -> None:
        """Raise TrainingFailed where the optimizer keeps no averages."""
        del logs
        optimizer = self.model.optimizer
        if not getattr(optimizer, "inner_optimizer", optimizer).use_ema:
            raise TrainingFailed(
                f"{self.name}: the optimizer keeps no averages of the weights. Let it, as "
                "--optimizer adam:use_ema=true does."
            )

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Train on with the weights themselves."""
        del epoch, logs
        self._take_out()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Leave the averages in the model, where that is asked for."""
        del epoch, logs
        if self.swap_on_epoch:
            self._put_in()

    def on_test_begin(self, logs: Logs = None) -> None:
        """Validate with the averages."""
        del logs
        self._put_in()

    def on_test_end(self, logs: Logs = None) -> None:
        """Go on with the weights themselves."""
        del logs
        self._take_out()

    def _put_in(self) -> None:
        if self.weights is None:
            variables = self.model.trainable_variables
            self.weights = [variable.numpy() for variable in variables]
            self.model.optimizer.finalize_variable_values(variables)

    def _take_out(self) -> None:
        if self.weights is not None:
            for variable, value in zip(self.model.trainable_variables, self.weights, strict=True):
                variable.assign(value)
            self.weights = None


class RemoteMonitor(_Remembering, keras.callbacks.RemoteMonitor):
    """Keras's RemoteMonitor, but that it gives up a server that is silent and warns once."""

    remembered = ("warned",)
    warned = False

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Send the epoch's values."""
        values = {"epoch": epoch, **{name: float(value) for name, value in (logs or {}).items()}}
        sent: dict[str, Any] = {"data": {self.field: json.dumps(values)}}
        if self.send_as_json:
            sent = {"json": values}
        try:
            requests.post(self.root + self.path, timeout=_SECONDS, **sent).raise_for_status()
        except requests.RequestException as error:
            if not self.warned:
                warn(
                    f"remote_monitor: {self.root + self.path} did not take the values of epoch "
                    f"{epoch + 1}: {reason_of(error)}"
                )
            self.warned = True


@contextmanager
def _writing(name: str, path: str) -> Iterator[None]:
    """Turn what the system refuses into a FolderError."""
    try:
        yield
    except OSError as error:
        raise FolderError(
            f"{name}: {path} cannot be written: {error.strerror or reason_of(error)}. Name another "
            "path."
        ) from error
