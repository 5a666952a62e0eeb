"""Whether the methods of a component take the arguments that they are called with."""

import inspect
from types import FunctionType


def method_complaint(component: type, base: type) -> str | None:
    """Return which method of a contract a class defines with other arguments; None if none.

    Otherwise the call would fail within zookit, with an error that names no plugin.
    """
    for name, contract in vars(base).items():
        own = inspect.getattr_static(component, name, None)
        if not isinstance(contract, FunctionType) or not isinstance(own, FunctionType):
            continue
        if own is contract or name.startswith("_"):
            continue
        arguments = inspect.signature(contract).parameters
        try:
            inspect.signature(own).bind(*arguments)
        except (TypeError, ValueError):
            declared = ", ".join(inspect.signature(own).parameters)
            return f"it defines {name}({declared}), expected {name}({', '.join(arguments)})"
    return None
