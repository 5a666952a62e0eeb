"""What to write in the file of an experiment in place of what is not valid there."""

import json
import re
from collections.abc import Collection, Iterator
from typing import Any

from zookit.core.experiment_keys import LISTS
from zookit.core.reading import parse_toml

_LINE = re.compile(r"at line (\d+)")
_QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"'))
_QUOTES |= dict.fromkeys(map(ord, "\u2018\u2019\u201a"), "'")
_PAIR = re.compile(r"\s*([\w.-]+)\s*[=:]\s*(.*?)\s*(?:[,;]\s*)?")
_LONGEST = 100
"""The longest line to correct, in characters."""


def instead_of_line(text: str, reason: str) -> str:
    """Return what to write in place of the line that the TOML parser names, or an empty text."""
    if text.lstrip().startswith("{"):
        return 'This is JSON. Write TOML: [dataset] on a line of its own, then name = "mnist".'
    found = _LINE.search(reason)
    lines = text.splitlines()
    if found is None or not 0 < int(found[1]) <= len(lines):
        return ""
    line = lines[int(found[1]) - 1].strip()
    if len(line) <= _LONGEST and line.isprintable():
        for each in _other_lines(line):
            if _is_toml(each):
                return f"Write {each}"
    return ""


def _other_lines(line: str) -> Iterator[str]:
    """Yield other ways to write a line with a key and a value, the likeliest first."""
    straight = line.translate(_QUOTES)
    yield straight
    pair = _PAIR.fullmatch(straight)
    if pair is None:
        return
    key, value = pair.groups()
    bare = value.strip("\"'")
    yield f"{key} = {value}"
    yield f"{key} = {value.lower()}"  # True
    if "\\" in bare:
        yield f"{key} = '{bare}'"
    if bare:
        yield f"{key} = {json.dumps(bare, ensure_ascii=False)}"


def _is_toml(line: str) -> bool:
    try:
        parse_toml(line)
    except ValueError:
        return False
    return True


def instead_of_value(key: str, value: object) -> str:
    """Return how to write the table of a component in place of its name alone."""
    if isinstance(value, str) and value.strip():
        return f"Write {_table(key, value)}."
    return ""


def instead_of_name(key: str, name: str) -> str:
    """Return how to write words such as `dense:512` in a table of a component."""
    plain, colon, _ = name.partition(":")
    if not (colon and plain):
        return ""
    return f"Write {_table(key, name)}."


def _table(key: str, words: str) -> str:
    """Return the lines of a component's table, in one line of text."""
    name, _, items = words.partition(":")
    heading = f"[[{key}]]" if key in LISTS else f"[{key}]"
    inside = f", and {items!r} as KEY = VALUE below [{key}.parameters]" if items else ""
    return f"{heading} on a line of its own, below it name = {json.dumps(name)}{inside}"


def place_of(key: Any, table: str, settings: Collection[str]) -> str:
    """Return where a key belongs that is unknown in a table; an empty `table` is the whole file."""
    if not table:
        if key == "learning_rate":
            return "It belongs below [optimizer.parameters]."
        return "It belongs below [settings]." if key in settings else ""
    return f"Parameters belong below [{table}.parameters]."
