"""Tries command lines until one is valid: it is parsed, and its components fit together."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from typing import Any

import typer

from zookit.cli.corrections import component_rules, option_rules, rules
from zookit.cli.corrections.line import Line, is_image
from zookit.core import DataUnavailable, NotInstalled, UnknownName, ZookitError
from zookit.core.addresses import is_address
from zookit.core.messages import logger
from zookit.data.fetching import only_what_is_here
from zookit.registry.blocking import VARIABLE
from zookit.runs.naming import LATEST

RULES = (
    rules.as_typed,
    rules.separated,
    component_rules.trained_model,
    component_rules.runs,
    rules.moved,
    rules.belonging_elsewhere,
    component_rules.as_the_error_says,
    component_rules.measured,
    component_rules.file_alone,
    component_rules.adding_first,
    component_rules.joined,
    component_rules.of_another_place,
    component_rules.own_images,
    rules.without_callbacks,
    rules.numbers,
    component_rules.one_of_two,
    rules.named_options,
    option_rules.flags,
    rules.unknown_options,
    option_rules.option_values,
    option_rules.missing_values,
    rules.arranged,
    rules.nearest_words,
    rules.misplaced_options,
    rules.another_command,
)
"""The likeliest first."""
_MOST_TRIED = 60
_DEEPEST = 8
"""The most corrections of one line."""


class Search:
    """Tries command lines, each of which may need further corrections.

    Args:
        command: Typer's command of the whole application.
    """

    def __init__(self, command: Any) -> None:
        self._command = command
        self._tried: set[tuple[str, ...]] = set()

    def corrected(self, arguments: list[str]) -> list[str] | None:
        """Return valid arguments close to those that are not; None if none are found."""
        with _without_effects():
            error = self.problem(arguments)
            return None if error is None else self._corrected(arguments, error, depth=0)

    def _corrected(self, arguments: list[str], error: Exception, depth: int) -> list[str] | None:
        line = Line(self._command, arguments)
        self._tried.add(tuple(arguments))
        proposed = (each for rule in RULES for each in rule(line, error))
        for each in proposed if depth < _DEEPEST else ():
            if tuple(each) in self._tried or len(self._tried) >= _MOST_TRIED:
                continue
            self._tried.add(tuple(each))
            remaining = self.problem(each)
            if remaining is None:
                return each
            if str(remaining) != str(error):  # perhaps one of several mistakes is corrected
                found = self._corrected(each, remaining, depth + 1)
                if found is not None:
                    return found
        return None

    def problem(self, arguments: list[str]) -> Exception | None:
        """Return what is wrong with a command line, as far as that shows without running it."""
        line = Line(self._command, arguments)
        asks = bool({"--help", "-h"} & set(arguments))
        if arguments == ["--version"] or (asks and (line.command or not line.name)):
            return None
        try:
            if line.command is None:
                return typer.TyperException(f"no command {line.name} {line.rest[:1]}")
            with (
                _without_effects(),
                suppress(typer.Exit),  # after the version
                self._command.make_context("zookit", arguments[: line.start]) as parent,
                # From its parent, a command has the names of the help option, which it remembers.
                line.command.make_context(line.name, list(line.rest), parent=parent) as context,
            ):
                _check_meaning(line, context.params)
        except (ZookitError, typer.TyperException) as error:
            return error
        return None


def _check_meaning(line: Line, params: dict[str, Any]) -> None:
    """Raise ZookitError if the values of a command have no meaning."""
    from zookit.cli import find_rate
    from zookit.cli.predict import check_selection
    from zookit.cli.run import composed
    from zookit.inference.export import check_path
    from zookit.registry import default
    from zookit.training.monitoring import check_callbacks

    if line.name == "run":
        with suppress(DataUnavailable):  # it is not on this machine; the words are checked
            check_callbacks(composed(_without_addresses(params)))
    if line.name == "find-rate":
        with suppress(DataUnavailable):
            find_rate.composed(_without_addresses(params))
    if line.name == "export" and params["output"] is not None:
        with suppress(NotInstalled):
            check_path(params["output"], default.exporters.build(params["to"]))
    if line.name == "predict":
        check_selection(params["files"], params["image"], params["split"], invert=params["invert"])
        for each in params["files"] or ():
            if not (is_image(str(each)) or each.is_dir()):
                raise ZookitError(f"no image {each}")
    for part in line.parts:
        if part.param is not None and part.value is not None:
            for value in part.value.split() if line.is_set(part) else [part.value]:
                _check_names(line, part.param, value)


def _without_addresses(params: dict[str, Any]) -> dict[str, Any]:
    """Return the values without a run at an address: nothing is pulled for what is only tried."""
    return {**params, "init": None} if is_address(params["init"] or "") else params


def _check_names(line: Line, param: Any, value: str) -> None:
    """Raise ZookitError if completion offers names for a place, and the value has none of them."""
    from zookit.cli.show import groups_named
    from zookit.runs.naming import find_named

    offered, kinds = line.offered(param), line.kinds(param)
    if LATEST in offered:
        if not is_address(value):  # nothing is pulled for what is only tried
            find_named(value, line.runs_dir)
    elif value == LATEST:
        raise UnknownName(f"{value} is a run")  # not a component with a similar name
    elif value.partition(":")[0] not in offered and len(kinds) > 1:
        groups_named(value)
    elif value not in offered and offered and not kinds and param in line.places:
        raise UnknownName(f"no name {value}")
    for kind in kinds if line.takes_words(param, value) else ():
        if value.partition(":")[0] in kind or len(kinds) == 1:
            with suppress(NotInstalled, DataUnavailable):
                component = kind.build(value).component
                getattr(component, "info", None)  # a data set of a folder looks into it


@contextmanager
def _without_effects() -> Iterator[None]:
    """Show nothing about command lines that are only tried, and block no plugins for others."""
    blocked, disabled = os.environ.get(VARIABLE, ""), logger.disabled
    logger.disabled = True
    try:
        with redirect_stdout(io.StringIO()), only_what_is_here():
            yield
    finally:
        logger.disabled = disabled
        os.environ[VARIABLE] = blocked
