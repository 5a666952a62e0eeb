"""Proposes other words for `zookit run`. Each proposal may be wrong."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from zookit.cli.foreign_words import EXAMPLES, OPTIONS, Foreign
from zookit.cli.given import Given, offered
from zookit.cli.training_options import option_for
from zookit.core import ZookitError
from zookit.core.declaration import KINDS
from zookit.core.errors import folded, nearest_name

_LONGEST_PHRASE = 5
"""The most words of a component that was written in several words."""


def of_run(given: Given) -> Iterator[list[str]]:
    """Propose repairs of the words of `zookit run`."""
    kinds = _groups()
    positions = given.positions()
    words = [given.arguments[at] for at in positions]
    yield from _files(given)
    yield from _other_places(given, positions)
    yield from _values_apart(given, positions, words)
    yield from _options_without_dashes(given, positions)
    for count in range(2, _LONGEST_PHRASE + 1):
        for at in range(len(words) - count + 1):
            consecutive = positions[at + count - 1] - positions[at] == count - 1
            if any(_is_name(kinds, each) for each in words[at + 1 : at + count]):
                continue
            word = _one_word(kinds[min(at, 2)], words[at : at + count]) if consecutive else None
            if word is not None:
                yield given.replaced(positions[at], word, count=count)
    yield from _in_order(given, kinds, positions)
    yield from _value_alone(given, kinds, positions)
    yield from _examples(given)
    if len(words) < 2:
        yield from _missing_word(given, positions, words)


def _value_alone(given: Given, kinds: Sequence[Any], positions: list[int]) -> Iterator[list[str]]:
    """Propose an architecture for a number in its place, as units."""
    for at in positions[1:2]:
        number = given.arguments[at]
        for name in kinds[1] if re.fullmatch(r"\d[\d+,x]*", number) else ():
            with suppress(ZookitError):
                if kinds[1][name].parameters[0].default not in ("", "(none)", None):
                    word = _one_word(kinds[1], [f"{name}:{number}"]) or f"{name}:{number}"
                    yield given.replaced(at, word)


def _in_order(given: Given, kinds: Sequence[Any], positions: list[int]) -> Iterator[list[str]]:
    words = [given.arguments[at] for at in positions]
    for at in range(1, len(words)):
        kind = _kind_at(kinds, words[at])
        if kind < 2 and kind in (_kind_at(kinds, each) for each in words[:at]):
            yield given.replaced(positions[at])
    ordered = sorted(words, key=lambda word: _kind_at(kinds, word))
    if ordered != words:
        others = [each for at, each in enumerate(given.rest, given.start) if at not in positions]
        yield given.with_rest([*ordered, *others])


def _examples(given: Given) -> Iterator[list[str]]:
    options = given.options()
    for name in EXAMPLES.keys() & options.keys():
        found = given.value_of(options[name])
        if found is not None:
            yield given.replaced(found[0], f"{found[1]}{EXAMPLES[name]}")


def _values_apart(given: Given, positions: list[int], words: list[str]) -> Iterator[list[str]]:
    for at, word in zip(positions, words, strict=True):
        if not folded(word):
            yield given.replaced(at)
        key, _, rest = word.partition("=")
        if rest and OPTIONS.get(folded(key), Foreign()).word:  # model=dense
            yield given.replaced(at, rest)
        parts = [each for each in re.split(r"[\s,;]+", word) if each]
        if len(parts) > 1 and all(_is_name(_groups(), each) for each in parts):
            yield given.replaced(at, *parts)


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


def _is_name(kinds: Sequence[Any], word: str) -> bool:
    return any(word.partition(":")[0] in each for each in kinds)


def _kind_at(kinds: Sequence[Any], word: str) -> int:
    name = word.partition(":")[0]
    return next((at for at, each in enumerate(kinds) if name in each), len(kinds) - 1)


def own_images(given: Given, positions: list[int]) -> Iterator[list[str]]:
    """Propose that the folder behind --data is a data set of its own."""
    option = given.options().get("--data")
    found = given.value_of(option) if option is not None else None
    if found is None or not positions or not Path(found[2]).is_dir():
        return
    at, before, folder = found
    correction = _groups()[0].correction(folder)
    if correction is not None:
        words = given.replaced(at) if before else given.replaced(at - 1, count=2)
        words[words.index(given.arguments[positions[0]], given.start)] = correction.instead
        yield words


def own_folder(given: Given) -> Iterator[list[str]]:
    """Propose another folder of images near the one that a data set is given, if it is none."""
    from zookit.core.data.image_folder import image_folders_in, image_folders_near

    for at in given.positions()[:1]:
        name, _, text = given.arguments[at].partition(":")
        with suppress(ZookitError, KeyError, IndexError):
            first = _groups()[0][name].parameters[0]
            if first.type != KINDS[Path]:
                return
            path, *items = re.split(r"[,:]", text.removeprefix(f"{first.name}="))
            found = image_folders_near(Path(path)) if path else image_folders_in(Path())
            # image_folder:photos:64, and image_folder:photos/cats,photos/dogs
            parents = {Path(each).parent for each in (path, *items) if Path(each).is_dir()}
            alike = len(items) > 0 and len(parents) == 1 and all(map(os.path.isdir, items))
            asides = [(path, items)] if items else []
            asides += [(str(each), []) for each in parents if alike]
            for folder, others in (*asides, *((each, items) for each in found)):
                word = ",".join([f"{name}:{first.name}={folder}", *others])
                correction = _groups()[0].correction(word) if others else None
                yield given.replaced(at, correction.instead if correction else word)


def _missing_word(given: Given, positions: list[int], words: list[str]) -> Iterator[list[str]]:
    """Propose a data set or an architecture as an example."""
    arguments = [each for each in given.subcommand.params if each.param_type_name == "argument"]
    datasets, architectures, *_ = (offered(given, each) for each in arguments)
    options = [each for at, each in enumerate(given.rest, given.start) if at not in positions]
    for each in architectures:
        yield given.with_rest([*(words or datasets[:1]), each, *options])
    for each in datasets if words else []:
        yield given.with_rest([each, *words, *options])


def _groups() -> Sequence[Any]:
    """Return the kinds of the words of `zookit run`, of which the last may be repeated."""
    from zookit.registry import default

    return default.datasets, default.architectures, default.callbacks


def layers(given: Given, at: int) -> Iterator[list[str]]:
    """Propose the command that prints the layers of an architecture, without the option there."""
    words = [given.arguments[each] for each in given.positions()]
    if given.name == "run" and len(words) > 1:
        yield ["show", words[1], "--on", words[0]]
    elif given.name == "show":
        for dataset in offered(given, given.options()["--on"])[:1]:
            yield given.replaced(at, "--on", dataset)


def as_parameter(given: Given, key: str, value: str) -> Iterator[list[str]]:
    """Propose that an option is a parameter of a component or of the optimizer."""
    for count, at in enumerate(given.positions()):
        group, text = _groups()[min(count, 2)], given.arguments[at]
        with suppress(ZookitError, KeyError):
            names = [each.name for each in group[text.partition(":")[0]].parameters]
            known = next((each for each in names if folded(each) == folded(key)), None)
            if known is not None:
                joined = f"{text}{',' if ':' in text else ':'}{known}={value}"
                yield given.replaced(at, joined)
                word = _one_word(group, [joined])
                if word is not None:
                    yield given.replaced(at, word)
    optimizer = given.value_of(given.options()["--optimizer"])
    if optimizer is not None:
        at, before, text = optimizer
        yield given.replaced(at, f"{before}{text}{',' if ':' in text else ':'}{key}={value}")


def _files(given: Given) -> Iterator[list[str]]:
    """Propose the experiment in a run's folder, or the experiment without further components."""
    found = given.value_of(given.options()["--from"])
    if found is None:
        return
    at, before, path = found
    if given.positions():
        yield given.with_rest([f"--from={path}"] if before else ["--from", path])
    for each in (Path(path), *sorted(Path(path).glob("*-*"), reverse=True)[:1]):
        if (each / "experiment.toml").is_file():
            yield given.replaced(at, f"{before}{each / 'experiment.toml'}")


