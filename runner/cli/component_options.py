"""The options of commands that choose components, one for each kind that has an option."""

import inspect
from collections.abc import Callable, Collection, Mapping
from functools import wraps
from typing import Annotated, Any, TypeVar

import typer

from zookit.cli.completion import words_of
from zookit.registry import Kind, Registry

T = TypeVar("T")


def component_kinds() -> tuple[Kind[Any], ...]:
    """Return the kinds that an option of a training selects and an experiment records."""
    return tuple(kind for kind in Registry.kinds() if kind.option and kind.recorded)


def chosen_components(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the options of these kinds choose, by keyword, of a command's parameters."""
    found = {kind.keyword: given.get(kind.keyword) for kind in component_kinds()}
    return {name: value for name, value in found.items() if value is not None}


def with_component_options(
    command: Callable[..., T], *, without: Collection[str] = ()
) -> Callable[..., T]:
    """Add an option for each of these kinds to a command, in place of its parameter `components`.

    The command receives a dictionary of what is given, by keyword. Kinds with a keyword in
    `without` get no option.
    """
    kinds = [kind for kind in component_kinds() if kind.keyword not in without]

    @wraps(command)
    def wrapped(**given: Any) -> T:
        chosen = chosen_components(given)
        for kind in kinds:
            given.pop(kind.keyword)
        return command(**given, components=chosen)

    signature = inspect.signature(command)
    options = [_option(kind) for kind in kinds]
    wrapped.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[
            each
            for name, parameter in signature.parameters.items()
            for each in (options if name == "components" else [parameter])
        ]
    )
    hints = {each.name: each.annotation for each in options}
    wrapped.__annotations__ = {**command.__annotations__, **hints}
    wrapped.__annotations__.pop("components")
    return wrapped


def _option(kind: Kind[Any]) -> inspect.Parameter:
    option = typer.Option(
        kind.option,
        help=f"{kind.help} [default: {kind.default}]" if kind.default else kind.help,
        metavar="WORDS",
        show_default=False,
        autocompletion=words_of(kind.plural),
    )
    type_ = list[str] if kind.several else str
    return inspect.Parameter(
        kind.keyword,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        default=None,
        annotation=Annotated[type_ | None, option],
    )
