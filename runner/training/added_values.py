"""The values that callbacks add to the logs of an epoch."""

import math
from collections.abc import Mapping
from typing import Any

from zookit.core import warn
from zookit.core.errors import quoted
from zookit.core.metric import ALWAYS_LOGGED, RESERVED
from zookit.training.state import as_number

_OWN = (*RESERVED, *(f"val_{name}" for name in ALWAYS_LOGGED))
"""Names that a callback cannot add, whether the run logs them or not."""


class AddedValues:
    """Finds them, and warns once about each name that cannot be recorded."""

    def __init__(self) -> None:
        self._reported: set[str] = set()

    def take(
        self, logs: dict[Any, Any], logged: Mapping[str, float], epoch: int
    ) -> dict[str, float]:
        """Return the values that are not among those that the training itself `logged`.

        What cannot be recorded is removed from the logs, for the callbacks that come next.
        """
        added = {}
        for name in list(logs):
            number = as_number(logs[name])
            if name in logged:
                if number is None or not _equal(number, logged[name]):
                    self._warn(
                        name, "the training logs too, so the history keeps the training's value"
                    )
                logs[name] = logged[name]
            elif name in _OWN:
                self._warn(name, "is a name of zookit's own, so it is not recorded")
                del logs[name]
            elif not isinstance(name, str) or not name.strip() or not name.isprintable():
                self._warn(name, "is not a name in plain text, so it is not recorded")
                del logs[name]
            elif number is None:
                self._warn(name, f"is {quoted(logs[name])}, not a number, so it is not recorded")
                del logs[name]
            else:
                if math.isnan(number):
                    self._warn(name, f"is {logs[name]} in epoch {epoch}, recorded as no value")
                added[name] = number
        return added

    def _warn(self, name: object, reason: str) -> None:
        shown = quoted(name)
        if shown not in self._reported:
            self._reported.add(shown)
            warn(f"a callback logged {shown}, which {reason}.")


def _equal(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))
