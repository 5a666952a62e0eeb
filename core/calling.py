"""Call a method of a plugin with the arguments that it declares."""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")
Method = TypeVar("Method", bound=Callable[..., Any])
_OFFERED = "_zookit_offered"


def offers(*names: str) -> Callable[[Method], Method]:
    """Declare arguments that a method of a contract may take by name, but need not."""

    def declare(method: Method) -> Method:
        setattr(method, _OFFERED, names)
        return method

    return declare


def offered_by(method: Callable[..., Any]) -> tuple[str, ...]:
    """Return the arguments that a method of a contract `offers`."""
    names: tuple[str, ...] = getattr(method, _OFFERED, ())
    return names


def call_declared(method: Callable[..., T], **offered: Any) -> T:
    """Call a method with those of the offered arguments that it declares, as pluggy calls hooks.

    So a contract can offer more arguments later, and older plugins still work.
    """
    declared = inspect.signature(method).parameters
    if any(each.kind is each.VAR_KEYWORD for each in declared.values()):
        return method(**offered)
    return method(**{name: value for name, value in offered.items() if name in declared})
