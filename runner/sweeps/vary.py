"""What varies in a sweep, as words: `NAME=V1,V2`, or `NAME=LOW..HIGH` for a range of numbers.

A comma in a value is written `,,`, as in the words of components.
"""

import math
import re
from collections.abc import Mapping
from typing import Any

from zookit.core import BadParameter, Choice, Range, text_of
from zookit.core.errors import quoted
from zookit.core.messages import option
from zookit.registry import Registry

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_RANGE = re.compile(rf"({_NUMBER})\.\.({_NUMBER})(:log)?")
_LIKE_RANGE = re.compile(r"[-+\d.eE]*\d\.\.\S*")
_WHOLE = re.compile(r"[-+]?\d+")
_COMMA = "\0"
"""Replaces a comma that is part of a value while values are split."""
_KEYS = ("low", "high", "log")
"""The keys of a range in TOML."""


def parse_vary(text: str) -> Choice | Range:
    """Parse `NAME=V1,V2`, `NAME=LOW..HIGH` or `NAME=LOW..HIGH:log`. Raises BadParameter."""
    name, equals, values = text.partition("=")
    if not equals or not name.strip():
        raise BadParameter(
            f"{quoted(text)} does not say what varies over which values.",
            "Write --vary NAME=VALUE,VALUE, such as --vary learning_rate=0.1,0.01 or --vary "
            "dense.units=64,128.",
        )
    if _COMMA in text:
        raise BadParameter(f"{quoted(text)} must not contain a null character.")
    name = plain_name(name.strip())
    if values.startswith("[") and values.endswith("]"):
        bare = ",".join(each.strip() for each in values[1:-1].split(","))
        raise BadParameter(f"{name}: values have no brackets.", f"Write {name}={bare}.")
    found = _RANGE.fullmatch(values)
    if found:
        return _range(name, found[1], found[2], log=bool(found[3]))
    if _LIKE_RANGE.fullmatch(values):
        raise BadParameter(
            f"{name}: {quoted(values)} is not a range of numbers.",
            f"Write {name}=0.001..0.1, or {name}=0.001..0.1:log to vary its logarithm.",
        )
    parts = values.replace(",,", _COMMA).split(",")
    return choice(name, [each.replace(_COMMA, ",").strip() for each in parts])


def vary_words(varied: Choice | Range) -> str:
    """Return the text that `parse_vary` converts back."""
    if isinstance(varied, Range):
        return f"{varied.name}={range_words(varied)}"
    return f"{varied.name}={','.join(each.replace(',', ',,') for each in varied.values)}"


def range_words(varied: Range) -> str:
    """Return `LOW..HIGH`, with `:log` if the logarithm varies."""
    return f"{'..'.join(range_ends(varied))}{':log' if varied.log else ''}"


def range_ends(varied: Range) -> list[str]:
    """Return the lowest and the highest value, as words."""
    ends = (varied.low, varied.high)
    return [text_of(int(each) if varied.whole else each) for each in ends]


def vary_in_table(name: str, value: Any) -> Choice | Range:
    """Return what varies as TOML or Python has it: values, or a table of a range.

    Raises BadParameter.
    """
    name = plain_name(name)
    if isinstance(value, Mapping):
        return _range_in(name, value)
    if isinstance(value, str):
        return parse_vary(f"{name}={value}")
    if isinstance(value, bool | int | float):
        value = [value]
    if not isinstance(value, list | tuple | range):
        instead = option(f"{name} = [VALUE, VALUE]", f"vary={{{name!r}: [VALUE, VALUE]}}")
        raise BadParameter(
            f"{name} must have a list of values, got {quoted(value)}.", f"Write {instead}."
        )
    several = name in {kind.keyword for kind in Registry.kinds() if kind.several}
    return choice(name, [_text(name, each, " " if several else "+") for each in value])


def table_of(varied: Choice | Range) -> list[str] | str:
    """Return what varies as a TOML value, which `vary_in_table` reads.

    A range is text: tables would stand behind all lists, and the order has a meaning.
    """
    return list(varied.values) if isinstance(varied, Choice) else range_words(varied)


def is_range(value: Any) -> bool:
    """Return whether a value of TOML is a range, and not the parameters of a component."""
    return isinstance(value, dict) and not any(
        isinstance(each, list | dict) for each in value.values()
    )


def plain_name(name: str) -> str:
    """Return the name of a setting with _ in place of -, as its option is spelt."""
    return name if "." in name else name.replace("-", "_")


def choice(name: str, values: list[str]) -> Choice:
    """Return a choice. Raises BadParameter if a value is missing or given twice."""
    twice = next((each for each in values if values.count(each) > 1), None)
    if twice is not None:
        raise BadParameter(f"{name}: {quoted(twice)} is given twice. Write each value once.")
    if not values:
        raise BadParameter(f"{name} has no values. Write at least one, or leave {name} out.")
    return Choice(name, tuple(values))


def _range_in(name: str, table: Mapping[str, Any]) -> Range:
    ends = [table.get(key) for key in ("low", "high")]
    numbers = all(isinstance(each, int | float) and not isinstance(each, bool) for each in ends)
    log = table.get("log", False)
    if not numbers or not isinstance(log, bool) or not set(table) <= set(_KEYS):
        raise BadParameter(
            f"{name}: {quoted(dict(table))} is not a range.",
            "Write "
            + option(
                f"{name} = {{low = 0.001, high = 0.1, log = true}}",
                f"vary={{{name!r}: {{'low': 0.001, 'high': 0.1, 'log': True}}}}",
            )
            + ".",
        )
    return _range(name, *map(text_of, ends), log=log)


def _range(name: str, low: str, high: str, *, log: bool) -> Range:
    least, greatest = float(low), float(high)
    words = f"{low}..{high}"
    if not math.isfinite(least) or not math.isfinite(greatest):
        raise BadParameter(f"{name}: the ends of the range {words} must be finite numbers.")
    if least >= greatest:
        raise BadParameter(
            f"{name}: the range {words} has no numbers between its ends. Write the lower one first."
        )
    if log and least <= 0:
        raise BadParameter(
            f"{name}: the range {words} cannot vary by its logarithm, as it begins at {low}. "
            f"Begin above 0, or leave out {option(':log', 'log')}."
        )
    whole = all(_WHOLE.fullmatch(each) for each in (low, high))
    return Range(name, least, greatest, log=log, whole=whole)


def _text(name: str, value: Any, between: str) -> str:
    if isinstance(value, bool | int | float | str):
        return text_of(value)
    if isinstance(value, list | tuple) and all(
        isinstance(e, bool | int | float | str) for e in value
    ):
        return between.join(map(text_of, value))
    raise BadParameter(
        f"{name}: {quoted(value)} is not a value. Expected text, a number, true or false, or a "
        "list of these."
    )
