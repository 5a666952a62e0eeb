"""Telling listeners of a run's life, each on its own."""

from collections.abc import Sequence
from typing import Any

import pluggy

from zookit.core import warn
from zookit.core.errors import typed_reason_of
from zookit.core.hookspecs import RunHooks


class Listeners:
    """Those that listen to one run.

    A failure of an essential listener is the run's; any other's is reported with its name and
    passed over.
    """

    def __init__(self, essential: Sequence[object], others: Sequence[object]) -> None:
        self._each = [(type(one).__name__, _manager(one), True) for one in essential]
        self._each += [(type(one).__name__, _manager(one), False) for one in others]

    def tell(self, hook: str, **arguments: Any) -> list[Any]:
        """Call a hook of `RunHooks` on every listener and return what they returned."""
        answers: list[Any] = []
        failure: Exception | None = None
        for name, manager, essential in self._each:
            try:
                answers += getattr(manager.hook, hook)(**arguments)
            # SystemExit: Rich means to end the program where its output is closed.
            except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a listener does
                if essential and isinstance(error, Exception):
                    failure = error
                    continue
                reason = typed_reason_of(error)
                warn(f"listener {name} failed in {hook} and was passed over: {reason}")
        if failure is not None:
            raise failure  # only now, so that the others have been told
        return answers


def _manager(listener: object) -> pluggy.PluginManager:
    """A manager for one: in a shared one an implementation that raises stops those after it."""
    manager = pluggy.PluginManager("zookit")
    manager.add_hookspecs(RunHooks)
    manager.register(listener)
    manager.check_pending()
    return manager
