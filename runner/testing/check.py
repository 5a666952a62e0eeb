"""One requirement of a contract, as a function that can fail."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass

from zookit.core import NotInstalled
from zookit.core.errors import typed_reason_of
from zookit.testing.target import NotApplicable, Target


class ContractBroken(AssertionError):
    """A plugin breaks its contract. The message says what was found and what is required."""


@dataclass(frozen=True)
class Check:
    """A function that raises if a target breaks the contract that its docstring states."""

    function: Callable[[Target], None]

    @property
    def name(self) -> str:
        """The function's name in words."""
        return self.function.__name__.replace("_", " ")

    @property
    def contract(self) -> str:
        """The requirement that is checked, in one line."""
        return " ".join((inspect.getdoc(self.function) or "").split())

    def run(self, target: Target) -> None:
        """Raise ContractBroken if the target fails, NotApplicable if the check does not apply."""
        try:
            self.function(target)
        except NotApplicable:
            raise
        except NotInstalled as error:
            raise NotApplicable(str(error)) from error
        except ContractBroken as error:
            raise self._broken(target, str(error)) from None
        except (Exception, SystemExit) as error:  # plugin code may raise anything
            raise self._broken(target, f"it raised {typed_reason_of(error)}") from error

    def _broken(self, target: Target, found: str) -> ContractBroken:
        return ContractBroken(f"{target}: {found.rstrip('.')}. The contract: {self.contract}")


def require(condition: object, found: str) -> None:
    """Raise ContractBroken with what was found if the condition does not hold."""
    if not condition:
        raise ContractBroken(found)
