"""Call a method of a plugin with the arguments that it declares."""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


def call_declared(method: Callable[..., T], **offered: Any) -> T:
    """Call a method with those of the offered arguments that it declares, as pluggy calls hooks.

    So a contract can offer more arguments later, and older plugins go on working.
    """
    declared = inspect.signature(method).parameters
    if any(each.kind is each.VAR_KEYWORD for each in declared.values()):
        return method(**offered)
    return method(**{name: value for name, value in offered.items() if name in declared})
