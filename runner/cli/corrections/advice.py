"""Writes the message for an error of the user."""

import shlex
from contextlib import suppress
from itertools import product
from pathlib import Path
from typing import Any

from typer import TyperException

from zookit.cli.corrections.component_rules import folder_words
from zookit.cli.corrections.foreign import COMMANDS, NOTHING, OPTIONS, WORDS, Foreign
from zookit.cli.corrections.line import Line, Part, is_file, options_of
from zookit.cli.corrections.rules import is_surplus_callback
from zookit.cli.corrections.search import Search
from zookit.cli.run_argument import no_runs
from zookit.core import (
    BadExperiment,
    BadParameter,
    BadRun,
    BadWords,
    DataError,
    UnknownName,
    ZookitError,
)
from zookit.core.errors import did_you_mean, folded
from zookit.registry.install_advice import install_advice
from zookit.registry.plugin_files import name_in
from zookit.runs.naming import NoRuns, run_folders
from zookit.training.options import split_words

_ABOUT_WORDS = (BadExperiment, BadParameter, BadRun, BadWords, DataError, UnknownName)
_NUMBERS = {int: "whole number", float: "number"}


def advice(command: Any, arguments: list[str], error: ZookitError | TyperException) -> str:
    """Return the line for an error: what is wrong, and the command that is right, if one is found.

    Args:
        command: Typer's command of the whole application.
        arguments: the arguments that raised the error.
        error: the error.
    """
    line = Line(command, arguments)
    if isinstance(error, BadParameter):
        error.message = _naming_the_option(line, error.message)
    about_words = isinstance(error, (TyperException, *_ABOUT_WORDS))
    corrected = None
    with suppress(Exception):  # a search must not hide the error itself
        corrected = Search(command).corrected(arguments) if about_words else None
    message = error.message if isinstance(error, ZookitError) else _problem(line, error)
    if corrected is not None:
        return f"{message}{_left_out(line, corrected)} Run: {shlex.join(['zookit', *corrected])}"
    hint = _hint(line, error) if about_words else ""
    if hint:
        meant = getattr(error, "hint", "")
        whole = " ".join(filter(None, (message, meant, hint)))
        return hint if isinstance(error, NoRuns) else whole
    if isinstance(error, ZookitError):
        return str(error)
    if hasattr(error, "possibilities"):
        message += did_you_mean(str(getattr(error, "option_name", "")), line.options)
    name = f" {line.name}" if line.command else ""
    return f"{message} See 'zookit{name} --help'."


def _naming_the_option(line: Line, message: str) -> str:
    """Return a message about a setting of the command as one about the option that was typed."""
    for part in line.parts:
        start = "" if part.param is None else f"{line.name}: {part.param.name} "
        if part.option and start and message.startswith(start):
            return f"{part.option} {message.removeprefix(start)}"
    return message


def _left_out(line: Line, corrected: list[str]) -> str:
    """Return a sentence about an unknown option whose value is not in the corrected line."""
    for part in line.parts:
        unknown = part.option and part.param is None and folded(part.option) not in OPTIONS
        if unknown and part.value and part.value not in " ".join(corrected):
            return f" It is left out here: {shlex.join(part.arguments)}."
    return ""


def _problem(line: Line, error: TyperException) -> str:
    """Return what is wrong in one or two sentences, for an error of Typer."""
    param: Any = getattr(error, "param", None)
    kind: Any = getattr(getattr(param, "type_descriptor", None), "annotation", None)
    found = line.part_of(param.opts[0]) if kind in _NUMBERS else None
    if found is not None:
        expected = f"{_NUMBERS[kind]}{_range(param)}"
        return f"{param.opts[0]} must be a {expected}, got {found.value!r}."
    name = str(getattr(error, "option_name", "")).partition("=")[0]
    # Pydantic, which Typer uses, puts these words before its own messages.
    text = error.format_message().replace("Value error, ", "").rstrip(".")
    if not hasattr(error, "possibilities"):
        return _not_taken(line) or f"{text}."
    foreign = OPTIONS.get(folded(name), Foreign(""))
    if foreign.why:
        return f"no option {name}. {foreign.why}"
    own = [each for each in foreign.instead if each in line.options]
    if own:
        return f"no option {name}. Expected {' or '.join(own)}."
    typed, name = name, next(iter(foreign.instead), "") or name
    others = [each.name for each in line.top.commands.values() if name in options_of(each)]
    if not others or line.name in others:
        return f"no option {getattr(error, 'option_name', '')}."
    kept = " A run keeps its settings: to change one, train again." * (line.name == "resume")
    *most, last = others
    those = f"{', '.join(most)} and {last}" if most else last
    return f"no option {typed}. {name} is an option of {those}.{kept}"


