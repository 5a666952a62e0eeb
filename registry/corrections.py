"""What a person probably meant by words that select no component."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from os.path import exists, expanduser, isdir  # which take any text, unlike those of Path
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zookit.core import BadParameter, Words, ZookitError
from zookit.core.corrections import plain_text
from zookit.core.declaration import KINDS
from zookit.core.errors import folded, nearest_name
from zookit.core.metric import ALWAYS_LOGGED
from zookit.registry.source import docstring_of, source_of

if TYPE_CHECKING:
    from zookit.registry.entry import Entry

Items = list[tuple[str | None, str]]
Build = Callable[[str], object]
Keys = Callable[[str], Iterable[str]]

_LONGEST = 200
_SEPARATOR = re.compile(r"[\s:=,;([{/-]+|(?<=[A-Za-z])(?=\d)")
_BRACKETS = re.compile(r"[\[({]([^\[\](){}]*)[\])}]")
_OTHER_NAMES = re.compile(r"Other names: ([^.]*)\.")
"""The sentence of a component's docstring that says how others call it."""


def corrected(
    text: str,
    names: Iterable[str],
    build: Build,
    keys: Keys,
    others: Callable[[str], Iterator[str]] = lambda _: iter(()),
) -> str | None:
    """Return valid words that `text` probably means, such as `dense:512+256` for `dense 512,256`.

    Args:
        text: the words that are not valid.
        names: the names to choose from.
        build: builds the component of words. Raises ZookitError.
        keys: returns the names of a component's parameters. Raises ZookitError.
        others: yields further words to try for a text that is like none of the names.
    """
    if len(text) > _LONGEST:
        return None
    plain, names = plain_text(text).strip(" ,;"), list(names)
    by_fold = {folded(each): each for each in names}
    ends = [each.start() for each in _SEPARATOR.finditer(plain) if each.start()]

    def candidates() -> Iterator[str]:
        begun = (at for at in (len(plain), *reversed(ends)) if folded(plain[:at]) in by_fold)
        for at in list(begun)[:1]:
            if plain[at:].isdecimal():  # `resnet50` may be a name as it stands
                yield from others(plain)
            yield from _with_items(by_fold[folded(plain[:at])], plain[at:], build, keys)
        yield from others(plain)
        at = next(iter(ends), len(plain))
        nearest = nearest_name(plain[:at], names)
        if nearest is not None:
            yield from _with_items(nearest, plain[at:], build, keys)

    found = (_valid(each, build) for each in candidates())
    return next((each for each in found if each), None)


def _valid(words: str, build: Build) -> str | None:
    """Return the words if they are valid, or those that their error has instead."""
    try:
        build(words)
    except ZookitError as error:
        return error.correction.instead if error.correction else None
    return words


def _with_items(name: str, rest: str, build: Build, keys: Keys) -> Iterator[str]:
    """Yield the name with the items in whatever stands behind it."""
    inside = re.sub(r"^\s*[:=/-]?\s*", "", rest).strip()
    if rest.isdecimal() and all(_valid(w, build) == w for w in (name + ":0.5", f"{name}:{rest}")):
        return  # `adadelta2` is another name: its parameter is not a number of something
    if _BRACKETS.fullmatch(inside):
        inside = inside[1:-1].strip()
    with suppress(ZookitError):
        declared = list(keys(name))
        items = _items(inside, declared, name)
        joined = _joined(items)
        spread = _spread(name, items, declared, build) if ":" in rest else Items()
        with_path = any(exists(value) for _, value in items)  # noqa: PTH110
        for each in (spread, joined) if with_path else (joined, spread):
            if each or not inside:
                yield str(Words(name, tuple(each)))


