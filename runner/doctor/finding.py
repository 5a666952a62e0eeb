"""One thing that the doctor reports about a plugin or the environment."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

State = Literal[
    "broken", "hanging", "incompatible", "ambiguous", "unreadable", "slow", "incomplete", "blocked"
]
HARMLESS = ("slow", "incomplete", "blocked")
"""States that are no fault."""


@dataclass(frozen=True)
class Finding:
    """What is wrong, why, how to fix it, and where: `file` is "" and `line` 0 if unknown."""

    state: State
    reason: str
    advice: str = ""
    file: str = ""
    line: int = 0

    @property
    def is_fault(self) -> bool:
        """Whether something does not work."""
        return self.state not in HARMLESS

    def plain(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        where = {"file": self.file or None, "line": self.line or None}
        return {**asdict(self), "fault": self.is_fault, **where}
