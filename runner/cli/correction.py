"""Finds the command line that a person probably meant by one that is not valid.

`repairs.py` proposes other command lines, which may be wrong. Here they are tried: what is
shown has been parsed, and its components have been built.
"""

import io
import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typer import TyperException

from zookit.cli.foreign_words import WHY
from zookit.cli.given import Given, is_path, problem_of
from zookit.cli.repairs import repairs
from zookit.cli.run_argument import RUNS_DIR, no_runs
from zookit.cli.run_name_repairs import is_component
from zookit.core import (
    BadExperiment,
    BadParameter,
    BadRun,
    BadWords,
    DataError,
    NotInstalled,
    UnknownName,
    ZookitError,
)
from zookit.core.errors import did_you_mean, folded
from zookit.core.messages import logger
from zookit.runs.naming import LATEST, NoRuns

_ABOUT_WORDS = (BadExperiment, BadParameter, BadRun, BadWords, DataError, UnknownName)
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
            # If a run was found and is damaged, another one is no correction.
            if not isinstance(error, BadRun) or search.problem(arguments) is not None:
                corrected = search.corrected(arguments, error)
    message = error.message if isinstance(error, ZookitError) else problem_of(given, error)
    if corrected is not None:
        return f"{message} Run: {shlex.join(['zookit', *corrected])}"
    hint = _hint(given, error)
    if hint and isinstance(error, NoRuns):
        return hint
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
    why = WHY.get(folded(given.name or ""), "") if given.subcommand is None else ""
    if given.name == "run" and isinstance(error, _ABOUT_WORDS):
        return _own_images(given, error)
    if given.name != "run" and option is not None and isinstance(error, (NoRuns, TyperException)):
        from zookit.runs.naming import run_folders

        found = given.value_of(option)
        runs_dir = Path(found[2]) if found else RUNS_DIR
        names = {given.arguments[at] for at in given.positions()}
        with suppress(ZookitError):
            if not run_folders(runs_dir)[0] and not any(map(os.path.exists, names)):
                return no_runs(runs_dir)
    return why


def _own_images(given: Given, error: Exception) -> str:
    """Return how to name a folder of one's own, if a path stands where none can be."""
    from zookit.registry import default

    word = "".join(given.arguments[at] for at in given.positions()[:1])
    if "://" in word:
        return "Download and unpack it first, and name the folder: image_folder:path=FOLDER."
    found = given.value_of(given.options()["--data"])
    known = word.partition(":")[0] in default.datasets or getattr(error, "correction", None)
    if is_path(found[2] if found else "") or (is_path(word) and not known):
        return "For your own images, name the data set image_folder:path=FOLDER."
    return _more_about(given, error)


def _more_about(given: Given, error: Exception) -> str:
    """Return which command explains the word of `run` that is not valid."""
    from zookit.registry import default

    groups = default.datasets, default.architectures, default.callbacks
    for count, at in enumerate(given.positions()):
        word, group = given.arguments[at], groups[min(count, 2)]
        name, advice = word.partition(":")[0], getattr(error, "advice", "")
        try:
            group.build(word)
        except ZookitError as found:
            if str(found) == str(error) and not (advice or isinstance(error, UnknownName)):
                shown = f"show {name}" if name in group else "list"
                return f"To see what is possible: zookit {shown}"
            if str(found) == str(error):
                return f"{advice} To see what each is: zookit list {group.kind.plural}"
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
    from zookit.registry import default

    if name == "run":
        from zookit.cli.run import composed

        composed(params)
        for each in params["listeners"] or ():
            with suppress(NotInstalled):
                default.listeners.build(each)
        return
    if name == "list" and params["kind"] is not None:
        from zookit.cli.list import groups_of

        groups_of(params["kind"])
    if name in ("show", "check"):
        from zookit.cli.show import groups_named

        for each in params.get("names") or [params["words"]]:
            groups_named(each)
    if name == "predict":
        _check_predict(params)
    if params.get("on") is not None:
        default.datasets.build(params["on"])
    runs = params.get("names") or ([params["name"]] if "name" in params else [])
    if "runs_dir" in params:
        from zookit.runs.naming import find_run

        for each in runs:
            find_run(each, params["runs_dir"])


def _check_predict(params: dict[str, Any]) -> None:
    from zookit.cli.predict import check_selection

    check_selection(params["files"], params["image"], params["split"], invert=params["invert"])
    for each in params["files"] or ():
        if str(each) == LATEST or (is_component(str(each)) and not each.exists()):
            raise ZookitError(f"{each} is no file.")
