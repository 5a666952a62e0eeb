"""Whether the methods of a component take the arguments that they are called with."""

import inspect
from types import FunctionType

from zookit.core.calling import offered_by


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
        arguments += offered_by(contract)
        if not _can_be_called(own, arguments, by_name=name == "build"):
            return f"it defines {name}{_arguments(own)}, expected {name}({', '.join(arguments)})"
    return None


def _arguments(method: FunctionType) -> str:
    """Return the arguments of a method as they are written, without types and defaults."""
    declared = inspect.signature(method).parameters.values()
    bare = [each.replace(annotation=each.empty, default=each.empty) for each in declared]
    return str(inspect.Signature(bare))


def _can_be_called(method: FunctionType, arguments: list[str], *, by_name: bool) -> bool:
    """Return whether a method takes these arguments or, `by_name`, needs no others.

    What is called by name cannot be positional only. See `zookit.core.calling`.
    """
    signature = inspect.signature(method)
    if by_name:
        own = list(signature.parameters.values())[1:]
        if any(each.kind is each.POSITIONAL_ONLY for each in own):
            return False
        several = inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD
        needed = {
            each.name for each in own if each.default is each.empty and each.kind not in several
        }
        return bool(signature.parameters) and needed <= set(arguments)
    try:
        signature.bind(*arguments)
    except (TypeError, ValueError):
        return False
    return True
