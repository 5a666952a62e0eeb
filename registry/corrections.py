"""What a person probably meant by words that select no component."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zookit.core import Words, ZookitError
from zookit.core.alternatives import plain_text
from zookit.core.errors import folded, nearest_name
from zookit.registry.source import docstring_of, source_of

if TYPE_CHECKING:
    from zookit.registry.entry import Entry

_LONGEST = 200
_SEPARATOR = re.compile(r"[\s:=,;([{/-]+|(?<=[A-Za-z])(?=\d)")
_BRACKETS = re.compile(r"[\[({]([^\[\](){}]*)[\])}]")


def corrected(
    text: str,
    names: Iterable[str],
    build: Callable[[str], object],
    keys: Callable[[str], Iterable[str]],
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
    for words in _candidates(plain_text(text).strip(" ,;"), list(names), keys, others):
        try:
            build(words)
        except ZookitError as error:
            if error.correction:
                return error.correction.instead
        else:
            return words
    return None


def _candidates(
    text: str,
    names: list[str],
    keys: Callable[[str], Iterable[str]],
    others: Callable[[str], Iterator[str]],
) -> Iterator[str]:
    by_fold = {folded(each): each for each in names}
    ends = [each.start() for each in _SEPARATOR.finditer(text)]
    for end in (len(text), *reversed(ends)):
        name = by_fold.get(folded(text[:end]))
        if name is not None:
            yield from _with_items(name, text[end:], keys)
            break
    yield from others(text)
    end = next((each for each in ends if each), len(text))
    nearest = nearest_name(text[:end], names)
    if nearest is not None:
        yield from _with_items(nearest, text[end:], keys)


def _with_items(name: str, rest: str, keys: Callable[[str], Iterable[str]]) -> Iterator[str]:
    """Yield the name with the items in whatever stands behind it."""
    inside = re.sub(r"^\s*[:=/-]?\s*", "", rest).strip()
    if _BRACKETS.fullmatch(inside):
        inside = inside[1:-1].strip()
    if not inside:
        yield name
        return
    with suppress(ZookitError):
        yield str(Words(name, tuple(_items(inside, list(keys(name))))))


def _items(text: str, keys: list[str]) -> Iterator[tuple[str | None, str]]:
    """Yield the items in a text, each value as it stands there, with its separators."""
    text = _BRACKETS.sub(lambda found: re.sub(r"[\s,;]+", "+", found[1].strip()), text)
    text = re.sub(r"\s*([=:])\s*", r"\1", text)
    key, values = None, list[str]()
    for token in filter(None, re.split(r"[\s,;]+", text.replace('"', "").replace("'", ""))):
        name, equals, value = re.match(r"(\w*)([=:]?)(.*)", token, re.DOTALL).groups()  # type: ignore[union-attr]
        known = nearest_name(name, keys) if equals and value else _named(token, keys)
        if known is None:
            values.append(token)
            continue
        if values or key is not None:
            yield key, ",".join(values)
        key, values = known, [value] if equals and value else []
    if values or key is not None:
        yield key, ",".join(values)


def _named(token: str, keys: list[str]) -> str | None:
    return next((each for each in keys if folded(each) == folded(token)), None)


def words_of_entries(text: str, entries: Mapping[str, "Entry[Any]"]) -> Iterator[str]:
    """Yield words for a text that a component's source code mentions, or that is a folder.

    A component is known by the words of its docstring, as `dense` by MLP, and by the values of its
    first parameter, as `keras_application` by ResNet50.
    """
    name = folded(text)
    is_folder = bool(text) and Path(text).expanduser().is_dir()
    if not is_folder and len(name) < 2:
        return
    described = [
        each
        for each, entry in entries.items()
        if name in map(folded, re.findall(r"[\w-]+", docstring_of(entry.value)))
    ]
    if len(described) == 1:
        yield described[0]
    for each, entry in entries.items():
        source = source_of(entry.value.partition(":")[0])
        mentioned = re.search(rf"[\"']{re.escape(text)}[\"']", source, re.IGNORECASE)
        if mentioned or (is_folder and "Path" in source):
            with suppress(ZookitError):
                first = entry.parameters[0].name if entry.parameters else ""
                if first:
                    yield str(Words(each, ((first if is_folder else None, text),)))
