"""Proposes other words for `zookit run`. Each proposal may be wrong."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from zookit.cli.given import Given, offered
from zookit.core import ZookitError
from zookit.core.errors import folded, nearest_name

_LONGEST_PHRASE = 5
"""The most words of a component that was written in several words."""


def of_run(given: Given) -> Iterator[list[str]]:
    """Propose repairs of the words of `zookit run`."""
    kinds = _groups()
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


def as_parameter(given: Given, item: str) -> Iterator[list[str]]:
    """Propose that an option is a parameter of one of the components."""
    for count, at in enumerate(given.positions()):
        word = _one_word(_groups()[min(count, 2)], [given.arguments[at], item])
        if word is not None:
            yield given.replaced(at, word)
