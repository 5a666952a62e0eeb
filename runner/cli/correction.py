"""Finds the command line that a person probably meant by one that is not valid.

`repairs.py` proposes other command lines, which may be wrong. Here they are tried: what is
shown has been parsed, and its components have been built.
"""

import io
import shlex
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typer import TyperException

from zookit.cli.given import Given, is_path, problem_of
from zookit.cli.repairs import repairs
from zookit.cli.run_argument import RUNS_DIR, no_runs
from zookit.core import (
    BadExperiment,
    BadParameter,
    BadRun,
    BadWords,
    UnknownName,
    ZookitError,
)
from zookit.core.errors import did_you_mean
from zookit.core.messages import logger

_ABOUT_WORDS = (BadExperiment, BadParameter, BadRun, BadWords, UnknownName)
_MOST_TRIED = 60
_DEEPEST = 8


def advice(command: Any, arguments: list[str], error: ZookitError | TyperException) -> str:
    """Return the line for an error: what is wrong, and the command that is right, if one is found.

    Args:
        command: Typer's command of the whole application.
        arguments: the arguments that raised the error.
        error: the error.
    """
    search = Search(command)
    given = search.given(arguments)
    corrected = None
    if isinstance(error, (TyperException, *_ABOUT_WORDS)):
        with _quietly(), suppress(Exception):  # the search must not hide the error itself
            corrected = search.corrected(arguments, error)
    message = error.message if isinstance(error, ZookitError) else problem_of(given, error)
    if corrected is not None:
        return f"{message} Run: {shlex.join(['zookit', *corrected])}"
    hint = _hint(given, error)
    if hint:
        return f"{message} {hint}"
    if isinstance(error, ZookitError):
        return str(error)
    if hasattr(error, "possibilities"):
        message += did_you_mean(str(getattr(error, "option_name", "")), given.options())
    name = given.name if given.subcommand else None
    return f"{message} See '{' '.join(filter(None, ('zookit', name, '--help')))}'."


def _hint(given: Given, error: Exception) -> str:
    """Return what to do where no command line can be right before something else is done."""
    option = given.options().get("--runs-dir")
    if given.name == "run":
        words = [given.arguments[at] for at in given.positions()[:1]]
        found = given.value_of(given.options()["--data"])
        corrected = getattr(error, "correction", None)
        if is_path(found[2] if found else "") or (is_path("".join(words)) and not corrected):
            return "For your own images, name the data set image_folder:path=FOLDER."
    elif option is not None:
        from zookit.runs.naming import run_folders

        found = given.value_of(option)
        runs_dir = Path(found[2]) if found else RUNS_DIR
        with suppress(ZookitError):
            if not run_folders(runs_dir)[0]:
                return no_runs(runs_dir)
    return ""


@contextmanager
def _quietly() -> Iterator[None]:
    """Show no messages about command lines that are only tried."""
    logger.disabled = True
    try:
        with redirect_stdout(io.StringIO()):
            yield
    finally:
        logger.disabled = False


@dataclass
class Search:
    """Tries command lines, each of which may need further repairs.

    Args:
        command: Typer's command of the whole application.
    """

    command: Any
    _tried: set[tuple[str, ...]] = field(default_factory=set)

    def corrected(self, arguments: list[str], error: Exception, depth: int = 0) -> list[str] | None:
        """Return valid arguments close to those that raised the error, or None."""
        if depth == _DEEPEST:
            return None
        for each in self._repaired(arguments, error):
            remaining = self.problem(each)
            if remaining is None:
                return each
            if str(remaining) != str(error):  # perhaps one of several mistakes is corrected
                found = self.corrected(each, remaining, depth + 1)
                if found is not None:
                    return found
        return None

    def _repaired(self, arguments: list[str], error: Exception) -> Iterator[list[str]]:
        for each in repairs(self.given(arguments), error):
            if tuple(each) not in self._tried and len(self._tried) < _MOST_TRIED:
                self._tried.add(tuple(each))
                yield each

    def given(self, arguments: list[str]) -> Given:
        """Return the arguments, taken apart."""
        return Given.of(self.command, arguments)

    def problem(self, arguments: list[str]) -> Exception | None:
        """Return what is wrong with a command line, as far as that shows without running it."""
        given = self.given(arguments)
        if {"--help", "-h"} & set(arguments) or arguments == ["--version"]:
            return None
        try:
            if given.name is None:
                return TyperException("no command")
            if given.subcommand is None or hasattr(given.subcommand, "commands"):
                return TyperException(f"no command {given.name} {given.rest[:1]}")
            with self.command.make_context("zookit", list(arguments[: given.start])):
                pass
            with given.subcommand.make_context(given.name, list(given.rest)) as context:
                _check(given.name, context.params)
        except (ZookitError, TyperException) as error:
            return error
        return None


def _check(name: str, params: dict[str, Any]) -> None:
    """Check what the values of a command mean. Raises ZookitError."""
    if name == "run":
        from zookit.cli.run import composed

        composed(params)
        return
    if name == "list" and params["kind"] is not None:
        from zookit.cli.list import groups_of

        groups_of(params["kind"])
    if name == "show":
        from zookit.cli.show import groups_named

        groups_named(params["words"])
    if name == "predict" and params["image"] is None and not params["files"]:
        raise ZookitError("got no files.")
    runs = params.get("names") or ([params["name"]] if "name" in params else [])
    if "runs_dir" in params:
        from zookit.runs.naming import find_run

        for each in runs:
            find_run(each, params["runs_dir"])
