"""A command line, taken apart without being run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from mimetypes import guess_type
from os.path import exists  # which takes any text, unlike that of Path
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from zookit.cli.run_argument import RUNS_DIR

if TYPE_CHECKING:
    from zookit.registry import Components


Lines = Iterator[list[str]]
"""All arguments of other command lines."""


@dataclass(frozen=True)
class Part:
    """A word, or an option with its value.

    Args:
        arguments: the arguments that it consists of.
        at: its place in the line.
        param: Typer's parameter that takes it; None if there is none.
        option: the option, as it is written; empty for a word.
        value: the word, or the option's value; None if it has none.
    """

    arguments: tuple[str, ...]
    at: int
    param: Any
    option: str
    value: str | None

    @property
    def name(self) -> str:
        """The value without the parameters of a component."""
        return (self.value or "").partition(":")[0]

    def with_value(self, value: str) -> list[str]:
        """Return the arguments with another value."""
        if self.option and len(self.arguments) == 1 and self.value is not None:
            return [f"{self.option}={value}"]
        return [self.option, value] if self.option else [value]


class Line:
    """A command line.

    `name` is the command, such as `run` or `data fetch`, empty if there is none, and `command` is
    Typer's; None if it is unknown in its `group`. The arguments of the command begin at `start`.

    Args:
        top: Typer's command of the whole application.
        arguments: all arguments.
    """

    def __init__(self, top: Any, arguments: Sequence[str]) -> None:
        self.top = self.group = top
        self.arguments = list(arguments)
        words = [at for at, each in enumerate(arguments) if not each.startswith("-")]
        at = next(iter(words), len(arguments))
        if at:  # behind options, of which one may have a value
            at = next((each for each in words if arguments[each] in top.commands), at)
        self.name = "".join(arguments[at : at + 1])
        self.start = at + 1
        found: Any = top.loaded(self.name) if self.name else None
        while hasattr(found, "commands"):
            self.group = found
            word = "".join(arguments[self.start : self.start + 1])
            found = found.commands.get(word)
            if found is not None:
                self.name, self.start = f"{self.name} {word}", self.start + 1
        self.command: Any = found
        self.rest = self.arguments[self.start :]
        self.options = options_of(found or top)
        params = found.params if found else []
        self.places = [each for each in params if each.param_type_name == "argument"]
        self._offered: dict[tuple[str, str], list[str]] = {}
        self._kinds: dict[str, list[Components[Any]]] = {}

    @cached_property
    def parts(self) -> list[Part]:
        """The words and options of the command."""
        return list(self._parts())

    @property
    def words(self) -> list[Part]:
        """The words of the command."""
        return [each for each in self.parts if not each.option]

    def _parts(self) -> Iterator[Part]:
        # Nobody means -- who does not know it.
        left, following = list(self.places), [each for each in self.rest if each != "--"]
        count = 0
        while following:
            text = following.pop(0)
            arguments, param, option, value = [text], None, "", None
            if text.startswith("-") and len(text) > 1:
                option, equals, given = text.partition("=")
                param, value = self.options.get(option), given if equals else None
                known = param or options_of(self.top).get(option)
                if not equals and following and self._is_value(known, following[0]):
                    value = following.pop(0)
                    arguments.append(value)
            else:
                value, param = text, left[0] if left else None
                left = left[1:] if param is not None and param.nargs == 1 else left
            yield Part(tuple(arguments), count, param, option, value)
            count += 1

    def _is_value(self, option: Any, text: str) -> bool:
        """Return whether the argument behind an option is its value."""
        if option is not None:
            return not option.is_flag and text.partition("=")[0] not in self.options
        name = text.partition(":")[0]
        return not text.startswith("-") and not any(name in self.offered(p) for p in self.places)

    def is_set(self, part: Part) -> bool:
        """Return whether the value of a part is several words: a sweep's set of callbacks."""
        return self.name == "sweep" and part.option == "--callbacks"

    def part_of(self, option: str) -> Part | None:
        """Return the option with its value, if it is given one."""
        valued = (each for each in self.parts if each.option and each.value is not None)
        known = (each for each in valued if each.param is not None)
        return next((each for each in known if each.param is self.options.get(option)), None)

    def edited(self, edits: Mapping[Part, Sequence[str]]) -> list[str]:
        """Return all arguments, with others in the place of some parts."""
        rest = [text for part in self.parts for text in edits.get(part, part.arguments)]
        return [*self.arguments[: self.start], *rest]

    def with_words(self, words: Sequence[str]) -> list[str]:
        """Return all arguments, with other words before the options."""
        options = [text for part in self.parts if part.option for text in part.arguments]
        return [*self.arguments[: self.start], *words, *options]

    @cached_property
    def runs_dir(self) -> Path:
        """The folder that contains the runs."""
        for text, following in zip(self.rest, [*self.rest[1:], ""], strict=False):
            if text.partition("=")[0] == "--runs-dir":
                return Path(text.partition("=")[2] or following)
        return RUNS_DIR

    def offered(self, param: Any, incomplete: str = "") -> list[str]:
        """Return what completion offers for a parameter of Typer."""
        key = param.name, incomplete
        if key not in self._offered:
            context = SimpleNamespace(params={"runs_dir": self.runs_dir})
            found = param.shell_complete(context, incomplete)
            self._offered[key] = [getattr(each, "value", each) for each in found]
        return self._offered[key]

    def takers(self, text: str) -> list[Any]:
        """Return the parameters of Typer for which completion offers the name in a text."""
        name = text.partition(":")[0]
        if self.command is None or not any(map(str.isalpha, name)):  # the default of a number
            return []
        takers = (each for each in self.command.params if not getattr(each, "is_flag", False))
        return [each for each in takers if name in self.offered(each)]

    @staticmethod
    def takes_words(param: Any, value: str) -> bool:
        """Return whether a value chooses a component: a learning rate may be a number instead."""
        from zookit.training.options import is_number  # only needed for errors

        return param.name != "learning_rate" or not is_number(value)

    def kinds(self, param: Any) -> "list[Components[Any]]":
        """Return the kinds of components that a parameter of Typer takes."""
        from zookit.registry import default

        if param is None:
            return []
        if param.name not in self._kinds:
            names = set(self.offered(param))
            kinds = [each for each in default.components() if each and names.issuperset(each)]
            self._kinds[param.name] = kinds
        return self._kinds[param.name]


def options_of(command: Any) -> dict[str, Any]:
    """Return the options of a command, by their names with dashes."""
    options = (each for each in command.params if each.param_type_name == "option")
    return {name: each for each in options for name in (*each.opts, *each.secondary_opts)}


def is_file(text: str) -> bool:
    """Return whether a text has a suffix, or is the path of a file or folder that exists."""
    return bool(Path(text).suffix) or exists(text)  # noqa: PTH110


def is_image(text: str) -> bool:
    """Return whether a text has the suffix of an image."""
    return (guess_type(text, strict=False)[0] or "").startswith("image/")


def takes_file(param: Any, text: str) -> bool:
    """Return whether a parameter of Typer is a path, and a text looks like that of a file."""
    return param.type_descriptor.annotation in (Path, list[Path]) and is_file(text)
