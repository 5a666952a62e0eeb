"""Proposes other command lines for one that is not valid. Each proposal may be wrong."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from zookit.cli.foreign_words import COMMANDS, OPTIONS, Foreign
from zookit.core import ZookitError
from zookit.core.alternatives import other_values, plain_text
from zookit.core.errors import folded, nearest_name

_NUMBERS = {int: "whole number", float: "number"}
_LONGEST_PHRASE = 5
"""The most words of a component that was written in several words."""


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
        command = top.commands.get(name)
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
        options, found, at = self.options(), [], self.start
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


def repairs(given: Given, error: Exception) -> Iterator[list[str]]:
    """Yield other arguments for those that raised the error, the likeliest first."""
    plain = [plain_text(each) for each in given.arguments]
    if plain != list(given.arguments):
        yield plain
    if given.name is None:
        yield from _of_top(given, error)
    elif given.subcommand is None:
        yield from _of_command(given)
    else:
        if isinstance(error, ZookitError):
            yield from _of_meaning(given, error)
        else:
            yield from _of_syntax(given, error)
        yield from _of_offered(given)
        yield from _misplaced(given)


def _of_syntax(given: Given, error: Exception) -> Iterator[list[str]]:
    name = str(getattr(error, "option_name", ""))
    if hasattr(error, "possibilities"):
        yield from _of_option(given, name)
    elif name:
        yield from _without_value(given, name)
    elif getattr(error, "param", None) is not None:
        yield from _of_value(given, error.param)  # type: ignore[attr-defined]


def _of_meaning(given: Given, error: ZookitError) -> Iterator[list[str]]:
    if given.name == "run":
        yield from _own_images(given, given.positions())
        yield from _of_correction(given, error)
        yield from _of_run(given)
    else:
        yield from _of_correction(given, error)
        yield from _of_runs_name(given)


def _of_top(given: Given, error: Exception) -> Iterator[list[str]]:
    name = folded(str(getattr(error, "option_name", "")))
    if OPTIONS.get(name, Foreign()).instead == ("--version",):
        yield ["--version"]
    for at, each in enumerate(given.arguments):
        if each.startswith("-"):
            yield given.replaced(at, each.lstrip("-"))


def _of_command(given: Given) -> Iterator[list[str]]:
    name = given.name or ""
    known, rest = list(given.top.commands), given.rest
    if folded(name) == "help":
        yield [*rest[:1], "--help"]
    if folded(name) == "version":
        yield ["--version"]
    nearest = nearest_name(name, [*known, *COMMANDS])
    if nearest:
        yield given.with_rest(rest, COMMANDS.get(nearest, nearest))
    if rest:
        yield given.replaced(given.start - 1, "run", name)


def _of_option(given: Given, option: str) -> Iterator[list[str]]:
    name = option.partition("=")[0]
    at = next(
        (at for at, each in enumerate(given.arguments) if each.partition("=")[0] == name), None
    )
    if at is None:  # a letter within -abc
        return
    text = given.arguments[at]
    value = text.partition("=")[2]
    following = given.arguments[at + 1 : at + 2]
    foreign = OPTIONS.get(folded(name))
    nearest = nearest_name(name.lstrip("-"), [each.lstrip("-") for each in given.options()])
    instead = foreign.instead if foreign else (f"--{nearest}",) if nearest else ()
    if folded(name) == "summary":
        yield from _layers(given, at)
    for each in instead:
        if each.endswith("="):
            yield given.replaced(
                at, f"{each}{value or ''.join(following)}", count=1 if value else 2
            )
        yield given.replaced(at, f"{each}={value}" if value else each)
        yield given.replaced(at, each)
    if foreign and not instead and not foreign.word:
        if not value and following and foreign.takes_value and not following[0].startswith("-"):
            yield given.replaced(at, count=2)
        yield given.replaced(at)
    value = value or "".join(following)
    if given.name == "run" and value:
        rest = given.replaced(at, count=1 if "=" in text else 2)
        yield from _as_parameter(given.of(given.top, rest), f"{name.lstrip('-')}={value}")
    if foreign and foreign.word and value:
        yield given.replaced(at, value, count=1 if "=" in text else 2)
    if len(name) > 2:
        yield given.replaced(at, name.lstrip("-"))


def _as_parameter(given: Given, item: str) -> Iterator[list[str]]:
    """Propose that an option is a parameter of one of the components."""
    for at, group in zip(given.positions(), _groups(), strict=False):
        word = _one_word(group, [given.arguments[at], item])
        if word is not None:
            yield given.replaced(at, word)


def _groups() -> Iterator[Any]:
    """Yield the kind of each word of `zookit run`."""
    from zookit.registry import default

    yield default.datasets
    yield default.architectures
    while True:
        yield default.callbacks


def _without_value(given: Given, name: str) -> Iterator[list[str]]:
    """Propose a value for an option that has none."""
    option = given.options().get(name)
    for each in _offered(given, option)[:1] if option is not None else []:
        if name in given.arguments:
            yield given.replaced(given.arguments.index(name), name, each)


def is_path(text: str) -> bool:
    """Return whether a text looks like a path."""
    return bool({"/", "\\"} & set(text))


def _layers(given: Given, at: int) -> Iterator[list[str]]:
    words = [given.arguments[each] for each in given.positions()]
    if given.name == "run" and len(words) > 1:
        yield ["show", words[1], "--on", words[0]]
    elif given.name == "show":
        yield given.replaced(at, "--on", "fashion_mnist")


def _of_correction(given: Given, error: ZookitError) -> Iterator[list[str]]:
    if error.correction is None:
        return
    received, instead, key = (
        error.correction.received,
        error.correction.instead,
        error.correction.key,
    )
    if key:
        option = given.options().get(f"--{key.replace('_', '-')}")
        found = given.value_of(option) if option is not None else None
        if found is not None and found[2].startswith("--"):  # the next option
            yield given.replaced(found[0], instead, found[2])
        elif found is not None and not is_path(found[2]):
            yield given.replaced(found[0], f"{found[1]}{instead}")
        return
    for at, each in enumerate(given.arguments):
        if at >= given.start and (each == received or each.endswith(f"={received}")):
            yield given.replaced(at, f"{each.removesuffix(received)}{instead}")


def _of_run(given: Given) -> Iterator[list[str]]:
    """Propose repairs of the words of `zookit run`."""
    kinds = list(islice(_groups(), 3))
    positions = given.positions()
    words = [given.arguments[at] for at in positions]
    yield from _values_apart(given, positions, words)
    yield from _options_without_dashes(given, positions)
    for count in range(2, _LONGEST_PHRASE + 1):
        for at in range(len(words) - count + 1):
            consecutive = positions[at + count - 1] - positions[at] == count - 1
            word = _one_word(kinds[min(at, 2)], words[at : at + count]) if consecutive else None
            if word is not None:
                yield given.replaced(positions[at], word, count=count)
    for at in range(1, len(words)):
        kind = _kind_at(kinds, words[at])
        if kind < 2 and kind in (_kind_at(kinds, each) for each in words[:at]):
            yield given.replaced(positions[at])
    ordered = sorted(words, key=lambda word: _kind_at(kinds, word))
    if ordered != words:
        others = [each for at, each in enumerate(given.rest, given.start) if at not in positions]
        yield given.with_rest([*ordered, *others])
    if len(words) < 2:
        yield from _missing_word(given, positions, words)


def _missing_word(given: Given, positions: list[int], words: list[str]) -> Iterator[list[str]]:
    """Propose a data set or an architecture as an example."""
    arguments = [each for each in given.subcommand.params if each.param_type_name == "argument"]
    datasets, architectures, *_ = (_offered(given, each) for each in arguments)
    options = [each for at, each in enumerate(given.rest, given.start) if at not in positions]
    for each in architectures:
        yield given.with_rest([*(words or datasets[:1]), each, *options])
    for each in datasets if words else []:
        yield given.with_rest([each, *words, *options])


def _values_apart(given: Given, positions: list[int], words: list[str]) -> Iterator[list[str]]:
    for at, word in zip(positions, words, strict=True):
        if not folded(word):
            yield given.replaced(at)


def _options_without_dashes(given: Given, positions: list[int]) -> Iterator[list[str]]:
    names = {each.lstrip("-"): each for each in given.options() if each.startswith("--")}
    for at in positions[1:]:
        key, equals, value = given.arguments[at].partition("=")
        option = nearest_name(key, names) if len(folded(key)) > 1 else None
        if not option or not (equals or folded(key) == folded(option)):
            continue
        if equals and value:
            yield [*given.replaced(at), names[option], value]
        elif not equals and at + 1 < len(given.arguments):
            yield [*given.replaced(at, count=2), names[option], given.arguments[at + 1]]


def _one_word(group: Any, words: list[str]) -> str | None:
    """Return the words of a component that was written in several words."""
    try:
        group.build(" ".join(words))
    except ZookitError as error:
        return error.correction.instead if error.correction else None
    return None


def _kind_at(kinds: Sequence[Any], word: str) -> int:
    name = word.partition(":")[0]
    return next((at for at, each in enumerate(kinds) if name in each), len(kinds) - 1)


def _own_images(given: Given, positions: list[int]) -> Iterator[list[str]]:
    """Propose that the folder behind --data is a data set of its own."""
    option = given.options().get("--data")
    found = given.value_of(option) if option is not None else None
    if found is None or not positions or not Path(found[2]).is_dir():
        return
    at, before, folder = found
    words = list(given.replaced(at, count=1) if before else given.replaced(at - 1, count=2))
    words[words.index(given.arguments[positions[0]], given.start)] = f"image_folder:path={folder}"
    yield words


def _of_runs_name(given: Given) -> Iterator[list[str]]:
    """Propose another run: the one whose folder a file is in, or the latest."""
    positions = given.positions()
    for at in positions[:1]:
        folder = Path(given.arguments[at]).parent
        with suppress(OSError, ValueError):
            if (folder / "experiment.toml").is_file():
                yield given.replaced(at, str(folder))
    first = Path(given.arguments[positions[0]]) if positions else None
    if first is not None and (first.suffix or first.exists()):
        yield given.with_rest(["latest", *given.rest])
    if given.name == "predict":
        yield given.with_rest([*given.rest, "--image", "0"])


def _of_value(given: Given, param: Any) -> Iterator[list[str]]:
    """Propose another value for an option, or one for an argument that is missing."""
    if param.param_type_name == "argument":
        for each in _offered(given, param)[:3]:
            yield given.with_rest([each, *given.rest])
        return
    found = given.value_of(param)
    if found is None:  # a required option is missing
        offered = _offered(given, param)
        for at in given.positions()[1:]:
            nearest = nearest_name(given.arguments[at], offered)
            if nearest:
                yield given.replaced(at, param.opts[0], nearest)
        for each in offered[:1]:
            yield given.with_rest([*given.rest, param.opts[0], each])
        return
    at, before, value = found
    for other in other_values(value, _offered(given, param)):
        yield given.replaced(at, f"{before}{other}")
    if Path(value).suffix or Path(value).exists():
        yield given.replaced(at, value) if before else given.replaced(at - 1)


def _of_offered(given: Given) -> Iterator[list[str]]:
    """Propose the nearest subcommand, or the nearest of the values that completion offers."""
    if given.name == "run":
        return
    if hasattr(given.subcommand, "commands"):
        offered = [list(given.subcommand.commands)]
    else:
        params = [each for each in given.subcommand.params if each.param_type_name == "argument"]
        offered = [_offered(given, each) for each in params]
    for at, names in zip(given.positions(), offered, strict=False):
        nearest = nearest_name(given.arguments[at], names)
        if nearest not in (None, given.arguments[at]):
            yield given.replaced(at, str(nearest))


def _misplaced(given: Given) -> Iterator[list[str]]:
    """Propose that an option goes on the other side of the command."""
    before = given.arguments[: given.start - 1]
    if before and before[0].startswith("-"):
        yield [given.name or "", *given.rest, *before]
    if "--no-plugin" in given.rest[:-1]:
        at = given.arguments.index("--no-plugin", given.start)
        yield [*given.arguments[at : at + 2], *given.replaced(at, count=2)]


def _offered(given: Given, param: Any) -> list[str]:
    """Return what completion offers for an option or an argument."""
    return [getattr(each, "value", each) for each in param.shell_complete(_Context(given), "")]


class _Context:
    """What the completion of a run's name looks at."""

    def __init__(self, given: Given) -> None:
        self.params: dict[str, Any] = {}
        option = given.options().get("--runs-dir")
        found = given.value_of(option) if option is not None else None
        if found is not None:
            self.params["runs_dir"] = found[2]


def problem_of(given: Given, error: Exception) -> str:
    """Return what is wrong in one or two sentences, for an error of Typer."""
    param, missing = getattr(error, "param", None), hasattr(error, "param_type")
    kind = getattr(getattr(param, "type_descriptor", None), "annotation", None)
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
    others = (
        []
        if not hasattr(error, "possibilities")
        else [
            command
            for command, each in given.top.commands.items()
            if any(name in (*param.opts, *param.secondary_opts) for param in each.params)
        ]
    )
    return f" {name} is an option of {' and '.join(others)}." if others and name else ""