def _items(text: str, declared: list[str], name: str) -> Items:
    """Return the items in a text; none if a key is unknown or has no value."""
    text = _BRACKETS.sub(lambda found: re.sub(r"[\s,;]+", "+", found[1].strip()), text)
    text = re.sub(r"\s*([=:])\s*", r"\1", re.sub("[\"']", "", text))
    by_fold = {folded(each): each for each in declared}
    found, pending = Items(), None
    for token in filter(None, re.split(r"[\s,;]+", text)):
        first, sign, value = re.match(r"(\w*)([=:]?)(.*)", token, re.DOTALL).groups()  # type: ignore[union-attr]
        key = nearest_name(first, declared) if sign and value else None
        if key is None and sign == "=" and value and not (len(first) > 3 and first in name):
            return Items()
        if folded(token) in by_fold and pending is None:
            pending = by_fold[folded(token)]  # of the value behind it
            continue
        values = [value] if key or sign == "=" else token.split(":")
        found += [(key or pending, each) for each in values if each]
        pending = None
    return found if pending is None else Items()


def _joined(items: Items) -> Items:
    """Return the items with values that have no key joined to the one before them."""
    joined = Items()
    for key, value in items:
        if joined and key is None:
            joined[-1] = joined[-1][0], f"{joined[-1][1]},{value}"
        else:
            joined.append((key, value))
    return joined


def _spread(name: str, items: Items, declared: list[str], build: Build) -> Items:
    """Return the items with each value as the first parameter for which it is valid.

    `dense:512:relu` is `dense:512,activation=relu`. A parameter that takes any text counts only as
    the first one, or for what is named like a value that trainings log. Empty if a value is valid
    for none, or if the first parameter of its type refuses it, as `resnet:21` does.
    """

    def ordered(values: Mapping[str, str]) -> Items:
        keys = [each for each in declared if each in values]
        return [(None if key == declared[0] else key, values[key]) for key in keys]

    def fits(values: Mapping[str, str]) -> bool:
        words = str(Words(name, tuple(ordered(values))))
        return _valid(words, build) == words

    def is_refused(values: Mapping[str, str]) -> bool:
        try:
            build(str(Words(name, tuple(ordered(values)))))
        except BadParameter as error:
            return error.of_the_type
        return False

    found = {key: value for key, value in items if key is not None}
    for at, value in enumerate(value for key, value in items if key is None):
        for key in declared:
            is_bound = _is_logged(value) or (not at and key == declared[0])
            trial = {**found, key: value}
            if key not in found and fits(trial) and (is_bound or not fits({**found, key: "?"})):
                found = trial
                break
            if key not in found and is_refused(trial):
                return Items()
        else:
            return Items()
    return ordered(found)


def _is_logged(value: str) -> bool:
    return value in ALWAYS_LOGGED or value.startswith("val_")


def words_of_entries(text: str, entries: Mapping[str, "Entry[Any]"]) -> Iterator[str]:
    """Yield words for a text that a component's source code mentions, or that is a folder.

    A component is known by the other names in its docstring, and by the values of its first
    parameter, which may be names too.
    """
    name, colon, values = text.partition(":")
    named = _named(name, {each: _other_names(entry) for each, entry in entries.items()})
    if named:
        yield f"{named}{colon}{values}"
    text, _, items = text.partition(",")
    is_folder = isdir(expanduser(text))  # noqa: PTH111, PTH112
    if not is_folder and len(folded(text)) < 2:
        return
    for each, entry in entries.items():
        source = source_of(entry.module)
        mentioned = re.search(rf"[\"']{re.escape(text)}[\"']", source, re.IGNORECASE)
        if mentioned or (is_folder and "Path" in source):
            with suppress(ZookitError):
                for first in entry.parameters[:1]:
                    if mentioned or first.type == KINDS[Path]:
                        found = str(Words(each, ((first.name if is_folder else None, text),)))
                        yield f"{found},{items}" if items else found


def described_by(word: str, entries: Mapping[str, "Entry[Any]"]) -> str | None:
    """Return the only entry whose summary has a word; None if there are several or none."""
    return _named(word, {each: entry.summary for each, entry in entries.items()})


def _named(word: str, texts: Mapping[str, str]) -> str | None:
    """Return the key of the only text that has a word, which is of two letters at least."""
    wanted = folded(word)
    found = [
        key for key, text in texts.items() if wanted in map(folded, re.findall(r"[\w-]+", text))
    ]
    return found[0] if len(found) == 1 and len(wanted) > 1 else None


def _other_names(entry: "Entry[Any]") -> str:
    found = _OTHER_NAMES.search(" ".join(docstring_of(entry.value).split()))
    return found[1] if found else ""
