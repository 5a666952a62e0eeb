"""What differs between the experiments of several runs, and what they have in common."""

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from zookit.core import ComponentSpec, Experiment, Settings
from zookit.core.declaration import text_of
from zookit.core.parameters import words_of
from zookit.leaderboard.names import recipes_of
from zookit.registry import Registry
from zookit.runs.summary import RunSummary

Value = str | int | float | bool
Section = list[dict[str, Value]]
"""For each experiment the values of some columns."""
_DIGITS = 8
"""Digits of the hash of an input file, which stands for its path."""

# The runs of one row differ in seed and threads, and epochs have a column of their own.
_SETTINGS = tuple(
    each.name for each in fields(Settings) if each.name not in ("seed", "threads", "epochs")
)
_WITH_PARAMETERS = ("dataset", "architecture", "optimizer")
"""The kinds whose parameters have columns; other components are shown as words."""
RESULTS = (
    "training_accuracy",
    "validation_accuracy",
    "validation_accuracy_spread",
    "validation_loss",
    "test_accuracy",
    "test_accuracy_spread",
    "test_loss",
    "epochs",
    "epochs_requested",
    "seconds",
    "seeds",
    "runs",
)
"""The leaderboard's columns of results, as in JSON and CSV."""
# The leaderboard's other columns. A parameter of the same name is prefixed with its component.
_TAKEN = {
    *("title", "data_origin", "data_hash", "ranked_by", "rank", "#"),
    *(kind.slot for kind in Registry.kinds() if kind.recorded),
    "learning_rate",
    *("initial_weights", "frozen", "packages"),
    *("accuracy", "loss", "seed", "threads", "training accuracy"),
    *("validation accuracy", "test accuracy"),
    *_SETTINGS,
    *RESULTS,
}


@dataclass(frozen=True)
class Differences:
    """What experiments have in common, the columns in which they differ, and each one's values."""

    title: str
    columns: tuple[str, ...]
    values: Section


def differences_of(rows: Sequence[Sequence[RunSummary]]) -> Differences:
    """Compare the experiments of the first run of each row, and the packages of all."""
    experiments = [_with_contents(runs[0].recipe.experiment) for runs in rows]
    datasets = [experiment.dataset for experiment in experiments]
    architectures = [experiment.architecture for experiment in experiments]
    kinds = [_by_kind(experiment) for experiment in experiments]
    sections = (
        *_component("dataset", datasets),
        *_component("architecture", architectures),
        *_component("optimizer", [experiment.optimizer for experiment in experiments]),
        *_further(kinds, several=False),
        _settings(experiments),
        *_further(kinds, several=True),
        _packages(rows),
    )
    columns = dict.fromkeys(name for section in sections for values in section for name in values)
    merged = [
        {name: value for values in row for name, value in values.items()}
        for row in zip(*sections, strict=True)
    ]
    title = _common(datasets) or ", ".join(sorted({each.short_name for each in datasets}))
    architecture = _common(architectures)
    title = f"{title}, {architecture}" if architecture else title
    return Differences(title, tuple(columns), merged)


def _with_contents(experiment: Experiment) -> Experiment:
    if not experiment.input_files:
        return experiment
    found = experiment.with_contents(_DIGITS)
    if not experiment.initial_weights:
        return found
    # Two runs may have one name, and one run may have two.
    label = f"{experiment.initial_weights} ({found.initial_weights})"
    return replace(found, initial_weights=label)


def _further(
    found: Sequence[Mapping[str, Mapping[str, ComponentSpec]]], *, several: bool
) -> Iterator[Section]:
    """Yield the words of the other kinds, of which an experiment may have one, or several."""
    names = dict.fromkeys(name for each in found for name in each if name not in _WITH_PARAMETERS)
    for name in names:
        specs = [each.get(name, {}) for each in found]
        if several == any("" not in each for each in specs if each):
            yield _words(name, [tuple(each.values()) for each in specs])


def _by_kind(experiment: Experiment) -> dict[str, dict[str, ComponentSpec]]:
    """Return the components by kind and number, which is empty if there can be only one."""
    found: dict[str, dict[str, ComponentSpec]] = {}
    for slot, spec in experiment.slots().items():
        kind, _, number = slot.partition(".")
        found.setdefault(kind, {})[number] = spec
    return found


