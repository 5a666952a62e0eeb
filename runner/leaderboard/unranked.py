"""A run outside the leaderboard's tables."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from zookit.runs.run import RunRecord


@dataclass(frozen=True)
class Unranked:
    """A run that cannot be ranked, and the reason, such as `killed after 2 epochs`.

    `open_run` returns the run in a folder.
    """

    folder: Path
    reason: str
    open_run: Callable[[Path], RunRecord]

    @property
    def name(self) -> str:
        """The run's name."""
        return self.folder.name

    @cached_property
    def run(self) -> RunRecord:
        """The run; of a leaderboard of a folder it is read now."""
        return self.open_run(self.folder)
