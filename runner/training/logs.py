"""The values that Keras logs, as everything of ours shows and keeps them."""

from collections.abc import Mapping
from typing import Any


def logged_values(logs: Mapping[str, Any] | None) -> dict[str, float]:
    """Keras's logs as plain numbers: the loss first, validation last. Keras sorts them by name."""
    logs = logs or {}
    names = sorted(logs, key=lambda name: (name.startswith("val_"), not name.endswith("loss")))
    return {name: float(logs[name]) for name in names}
