"""What differs between the experiments of several runs, and what they have in common."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from zookit.core import ComponentSpec, Experiment, Settings
from zookit.core.declaration import text_of
from zookit.core.parameters import words_of
from zookit.runs.run import RunRecord

Value = str | int | float | bool

# The seed is what the runs of one row differ in, and epochs have a column of their own.
_SETTINGS = tuple(each.name for each in fields(Settings) if each.name not in ("seed", "epochs"))
RESULTS = (
    "validation_accuracy",
    "validation_accuracy_spread",
    "validation_loss",
    "test_accuracy",
    "test_accuracy_spread",
    "test_loss",
    "epochs",
    "asked_epochs",
    "seconds",
    "seeds",
    "runs",
)
"""A leaderboard's columns of results, as JSON and CSV name them."""
# Other columns of a leaderboard: a parameter so called has its component in front.
_TAKEN = {
    *("title", "data_origin", "data_hash", "ranked_by", "rank", "#"),
    *("dataset", "architecture", "callbacks", "packages"),
    *("accuracy", "loss", "seed", "validation accuracy", "test accuracy"),
    *_SETTINGS,
    *RESULTS,
}


def varying_in(runs: Sequence[RunRecord]) -> tuple[str, list[str], list[dict[str, Value]]]:
    """What experiments have in common, the names of what they differ in, and each one's values."""
    experiments = [run.experiment for run in runs]
    datasets = [experiment.dataset for experiment in experiments]
    architectures = [experiment.architecture for experiment in experiments]
    sections = (
        _named("dataset", datasets),
        _parameters("dataset", datasets),
        _named("architecture", architectures),
        _parameters("architecture", architectures),
        _settings(experiments),
        _callbacks(experiments),
        _packages(runs),
    )
    columns = dict.fromkeys(name for section in sections for values in section for name in values)
    merged = [
        {name: value for values in row for name, value in values.items()}
        for row in zip(*sections, strict=True)
    ]
    title = _common(datasets) or ", ".join(sorted({each.short_name for each in datasets}))
    body = _common(architectures)
    return f"{title}, {body}" if body else title, list(columns), merged


def _common(chosen: Sequence[ComponentSpec]) -> str:
    """The words that components of one name share; empty where there is more than one name."""
    differing = {key for _, key in _differing(chosen)}
    if len({each.name for each in chosen}) > 1:
        return ""
    same = {key: each for key, each in chosen[0].parameters.items() if key not in differing}
    return str(words_of(chosen[0].short_name, same))


def _differing(chosen: Iterable[ComponentSpec]) -> set[tuple[str, str]]:
    """Component and parameter where components of one name have different values."""
    by_name: dict[str, list[Mapping[str, Any]]] = {}
    for each in chosen:
        by_name.setdefault(each.name, []).append(each.parameters)
    # None where one has no value: it was left out, or its version does not know the parameter.
    return {
        (name, key)
        for name, found in by_name.items()
        for key in {key for parameters in found for key in parameters}
        if len({repr(parameters.get(key)) for parameters in found}) > 1
    }


def _named(kind: str, chosen: Sequence[ComponentSpec]) -> list[dict[str, Value]]:
    names = {each.name for each in chosen}
    if len(names) == 1:
        return [{} for _ in chosen]
    short = len({each.short_name for each in chosen}) == len(names)
    return [{kind: each.short_name if short else each.name} for each in chosen]


def _parameters(kind: str, chosen: Sequence[ComponentSpec]) -> list[dict[str, Value]]:
    keys = {key for _, key in _differing(chosen)}

    def column(key: str) -> str:
        # Those of an architecture are most of all that is ever compared, so theirs are short.
        return f"{kind}.{key}" if kind != "architecture" or key in _TAKEN else key

    return [
        {column(key): _value(value) for key, value in each.parameters.items() if key in keys}
        for each in chosen
    ]


def _settings(experiments: Sequence[Experiment]) -> list[dict[str, Value]]:
    rows = [
        {name: _value(getattr(experiment.settings, name)) for name in _SETTINGS}
        for experiment in experiments
    ]
    return [{name: row[name] for name in _SETTINGS if _differs(name, rows)} for row in rows]


def _callbacks(experiments: Sequence[Experiment]) -> list[dict[str, Value]]:
    differing = _differing(each for experiment in experiments for each in experiment.callbacks)

    def words(chosen: ComponentSpec) -> str:
        values = {k: v for k, v in chosen.parameters.items() if (chosen.name, k) in differing}
        return str(words_of(chosen.short_name, values))

    rows: list[dict[str, Value]] = [
        {"callbacks": " ".join(map(words, experiment.callbacks))} for experiment in experiments
    ]
    return rows if _differs("callbacks", rows) else [{} for _ in rows]


def _packages(runs: Sequence[RunRecord]) -> list[dict[str, Value]]:
    """Where the components came from that came from more than one version or package."""
    owners: dict[str, set[str]] = {}
    for run in runs:
        for each in run.environment.components:
            owners.setdefault(each.name, set()).add(each.owner)
    rows: list[dict[str, Value]] = []
    for run in runs:
        components = run.environment.components
        found = {each.owner for each in components if len(owners[each.name]) > 1}
        rows.append({"packages": ", ".join(sorted(found))} if found else {})
    return rows


def _differs(name: str, rows: Sequence[Mapping[str, Value]]) -> bool:
    return len({row[name] for row in rows}) > 1


def _value(value: Any) -> Value:
    if isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return text_of(value)
