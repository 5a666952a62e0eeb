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
_LOGGED = ("loss", "accuracy", "val_loss", "val_accuracy")
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
    names, plain = list(names), plain_text(text).strip(" ,;")
    begun = re.split(r"[,:]", text.partition(":")[2].rpartition("=")[2])[0]
    if begun and begun != text and Path(begun).exists():  # a path may contain separators
        found = _by_position(plain, names, build, keys)
        if found is not None:
            return found
    for words in _candidates(plain, names, keys, others):
        try:
            build(words)
        except ZookitError as error:
            if error.correction:
                return error.correction.instead
        else:
            return words
    return _by_position(plain, names, build, keys)


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


def _by_position(
    text: str,
    names: list[str],
    build: Callable[[str], object],
    keys: Callable[[str], Iterable[str]],
) -> str | None:
    """Return the words with each bare item as the first parameter for which it is valid.

    `dense:512:relu` is `dense:512,activation=relu`. A parameter that takes any text counts only as
    the first one, or for a value that trainings log.
    """
    name = nearest_name(text.partition(":")[0], names)
    if name is None or ":" not in text:
        return None

    def words(items: Mapping[str, str]) -> str:
        ordered = [each for each in declared if each in items]
        pairs = [(None if each == declared[0] else each, items[each]) for each in ordered]
        return str(Words(name, tuple(pairs)))

    def is_valid(items: Mapping[str, str]) -> bool:
        with suppress(ZookitError):
            build(words(items))
            return True
        return False

    with suppress(ZookitError):
        declared = list(keys(name))
        parts = [each for each in re.split(r"[\s,;:]+", text.partition(":")[2]) if each]
        pairs = [each.partition("=") for each in parts]
        bare = [value or key for key, equals, value in pairs if not equals or _is_name(key, name)]
        items = {key: value for key, _, value in pairs if key in declared and value}
        if len(bare) + len(items) < len(pairs) or not bare:
            return None
        for at, part in enumerate(bare):
            for key in declared:
                trial = {**items, key: part}
                free = (at or key != declared[0]) and part not in _LOGGED
                fits = key not in items and is_valid(trial)
                if fits and not (free and is_valid({**items, key: "?"})):
                    items = trial
                    break
            else:
                return None
        return words(items)
    return None


def _is_name(key: str, name: str) -> bool:
    """Return whether an unknown parameter is a part of the component's name."""
    return len(key) > 3 and key in name


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
    text, _, items = text.partition(",")
    is_folder = bool(text) and Path(text).expanduser().is_dir()
    name = folded(text)
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
                    found = str(Words(each, ((first if is_folder else None, text),)))
                    yield f"{found},{items}" if items else found
