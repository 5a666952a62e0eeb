"""Names of logged values that callbacks are given, after metrics were renamed."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Any

from zookit.core import Callback, ComponentSpec
from zookit.core.declaration import text_of
from zookit.core.old_names import former_names_of, renames_of, under_new_columns
from zookit.core.parameters import create
from zookit.registry import Built, Registry
from zookit.registry.kind import Row


def with_new_columns(built: Mapping[Row, list[Built[Any]]]) -> dict[Row, list[Built[Any]]]:
    """Return components whose callbacks have the new names of metrics in place of old ones.

    A metric is logged under its words, so what `monitor=val_alpha` means is called `val_beta` if
    the metric `alpha` is called `beta` now. A name under which something else is logged stays.
    """
    callbacks, metrics = built.get(Registry.callbacks, []), built.get(Registry.metrics, [])
    columns = {old: each.spec.identifier for each in metrics for old in _columns_of(each)}
    for each in metrics:
        columns.pop(each.spec.identifier, None)
    for added in (each.component.adds for each in callbacks if columns):
        for name in added if isinstance(added, tuple) else ():
            columns.pop(name, None)
    if not columns:
        return dict(built)
    return {**built, Registry.callbacks: [_with_columns(each, columns) for each in callbacks]}


def _columns_of(built: Built[Any]) -> Iterator[str]:
    """Yield what a metric is logged under by each of its names, and by each of its parameters'."""
    spec, kind = built.spec, type(built.component)
    old_keys: dict[str, list[str]] = {key: [key] for key in spec.parameters}
    for old, new in renames_of(kind).items():
        old_keys.setdefault(new, []).append(old)
    for name in (spec.name, *former_names_of(kind)):
        for keys in product(*old_keys.values()):
            yield spec.under(name, dict(zip(old_keys, keys, strict=True))).identifier


def _with_columns(built: Built[Callback], columns: Mapping[str, str]) -> Built[Callback]:
    spec = built.spec
    before: Mapping[str, Any] = spec.parameters
    after = under_new_columns(before, columns)
    changed = [key for key in before if before[key] != after[key]]
    if not changed:
        return built
    kind: type[Callback] = type(built.component)
    component = create(kind, after, spec.short_name)
    notes = tuple(
        f"{text_of(before[key])!r} of {spec.short_name} is now called {text_of(after[key])!r}"
        for key in changed
    )
    return replace(
        built,
        component=component,
        spec=ComponentSpec.of(spec.name, component),
        old_names=(*built.old_names, *notes),
    )
