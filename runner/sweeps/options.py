"""How a sweep is run, and how that is kept in its folder."""

from dataclasses import asdict, dataclass, field
from typing import Any

from zookit.core import BadParameter
from zookit.core.errors import quoted
from zookit.core.messages import option
from zookit.registry import default
from zookit.sweeps.kept import Reuse
from zookit.training.listeners import listener_words

_FORMAT = 1
_LONGEST = 10_000_000
"""The longest limit of a cell, in seconds."""


@dataclass(frozen=True, kw_only=True)
class SweepOptions:
    """How a sweep is run, which does not change its results.

    Args:
        launcher: the words of the launcher.
        listeners: the words of the listeners of each run, in addition to those in ZOOKIT_WITH.
        limit: how many seconds a cell may take; None for any time.
        reuse: which runs are taken for a cell that is not quite the same.
    """

    launcher: str = "local"
    listeners: tuple[str, ...] = ()
    limit: float | None = None
    reuse: Reuse = field(default_factory=Reuse)

    def check(self) -> None:
        """Raise ZookitError if words are not valid, or the limit is not a number of seconds."""
        default.launchers.build(self.launcher)
        listener_words(self.listeners)
        number = isinstance(self.limit, int | float) and not isinstance(self.limit, bool)
        if self.limit is not None and not (number and 1 <= self.limit <= _LONGEST):
            raise BadParameter(
                f"{option('--limit', 'limit')} must be a number of seconds from 1 to "
                f"{_LONGEST:,}, got {quoted(self.limit)}."
            )

    def plain(self) -> dict[str, Any]:
        """Return the options as values of JSON, which `from_plain` reads."""
        return {"format": _FORMAT, **asdict(self)}

    @classmethod
    def from_plain(cls, plain: Any) -> "SweepOptions":
        """Return the options in a file; ValueError, KeyError or TypeError if it is damaged."""
        launcher, listeners, limit = plain["launcher"], plain["listeners"], plain["limit"]
        words = [launcher, *listeners]
        valid = isinstance(listeners, list) and all(isinstance(each, str) for each in words)
        if plain["format"] != _FORMAT or not valid or not isinstance(limit, int | float | None):
            raise ValueError("the options are damaged, or of another version of zookit")
        reuse = Reuse(**plain["reuse"])
        return cls(launcher=launcher, listeners=tuple(listeners), limit=limit, reuse=reuse)
