"""Proposes other command lines for one that is not valid. Each proposal may be wrong.

A rule takes the line and its error, and yields all arguments of other lines. These rules know what
Typer and completion know of a command; those in `component_rules.py` know components and runs.
"""

import re
from os.path import exists, isfile  # which take any text, unlike those of Path
from typing import Any

from zookit.cli.corrections.foreign import (
    COMMANDS,
    NOTHING,
    OPTIONS,
    PARAMETER,
    VALUE,
    WORDS,
)
from zookit.cli.corrections.line import Line, Lines, Part, options_of, takes_file
from zookit.cli.corrections.option_rules import MOST_EXAMPLES, examples
from zookit.core.corrections import plain_text
from zookit.core.errors import folded, nearest_name
from zookit.registry import default
from zookit.runs.naming import LATEST


def as_typed(line: Line, _: Exception) -> Lines:
    """Propose the line without --, as a keyboard writes it, with blanks behind options; or help."""
    if "--" in line.rest:
        yield line.edited({})
    plain = [plain_text(each) for each in line.arguments]
    yield [part for each in plain for part in each.split(" ", 1 if each.startswith("-") else 0)]
    if "help" in map(folded, line.arguments):
        others = [each for each in line.arguments if folded(each) not in ("", "help")]
        yield [*others[:1], "--help"]


def another_command(line: Line, _: Exception) -> Lines:
    """Propose the command that is meant by an unknown one."""
    before, rest = line.arguments[: line.start], line.rest
    if line.command is None and line.group is not line.top:
        yield from ([*before, *each, *rest[1:]] for each in _commands("".join(rest[:1]), line))
    elif line.command is None and line.name:
        *before, name = before
        if name in default.models:
            yield [*before, "predict" if rest else "show", name, *rest]
        for each in line.top.commands if name not in COMMANDS else ():
            if _takes_first(line, [each, name]):
                yield [*before, each, name, *rest]
                break
        yield from ([*before, *each, *rest] for each in _commands(name, line))
        if rest:
            yield [*before, "run", name, *rest]


def belonging_elsewhere(line: Line, _: Exception) -> Lines:
    """Propose the command to which the first word belongs, as `latest` does to `report`."""
    for part in line.words[:1] if line.command is not None else ():
        if line.name == "show" and line.top.loaded(part.name) is not None:
            yield [part.name, "--help"]
        for each in COMMANDS.get(line.name, NOTHING).instead:
            if not line.takers(part.name) and _takes_first(line, [each, part.name]):
                yield [each, *line.rest]


def misplaced_options(line: Line, _: Exception) -> Lines:
    """Propose that what stands before the command is behind it, or is the command."""
    first, *others = line.arguments or [""]
    if first.startswith("-"):
        yield [first.lstrip("-"), *others]
        for at, each in enumerate(line.arguments):
            if each in line.top.commands:
                yield [*line.arguments[at:], *line.arguments[:at]]
        yield from ([each] for each in OPTIONS.get(folded(first), NOTHING).instead)


def _takes_first(line: Line, arguments: list[str]) -> bool:
    """Return whether completion offers the first word for the first place of a command."""
    other = Line(line.top, arguments)
    return any(place in other.takers(arguments[1]) for place in other.places[:1])


def _commands(name: str, line: Line) -> Lines:
    known = line.group.commands
    nearest = nearest_name(name, [*known, *COMMANDS]) or ""
    for each in (nearest,) if nearest in known else COMMANDS.get(nearest, NOTHING).instead:
        if each.startswith("-") or each.split()[0] in known:
            yield each.split()


def unknown_options(line: Line, _: Exception) -> Lines:
    """Propose what an option means that the command does not have."""
    for part in line.parts:
        if not part.option or part.param is not None:
            continue
        if part.option in options_of(line.top):
            yield [*part.arguments, *line.edited({part: ()})]
        yield from _parameters(line, part, part.option, part.value)
        foreign, bare = OPTIONS.get(folded(part.option)), part.option.lstrip("-")
        nearest = nearest_name(bare, [each.lstrip("-") for each in line.options])
        for each in foreign.instead if foreign else [f"--{nearest}"] if nearest else []:
            if each == PARAMETER:
                yield from _added(line, part)
            elif each == VALUE:
                yield line.edited({part: () if part.value is None else (part.value,)})
            else:
                first, *others = part.arguments
                yield line.edited({part: [first.replace(part.option, each, 1), *others]})
        if foreign and not foreign.instead:
            yield line.edited({part: ()})
        for word in (word for place in line.places for word in line.offered(place)):
            if folded(word) == folded(bare) and part.value is None:
                yield line.edited({part: [word]})


def _parameters(line: Line, given: Part, name: str, value: str | None) -> Lines:
    """Propose that an option or a word is a parameter of a component in the line."""
    key = folded(name)
    for part in line.parts if value is not None else ():
        if part.param is None or part.value is None:
            continue
        found = (kind.correction(part.value) for kind in line.kinds(part.param))
        text = next((each.instead for each in found if each), part.value)
        keys = [each for each in _keys(line, part.param, text) if folded(each) == key]
        for each in keys:
            text += f"{',' if ':' in text else ':'}{each}={value}"
            yield line.edited({part: part.with_value(text), given: ()})


def _added(line: Line, option: Part) -> Lines:
    """Propose the first component with a parameter of the option's name, if one may be added."""
    for place in line.places if option.value else ():
        for name in line.offered(place) if place.nargs == -1 else ():
            for key in _keys(line, place, name):
                if folded(key) == folded(option.option):
                    yield line.edited({option: [f"{name}:{key}={option.value}"]})
                    return


def _keys(line: Line, param: Any, text: str) -> list[str]:
    items = line.offered(param, f"{text.partition(':')[0]}:")
    return [each.partition(":")[2].removesuffix("=") for each in items if each.endswith("=")]