def of_options(given: Given) -> Iterator[list[str]]:
    """Propose that words behind an option, or parts of its value, are several values of it."""
    options, positions = given.options(), given.positions()
    for name in ("--augment", "--with"):
        found = given.value_of(options[name])
        if found is None or found[1]:
            continue
        at, _, value = found
        parts = [each for each in re.split(r"[\s,;+]+", value) if each and ":" not in value] or [
            value
        ]
        following = [each for each in positions if each > at]
        count = sum(each == at + 1 + index for index, each in enumerate(following))
        parts += given.arguments[at + 1 : at + 1 + count]
        if len(parts) > 1 and name == "--augment":
            yield given.replaced(at, "+".join(parts), count=count + 1)
        elif len(parts) > 1:
            several = [text for each in parts for text in (name, each)]
            yield given.replaced(at - 1, *several, count=count + 2)
        elif _is_name(_groups()[2:], value):
            yield given.replaced(at - 1, value, count=2)


def _other_places(given: Given, positions: list[int]) -> Iterator[list[str]]:
    """Propose the option to which a word belongs that is no callback."""
    from zookit.registry import default

    for at in positions[2:]:
        word = given.arguments[at]
        name = word.partition(":")[0]
        option = "--with" if name in default.listeners else option_for(name)
        if option:
            yield given.replaced(at, option, word)
