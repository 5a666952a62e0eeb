"""Keras's RemoteMonitor with a timeout."""

import json
from typing import Any

import keras
import requests

from zookit.core import reason_of, warn
from zookit.plugins.callbacks.keras_classes.stateful import Logs, Stateful

_TIMEOUT = 10
"""Seconds to wait for a connection, and then for an answer."""


class RemoteMonitor(Stateful, keras.callbacks.RemoteMonitor):
    """Keras's RemoteMonitor with a timeout, and with a warning about the first failure only."""

    state_attributes = ("warned",)
    warned = False

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Send the logged values of this epoch."""
        values = {"epoch": epoch, **{name: float(value) for name, value in (logs or {}).items()}}
        sent: dict[str, Any] = {"data": {self.field: json.dumps(values)}}
        if self.send_as_json:
            sent = {"json": values}
        try:
            requests.post(self.root + self.path, timeout=_TIMEOUT, **sent).raise_for_status()
        except requests.RequestException as error:
            if not self.warned:
                warn(
                    f"remote_monitor: cannot send epoch {epoch + 1} to {self.root + self.path}: "
                    f"{reason_of(error)}. Later failures are not reported."
                )
            self.warned = True
