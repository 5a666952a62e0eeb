"""Whether the methods of a component take the arguments that they are called with."""

import inspect
from types import FunctionType

_OFFERED = "run"
"""What a callback's `build` may take."""


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
        declared_there = inspect.signature(contract).parameters.values()
        arguments = [e.name for e in declared_there if e.kind is e.POSITIONAL_OR_KEYWORD]
        if len(arguments) < len(declared_there):  # what a contract may offer by name
            arguments.append(_OFFERED)
        if not _can_be_called(own, arguments):
            declared = ", ".join(inspect.signature(own).parameters)
            return f"it defines {name}({declared}), expected {name}({', '.join(arguments)})"
    return None


def _can_be_called(method: FunctionType, arguments: list[str]) -> bool:
    """Return whether a method takes these arguments or, if it is `build`, some of them by name."""
    signature = inspect.signature(method)
    try:
        signature.bind(*arguments)
    except (TypeError, ValueError):
        by_name = list(signature.parameters)[1:]
        is_method = bool(signature.parameters)
        return is_method and method.__name__ == "build" and {*by_name} <= {*arguments}
    return True
