"""A run outside the leaderboard's tables."""

from dataclasses import dataclass

from zookit.runs.run import RunRecord


@dataclass(frozen=True)
class Unranked:
    """A run that cannot be ranked, and the reason, such as `killed after 2 epochs`."""

    run: RunRecord
    reason: str