def _common(specs: Sequence[ComponentSpec]) -> str:
    """Return the words that the components share; empty if their names differ."""
    differing = {key for _, key in _differing(specs)}
    if len({each.name for each in specs}) > 1:
        return ""
    same = {key: each for key, each in specs[0].parameters.items() if key not in differing}
    return str(words_of(specs[0].short_name, same))


def _differing(specs: Iterable[ComponentSpec]) -> set[tuple[str, str]]:
    """Return component and parameter for the values that differ between components of one name."""
    by_name: dict[str, list[Mapping[str, Any]]] = {}
    for each in {id(spec): spec for spec in specs}.values():  # many runs share one
        by_name.setdefault(each.name, []).append(each.parameters)
    # A component has no value if it was left out, or if its version lacks the parameter.
    return {
        (name, key)
        for name, found in by_name.items()
        for key in {key for parameters in found for key in parameters}
        if len({repr(parameters.get(key)) for parameters in found}) > 1
    }


def _component(kind: str, specs: Sequence[ComponentSpec]) -> tuple[Section, Section]:
    """Return the names and the parameters in which the components differ."""
    keys = {key for _, key in _differing(specs)}

    def column(key: str) -> str:
        # An architecture's parameters and the learning rate are compared most, so they are short.
        if (kind, key) == ("optimizer", "learning_rate"):
            return key
        return f"{kind}.{key}" if kind != "architecture" or key in _TAKEN else key

    shared = {
        id(spec): {column(key): _value(v) for key, v in spec.parameters.items() if key in keys}
        for spec in specs
    }
    parameters: Section = [shared[id(spec)] for spec in specs]
    return _names(kind, specs), parameters


def _names(kind: str, specs: Sequence[ComponentSpec]) -> Section:
    names = {each.name for each in specs}
    if len(names) == 1:
        return [{} for _ in specs]
    short = len({each.short_name for each in specs}) == len(names)
    return [{kind: each.short_name if short else each.name} for each in specs]


def _settings(experiments: Sequence[Experiment]) -> Section:
    columns: dict[str, list[Value]] = {
        name: [_value(getattr(each.settings, name)) for each in experiments] for name in _SETTINGS
    }
    columns["initial_weights"] = [each.initial_weights for each in experiments]
    columns["frozen"] = [" ".join(each.frozen) for each in experiments]
    differing = {name: values for name, values in columns.items() if len(set(values)) > 1}
    return [
        dict(zip(differing, row, strict=True)) for row in zip(*differing.values(), strict=True)
    ] or [{} for _ in experiments]


def _words(column: str, several: Sequence[Sequence[ComponentSpec]]) -> Section:
    """Return for each experiment the words of several components, without what all share."""
    differing = _differing(each for specs in several for each in specs)
    known: dict[int, str] = {}

    def words(spec: ComponentSpec) -> str:
        if id(spec) not in known:
            values = {k: v for k, v in spec.parameters.items() if (spec.name, k) in differing}
            known[id(spec)] = str(words_of(spec.short_name, values))
        return known[id(spec)]

    texts = [" ".join(map(words, specs)) for specs in several]
    return [{column: text} for text in texts] if len(set(texts)) > 1 else [{} for _ in texts]


def _packages(rows: Sequence[Sequence[RunSummary]]) -> Section:
    """Return the owners of the components that came from several versions or packages."""
    owners: dict[str, set[str]] = {}
    for each in (
        each for recipe in recipes_of(itertools.chain(*rows)) for each in recipe.components
    ):
        owners.setdefault(each.name, set()).add(each.owner)
    if all(len(found) == 1 for found in owners.values()):
        return [{} for _ in rows]
    components = [
        [each for recipe in recipes_of(runs) for each in recipe.components] for runs in rows
    ]
    several = ({e.owner for e in found if len(owners[e.name]) > 1} for found in components)
    return [{"packages": ", ".join(sorted(each))} if each else {} for each in several]


def _value(value: Any) -> Value:
    if isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return text_of(value)
