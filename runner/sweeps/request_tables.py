"""The TOML file of what a sweep is asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from zookit.core import (
    BadExperiment,
    BadParameter,
    Choice,
    Range,
    Settings,
    did_you_mean,
    text_of,
)
from zookit.core.errors import quoted, reason_of
from zookit.core.experiment_advice import instead_of_line
from zookit.core.messages import option
from zookit.core.reading import parse_toml
from zookit.registry import Registry
from zookit.sweeps.vary import is_range, table_of, vary_in_table

FORMAT = 1
"""The version of the TOML form."""
_KEYS = (
    "datasets",
    "architectures",
    "callbacks",
    "seeds",
    "search",
    "options",
    "vary",
    "exclude",
)
_MOST_SEEDS = 1000


def read(text: str, origin: str) -> dict[str, Any]:
    """Return the arguments of `SweepRequest` in TOML text. Raises BadExperiment, BadParameter."""
    try:
        tables = parse_toml(text)
    except ValueError as error:
        raise BadExperiment(
            f"{origin} is not valid TOML: {reason_of(error)}.", instead_of_line(text, str(error))
        ) from None
    version = tables.pop("format", None)
    if version != FORMAT or type(version) is not int:
        found = "it has no format" if version is None else f"format is {quoted(version)}"
        raise BadExperiment(
            f"{origin}: {found}; this version of zookit reads format = {FORMAT}.",
            f"Write format = {FORMAT} as its first line." if version is None else "",
        )
    for key in tables:
        if key not in _KEYS:
            raise BadExperiment(
                f"{origin}: unknown key {quoted(key)}.{did_you_mean(key, _KEYS)} Keys: "
                f"{', '.join(_KEYS)}."
            )
    try:
        return arguments(tables)
    except (BadExperiment, BadParameter) as error:
        error.message = f"{origin}: {error.message}"
        raise


def written(request: Mapping[str, Any]) -> str:
    """Return the arguments of `SweepRequest` as TOML text; what is empty is left out."""
    import tomli_w

    tables = {
        "format": FORMAT,
        "datasets": list(request["datasets"]),
        "architectures": list(request["architectures"]),
        "callbacks": [list(each) for each in request["callbacks"]],
        "seeds": list(request["seeds"]),
        "search": request["search"],
        "options": {key: _plain(value) for key, value in request["options"].items()},
        "vary": {each.name: table_of(each) for each in request["vary"]},
        "exclude": [dict(each) for each in request["exclude"]],
    }
    return tomli_w.dumps({key: value for key, value in tables.items() if value not in ({}, [])})


def arguments(tables: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `SweepRequest` in tables. Raises BadExperiment and BadParameter."""
    found: dict[str, Any] = {
        "datasets": _texts("datasets", tables.get("datasets", [])),
        "architectures": _texts("architectures", tables.get("architectures", [])),
    }
    if "callbacks" in tables:
        found["callbacks"] = _sets(tables["callbacks"])
    if "seeds" in tables:
        found["seeds"] = seeds_of(tables["seeds"])
    if "search" in tables:
        found["search"] = _search(tables["search"])
    if "options" in tables:
        found["options"] = _options(_table("options", tables["options"]))
    if "vary" in tables:
        found["vary"] = tuple(_varied(_table("vary", tables["vary"])))
    if "exclude" in tables:
        found["exclude"] = tuple(_excluded(tables["exclude"]))
    return found


def _search(value: Any) -> str:
    if not isinstance(value, str):
        raise BadExperiment(
            f"search must be words, such as 'random:trials=50', got {quoted(value)}."
        )
    return value


def _options(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of all cells, without those that are None.

    Raises BadExperiment if a value is not text, a number, true or false, or, where there can be
    several components, a list of words. Names are checked later.
    """
    kinds = {kind.keyword: kind for kind in Registry.kinds()}
    settings = {each.name for each in fields(Settings)}
    found = {name: value for name, value in table.items() if value is not None}
    for name, value in found.items():
        several = name in kinds and kinds[name].several
        each = value if isinstance(value, list | tuple) else [value]
        if not all(isinstance(part, bool | int | float | str) for part in each):
            raise BadExperiment(
                f"{name} must be words, a number, or true or false, got {quoted(value)}: other "
                "processes train."
            )
        if each is value and not several and (name in kinds or name in settings):
            vary = option(f"--vary {name}=VALUE,VALUE", f"vary={{{name!r}: [VALUE, VALUE]}}")
            raise BadExperiment(
                f"{name} must be one value for all cells, got {quoted(value)}. To train with "
                f"each of them, write {vary}."
            )
    return found


def seeds_of(given: Any) -> tuple[int, ...]:
    """Return the seeds that a number of them, or a list, stands for. Raises BadExperiment."""
    if isinstance(given, str):
        given = _numbers(given)
    if isinstance(given, int) and not isinstance(given, bool) and 0 < given <= _MOST_SEEDS:
        return tuple(range(given))
    if isinstance(given, list | tuple | range) and all(type(each) is int for each in given):
        return tuple(given)
    raise BadExperiment(
        f"seeds must be how many seeds there are, at most {_MOST_SEEDS:,}, or a list of them, got "
        f"{quoted(given)}. For the seeds 0, 1 and 2, write 3; for the seeds 5 and 7, write "
        f"{option('5,7', '[5, 7]')}."
    )


def _numbers(text: str) -> Any:
    """Return the number or the numbers in a text; the text itself if it has others."""
    parts = text.strip().split(",")
    if not all(each.strip().isdecimal() and each.isascii() for each in parts):
        return text
    return int(text) if len(parts) == 1 else [int(each) for each in parts]


def _sets(value: Any) -> tuple[tuple[str, ...], ...]:
    if not isinstance(value, list):
        value = [value]
    return tuple(
        tuple(each.split()) if isinstance(each, str) else _texts("callbacks", each)
        for each in value
    )


def _varied(table: Mapping[str, Any], within: str = "") -> Sequence[Choice | Range]:
    """Return what varies; `dense.units = [...]` is a table in a table."""
    found: list[Choice | Range] = []
    for key, value in table.items():
        if isinstance(value, dict) and not is_range(value):
            found += _varied(value, f"{within}{key}.")
        else:
            found.append(vary_in_table(f"{within}{key}", value))
    return found


def _excluded(value: Any) -> Sequence[Mapping[str, str]]:
    if not isinstance(value, list | tuple) or not all(isinstance(e, Mapping) for e in value):
        example = option("[[exclude]] before the values of each", "exclude=[{NAME: VALUE}]")
        raise BadExperiment(
            f"exclude must be a list of {option('tables', 'dicts')}, got {quoted(value)}. Write "
            f"{example}."
        )
    return [_flat(each) for each in value]


def _flat(table: Mapping[str, Any], within: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in table.items():
        name = f"{within}{key}"
        if isinstance(value, dict):
            found |= _flat(value, f"{name}.")
        else:
            between = " " if name == "callbacks" else "+"
            found[name] = (
                between.join(map(text_of, value)) if isinstance(value, list) else text_of(value)
            )
    return found


def _texts(name: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
        return tuple(value)
    example = option("", f" Components are words, such as {name}=['NAME:KEY=VALUE'].")
    raise BadExperiment(f"{name} must be a list of words, got {quoted(value)}.{example}")


def _table(name: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        example = option(f"[{name}] before its values", f"{name}={{NAME: VALUE}}")
        kind = option("a table", "a dict")
        raise BadExperiment(f"{name} must be {kind}, got {quoted(value)}. Write {example}.")
    return value


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
