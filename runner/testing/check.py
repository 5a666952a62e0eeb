"""One thing that a contract asks."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass

from zookit.core import NotInstalled
from zookit.core.errors import typed_reason_of
from zookit.testing.target import NotApplicable, Subject


class ContractBroken(AssertionError):
    """A plugin is not as its contract asks; the message says what was found and what is asked."""


@dataclass(frozen=True)
class Check:
    """A function that raises where a subject breaks the contract that its docstring states."""

    function: Callable[[Subject], None]

    @property
    def name(self) -> str:
        """What it is called: the function's name in words."""
        return self.function.__name__.replace("_", " ")

    @property
    def contract(self) -> str:
        """What is asked, in one line."""
        return " ".join((inspect.getdoc(self.function) or "").split())

    def run(self, subject: Subject) -> None:
        """Raise ContractBroken, or NotApplicable."""
        try:
            self.function(subject)
        except NotApplicable:
            raise
        except NotInstalled as error:
            raise NotApplicable(str(error)) from error
        except ContractBroken as error:
            raise self._broken(subject, str(error)) from None
        except (Exception, SystemExit) as error:  # whatever a stranger's code does
            raise self._broken(subject, f"it raised {typed_reason_of(error)}") from error

    def _broken(self, subject: Subject, found: str) -> ContractBroken:
        return ContractBroken(f"{subject}: {found.rstrip('.')}. The contract: {self.contract}")


def require(condition: object, found: str) -> None:
    """Raise ContractBroken with what was found unless the condition holds."""
    if not condition:
        raise ContractBroken(found)