def _not_taken(line: Line) -> str:
    """Return that the command takes no callbacks, if it is given some; else an empty text."""
    surplus = [str(each.value) for each in line.words if is_surplus_callback(each)]
    if not surplus or line.command is None:
        return ""
    return f"{line.name} takes no callbacks, got {' '.join(surplus)}."


def _range(param: Any) -> str:
    """Return which numbers an option takes, for a message."""
    if param.min is not None and param.max is not None:
        return f" from {param.min} to {param.max}"
    if param.max is not None:
        return f" of at most {param.max}"
    return "" if param.min is None else f" of at least {param.min}"


def _hint(line: Line, error: Exception) -> str:
    """Return what to do where no command line can be right before something else is done."""
    redirected = _redirected(line)
    if redirected:
        return redirected
    for part in line.words if isinstance(error, UnknownName) else ():
        why = WORDS.get(folded(part.name), NOTHING).why
        if why:
            return why
    if line.command is None and line.group is line.top:
        return COMMANDS.get(folded(line.name), Foreign("")).why
    if line.name == "run":
        return "" if isinstance(error, TyperException) else _about_components(line, error)
    if line.name in ("sweep", "find-rate"):  # which need no runs
        return ""
    if "--runs-dir" not in line.options or not isinstance(error, (NoRuns, TyperException)):
        return ""
    with suppress(ZookitError):
        known = any(is_file(str(each.value)) for each in line.words)
        if not known and not run_folders(line.runs_dir)[0]:
            return no_runs(line.runs_dir)
    return ""


def _redirected(line: Line) -> str:
    """Return how to write what a command prints to a file, such as `FILE` in `--csv FILE`."""
    for part in line.parts:
        file = str(part.value)
        flag = f"--{Path(file).suffix[1:]}"
        if flag in line.options and line.options[flag].is_flag:
            arguments = ["zookit", *line.edited({part: ()})]
            if flag not in arguments:
                arguments.append(flag)
            return f"Run: {shlex.join(arguments)} > {shlex.quote(file)}"
    return ""


def _about_components(line: Line, error: Exception) -> str:
    """Return how to name one's own images, or which command explains the word that is wrong."""
    unknown = (each for each in line.words[:1] if not line.takers(each.name))
    for part in (*unknown, line.part_of("--data")):
        own = (folder_words(e) for kind in line.kinds(line.places[0]) for e in kind.entries())
        words, path = next(filter(None, own), ""), "" if part is None else str(part.value)
        if "://" in path:
            return f"Download and unpack it first, and name the folder: {words}FOLDER."
        if {"/", "\\"} & set(path) and ".py:" not in path:
            own_data = f"For your own images, name the data set {words}FOLDER."
            # Most other names before a slash are folders.
            install = install_advice(path) if path.startswith("zookit") else ""
            return f"{own_data} {install}".rstrip()
    return next(filter(None, (_about_part(line, part, error) for part in line.parts)), "")


def _about_part(line: Line, part: Part, error: Exception) -> str:
    """Return which command explains the components of a part, if the error is about one of them."""
    texts = split_words(part.value, part.name) if part.value and part.option else [part.value]
    for kind, text in product(line.kinds(part.param), map(str, texts)):
        try:
            kind.build(text)
        except ZookitError as found:
            if found.message not in str(error):
                continue
            if install_advice(part.name) or type(found) is UnknownName:
                return found.advice
            if len(texts) > 1 and isinstance(error, BadParameter):
                return f"Only names are joined by +, so write {part.option} for each."
            if isinstance(error, BadParameter) or not found.advice:
                show = f"To see what is possible: zookit show {name_in(text)}"
                return f"{found.advice} {show}".lstrip()
            return f"{found.advice} To see what each is: zookit list {kind.kind.plural}"
    return ""
