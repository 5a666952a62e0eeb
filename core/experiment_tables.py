"""Reads the tables of an experiment's file."""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import Any

from zookit.core.component_spec import ComponentSpec
from zookit.core.errors import (
    BadExperiment,
    BadParameter,
    did_you_mean,
    nearest_name,
    quoted,
    reason_of,
)
from zookit.core.experiment_advice import instead_of_name, instead_of_value, place_of
from zookit.core.experiment_keys import LISTS, OPTIONAL, REQUIRED
from zookit.core.parameters import create
from zookit.core.settings import Settings
from zookit.core.words import is_name

_UNREGISTERED = re.compile(r"[^:\s][^:\r\n\0]*:[A-Za-z_][\w.<>]*")


def other_kinds_in(tables: Mapping[str, Any], known: Collection[str]) -> list[str]:
    """Return the keys beside the known ones that hold components: a table with a name, or a list.

    One that is like a required key is not among them if that is missing: it is misspelt.
    """
    missing = [key for key in REQUIRED if key not in tables]
    return [
        key
        for key, value in tables.items()
        if key not in known and _is_components(value) and not nearest_name(key, missing)
    ]


def _is_components(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(each, dict) for each in value)
    return isinstance(value, dict) and "name" in value


def other_in(
    tables: Mapping[str, Any], key: str, origin: str
) -> ComponentSpec | tuple[ComponentSpec, ...]:
    """Return the component or the components of another kind. Raises BadExperiment."""
    return (specs_in if isinstance(tables[key], list) else spec_in)(tables, key, origin)


def typed_in(tables: Mapping[str, Any], key: str, default: Any, origin: str) -> Any:
    """Return a value of the default's type. Raises BadExperiment for any other."""
    value = tables.get(key, default)
    if not isinstance(value, type(default)):
        kinds = {"str": "text", "list": "a list", "dict": "a table"}
        kind = kinds[type(default).__name__]
        in_list = isinstance(value, str) and isinstance(default, list)
        raise BadExperiment(
            f"{origin}: {key} must be {kind}, got {quoted(value)}.",
            f"Write {key} = [{json.dumps(value, ensure_ascii=False)}]." if in_list else "",
        )
    return value


def texts_in(tables: Mapping[str, Any], key: str, default: Any, origin: str) -> Any:
    """Return a list or table of texts. Raises BadExperiment for any other value."""
    found = typed_in(tables, key, default, origin)
    for value in found.values() if isinstance(found, dict) else found:
        if not isinstance(value, str):
            raise BadExperiment(f"{origin}: {key} must contain only text, got {quoted(value)}.")
    return found


def settings_in(tables: Mapping[str, Any], origin: str) -> Settings:
    """Return the settings in the tables. Raises BadExperiment or BadParameter."""
    given = typed_in(tables, "settings", {}, origin)
    try:
        return create(Settings, given, f"{origin}: settings")
    except BadParameter as error:
        misplaced = next((key for key in given if key in (*REQUIRED, *OPTIONAL, *LISTS)), None)
        if misplaced is not None:
            error.correction = None
            error.advice = instead_of_value(misplaced, given[misplaced])
        raise


def specs_in(tables: Mapping[str, Any], key: str, origin: str) -> tuple[ComponentSpec, ...]:
    """Return the components in a list of tables, none if there is no list. Raises BadExperiment."""
    found = tables.get(key, [])
    if not isinstance(found, list):
        raise BadExperiment(
            f"{origin}: {key} must be a list of tables ([[{key}]]), got {quoted(found)}.",
            instead_of_value(key, found),
        )
    return tuple(spec_in({key: each}, key, origin) for each in found)


def spec_in(tables: Mapping[str, Any], key: str, origin: str) -> ComponentSpec:
    """Return the component in a table. Raises BadExperiment."""
    table = tables.get(key)
    if not isinstance(table, dict) or not isinstance(table.get("name"), str):
        received = "nothing" if table is None else quoted(table)
        raise BadExperiment(
            f'{origin}: {key} must be a table with name = "...", got {received}.',
            instead_of_value(key, table),
        )
    check_keys(table, ("name", "parameters"), f"{origin}: {key}", key)
    parameters = typed_in(table, "parameters", {}, f"{origin}: {key}")
    try:
        json.dumps(parameters, default=str)
    except (ValueError, RecursionError) as error:  # more digits than Python writes
        raise BadExperiment(f"{origin}: {key}: parameters: {reason_of(error)}.") from None
    name = table["name"]
    if not is_name(name) and not _UNREGISTERED.fullmatch(name):
        raise BadExperiment(
            f"{origin}: {key}: {quoted(name)} is not a component name.",
            instead_of_name(key, name)
            or "Write the name as 'zookit list' shows it, and put parameters in the table "
            "'parameters'.",
        )
    return ComponentSpec(name, parameters)


def check_keys(table: Mapping[str, Any], known: tuple[str, ...], origin: str, name: str) -> None:
    """Raise BadExperiment for an unknown key in the table of a name, or in the file itself."""
    settings = [each.name for each in fields(Settings)]
    for key in table:
        if key not in known:
            place = place_of(key, name, settings)
            nearest = did_you_mean(key, known)
            raise BadExperiment(
                f"{origin}: unknown key {quoted(key)}.{nearest} Known keys: {', '.join(known)}.",
                "" if nearest else place,
            )
