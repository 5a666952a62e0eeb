"""Something that is told of a plugin or of what surrounds it."""

from dataclasses import dataclass
from typing import Literal

State = Literal[
    "broken", "hanging", "incompatible", "ambiguous", "unread", "slow", "incomplete", "blocked"
]
HARMLESS = ("slow", "incomplete", "blocked")
"""What is told and is no fault."""


@dataclass(frozen=True)
class Finding:
    """What it is, why, what to do, and where, as far as that is known: else "" and 0."""

    state: State
    reason: str
    advice: str = ""
    file: str = ""
    line: int = 0

    @property
    def is_fault(self) -> bool:
        """Whether something does not work."""
        return self.state not in HARMLESS