def separated(line: Line, _: Exception) -> Lines:
    """Propose several words, or an option several times, for several names in one argument."""
    for part in line.parts:
        names = [each for each in re.split(r"[\s,;+]+", part.value or "") if each]
        if part.option and part.param is not None and any(map(line.takers, names)):
            offered = line.offered(part.param)
            names = [_near(each, offered) for each in names]
        if len(names) < 2 or not all(map(line.takers, names)):
            continue
        if not part.option:
            yield line.edited({part: names})
        elif line.is_set(part):
            yield line.edited({part: part.with_value(" ".join(names))})
        elif getattr(part.param, "multiple", False):
            yield line.edited({part: [each for name in names for each in (part.option, name)]})


def _near(text: str, offered: list[str]) -> str:
    """Return the name that is near a text, or the text if it is one or has parameters."""
    is_name = text in offered or {":", "="} & set(text)
    return text if is_name else nearest_name(text, offered) or text


def moved(line: Line, _: Exception) -> Lines:
    """Propose that a name goes to the option or among the words, where completion offers it."""
    for part in line.parts:
        takers = line.takers(part.name) or _takers_of_file(line, part)
        if any(part.param is each for each in takers) or (part.option and part.param is None):
            continue
        for param in takers:
            other = line.part_of(param.opts[0])
            if param in line.places:
                yield line.edited({part: [str(part.value)]})
            elif other is None or param.multiple:
                yield line.edited({part: [param.opts[0], str(part.value)]})


def _takers_of_file(line: Line, part: Part) -> list[Any]:
    """Return the options that take a file or a folder by itself, which no place takes."""
    text = str(part.value)
    taken = any(takes_file(each, text) for each in line.places)
    if part.option or taken or not exists(text):  # noqa: PTH110
        return []
    taking = [each for each in line.options.values() if takes_file(each, text)]
    if isfile(text):  # noqa: PTH113
        return [each for each in taking if each.metavar == "FILE"]
    return [] if line.places else taking


def arranged(line: Line, _: Exception) -> Lines:
    """Propose the words in the order of their places, once each, with examples for missing ones."""
    texts = [str(part.value) for part in line.words]

    def place_of(text: str) -> Any:
        takers = line.takers(text)
        return next((p for p in line.places if p in takers or takes_file(p, text)), None)

    found: list[list[str]] = [[]]
    for place in line.places:
        own = [text for text in texts if place_of(text) is place]
        unknown = [text for text in texts if place_of(text) is None]
        own = (own or unknown)[:1] if place.nargs == 1 else [*own, *unknown]
        needed = place.required or (
            line.name == "run" and place.nargs == 1 and not line.part_of("--from")
        )
        choices = [own] if own or not needed else [[each] for each in examples(line, place)]
        found = [[*words, *choice] for words in found for choice in choices]
        texts = [text for text in texts if text not in own]
    if all(map(place_of, texts)):  # each that is left over has a place that is taken
        yield from map(line.with_words, found[:MOST_EXAMPLES])


def without_callbacks(line: Line, _: Exception) -> Lines:
    """Propose to leave out callbacks that the command does not take."""
    surplus = [each for each in line.words if is_surplus_callback(each)]
    if surplus:
        yield line.edited(dict.fromkeys(surplus, ()))


def is_surplus_callback(part: Part) -> bool:
    """Return whether a word is a callback in no place of the command."""
    return not part.option and part.param is None and part.name in default.callbacks


def numbers(line: Line, _: Exception) -> Lines:
    """Propose the option of images or epochs for a number by itself."""
    for part in line.words if line.name != "run" else ():
        for option in {"--image", "--epochs"} & line.options.keys() - set(line.rest):
            if str(part.value).isdigit():
                yield line.edited({part: [option, str(part.value)]})


def named_options(line: Line, _: Exception) -> Lines:
    """Propose an option for words such as `epochs=5`, `epochs:5` and `epochs 5`."""
    names = {each.lstrip("-"): each for each in line.options if each.startswith("--")}
    words = line.words
    for part, following in zip(words, [*words[1:], None], strict=False):
        key, sign, value = re.split("([=:]|$)", str(part.value), maxsplit=1)
        known = (nearest_name(key, names) if folded(key) else None) or ""
        exact = folded(key) == folded(known) != ""
        if value and sign == "=" and not exact:
            yield from _parameters(line, part, key, value)
        if value and (exact or (sign == "=" and (known or folded(key) in OPTIONS))):
            yield line.edited({part: [names.get(known, f"--{key}"), value]})
        elif exact and not sign and following:
            yield line.edited({part: (), following: [names[known], str(following.value)]})


def nearest_words(line: Line, _: Exception) -> Lines:
    """Propose the nearest of the names that completion offers for the place of a word.

    `data set` is `dataset`. A name that goes on behind a dash, as `zookit-mine` does, is another.
    Names of runs are all alike, so none is proposed for another; those of models are not. Nor is a
    name proposed for `latest`, which is a run.
    """
    for part in line.words:
        offered = line.offered(part.param) if part.param is not None else []
        for following in (each for each in line.words if each.at == part.at + 1):
            for name in offered:
                if folded(name) == folded(part.name + following.name):
                    yield line.edited({part: [name], following: ()})
        if part.name not in (*offered, LATEST):
            foreign = WORDS.get(folded(part.name), NOTHING).instead
            names = [LATEST, *default.models] if LATEST in offered else offered
            for each in (*(set(foreign) & set(offered)), nearest_name(part.name, names)):
                if each and not part.name.startswith(f"{each}-"):
                    yield line.edited({part: [f"{each}{str(part.value)[len(part.name) :]}"]})
