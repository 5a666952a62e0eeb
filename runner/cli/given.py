"""A command line, taken apart without being run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from zookit.cli.foreign_words import OPTIONS
from zookit.core.errors import folded

_NUMBERS = {int: "whole number", float: "number"}


@dataclass(frozen=True)
class Given:
    """A command line, taken apart.

    Args:
        arguments: all arguments.
        start: where those of the command begin.
        name: the command, or None.
        subcommand: Typer's command; None if there is no such.
        top: Typer's command of the whole application.
    """

    arguments: tuple[str, ...]
    start: int
    name: str | None
    subcommand: Any
    top: Any

    @classmethod
    def of(cls, top: Any, arguments: Sequence[str]) -> "Given":
        """Find the command in the arguments."""
        words = [at for at, each in enumerate(arguments) if not each.startswith("-")]
        at = next(iter(words), len(arguments))
        if at:  # behind options, of which one may have a value
            at = next((each for each in words if arguments[each] in top.commands), at)
        name = arguments[at] if at < len(arguments) else None
        command: Any = None if name is None else top.loaded(name)
        while hasattr(command, "commands") and arguments[at + 1 : at + 2]:
            nested = command.commands.get(arguments[at + 1])
            if nested is None:
                break
            command, at = nested, at + 1
            name = f"{name} {arguments[at]}"
        return cls(tuple(arguments), at + 1, name, command, top)

    @property
    def rest(self) -> tuple[str, ...]:
        """The arguments of the command."""
        return self.arguments[self.start :]

    def with_rest(self, rest: Sequence[str], name: str | None = None) -> list[str]:
        """Return all arguments with other ones of the command, or with another command."""
        before = len((self.name or "").split(" "))
        words = [name] if name else list(self.arguments[self.start - before : self.start])
        return [*self.arguments[: self.start - before], *words, *rest]

    def replaced(self, at: int, *instead: str, count: int = 1) -> list[str]:
        """Return all arguments with other ones in the place of `count`."""
        return [*self.arguments[:at], *instead, *self.arguments[at + count :]]

    def options(self) -> dict[str, Any]:
        """Return the options of the command by their names with dashes."""
        params = self.subcommand.params if self.subcommand else self.top.params
        return {
            name: each
            for each in params
            if each.param_type_name == "option"
            for name in (*each.opts, *each.secondary_opts)
        }

    def positions(self) -> list[int]:
        """Return where the arguments are that are neither options nor their values."""
        options, at = self.options(), self.start
        found: list[int] = []
        while at < len(self.arguments):
            text = self.arguments[at]
            if text == "--":
                return [*found, *range(at + 1, len(self.arguments))]
            if text.startswith("-") and len(text) > 1:
                option = options.get(text)
                at += 2 if option is not None and not option.is_flag else 1
                continue
            found.append(at)
            at += 1
        return found

    def value_of(self, option: Any) -> tuple[int, str, str] | None:
        """Return where the value of an option is, what stands before it there, and the value."""
        for at in range(self.start, len(self.arguments)):
            name, equals, value = self.arguments[at].partition("=")
            if name in option.opts:
                if equals:
                    return at, f"{name}=", value
                if at + 1 < len(self.arguments):
                    return at + 1, "", self.arguments[at + 1]
        return None


def offered(given: Given, param: Any) -> list[str]:
    """Return what completion offers for an option or an argument."""
    return [getattr(each, "value", each) for each in param.shell_complete(_Context(given), "")]


def is_path(text: str) -> bool:
    """Return whether a text looks like a path."""
    return bool({"/", "\\"} & set(text))


def problem_of(given: Given, error: Exception) -> str:
    """Return what is wrong in one or two sentences, for an error of Typer."""
    param: Any = getattr(error, "param", None)
    kind: Any = getattr(getattr(param, "type_descriptor", None), "annotation", None)
    missing = hasattr(error, "param_type")
    found = given.value_of(param) if kind in _NUMBERS and not missing else None
    if found is not None:
        bounds = [
            f"{words} {bound}"
            for words, bound in (("at least", param.min), ("at most", param.max))
            if bound is not None
        ]
        expected = " of ".join([_NUMBERS[kind], *bounds[:1]])
        return f"{param.opts[0]} must be a {expected}, got {found[2]!r}."
    # Pydantic, which Typer uses, puts these words before its own messages.
    text = error.format_message().replace("Value error, ", "")  # type: ignore[attr-defined]
    if hasattr(error, "possibilities"):
        text = f"no option {getattr(error, 'option_name', '')}"
    return f"{text.rstrip('.')}.{_explanation(given, error)}"


def _explanation(given: Given, error: Exception) -> str:
    """Return a sentence about a word of other tools, or about an option of other commands."""
    name = str(getattr(error, "option_name", "")).partition("=")[0]
    foreign = OPTIONS.get(folded(name))
    if foreign is not None and foreign.why:
        return f" {foreign.why}"
    if not name or not hasattr(error, "possibilities"):
        return ""
    name = next(iter(foreign.instead), name) if foreign is not None else name
    others = [
        command
        for command, each in given.top.commands.items()
        if any(name in (*param.opts, *param.secondary_opts) for param in each.params)
    ]
    if not others or given.name in others:
        return ""
    kept = " A run keeps its settings: to change one, train again."
    after = kept if given.name == "resume" else ""
    return f" {name} is an option of {' and '.join(others)}.{after}"


class _Context:
    """What the completion of a run's name looks at."""

    def __init__(self, given: Given) -> None:
        self.params: dict[str, Any] = {}
        option = given.options().get("--runs-dir")
        found = given.value_of(option) if option is not None else None
        if found is not None:
            self.params["runs_dir"] = found[2]
