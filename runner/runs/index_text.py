"""Summaries as text for the run index, and back.

What many runs have in common, such as a component with its parameters, is a text of its own, a
part, which is named by its hash.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any

from zookit.core import ComponentSpec, Experiment, Settings
from zookit.core.experiment_keys import LISTS, OPTIONAL, REQUIRED
from zookit.runs.environment import Data, InstalledComponent
from zookit.runs.summary import CheckedSummary, Recipe, RunSummary

_SUMMARY = tuple(
    each.name for each in fields(RunSummary) if each.name not in ("parent", "name", "recipe")
)
_DECLARED = (CheckedSummary, RunSummary, Recipe, Experiment, ComponentSpec, Settings)
FIELDS = tuple(
    f"{each.__name__}.{one.name}"
    for each in (*_DECLARED, InstalledComponent, Data)
    for one in fields(each)
)
"""What the texts hold; texts of versions that hold something else are not read."""
_MANY = 1000
"""The runs that are read from text at once."""
_CHECKS = tuple(each.name for each in fields(CheckedSummary) if each.name != "run")


@dataclass(frozen=True)
class Texts:
    """The text of one run, and the parts that it names."""

    run: str
    parts: Mapping[str, str]


def texts_of(checked: CheckedSummary) -> Texts | None:
    """Return a run as text; None if JSON cannot express it, for example a date."""
    run, parts = checked.run, dict[str, str]()

    def part(value: Any) -> str:
        text = _json(value)
        name = _hash(text)
        parts[name] = text
        return name

    experiment, recipe = run.recipe.experiment, run.recipe
    try:
        shared = {
            "slots": {
                slot: part([spec.name, dict(spec.parameters), sorted(spec.defaulted)])
                for slot, spec in experiment.slots().items()
            },
            "rest": part(
                {
                    "settings": asdict(experiment.settings),
                    "initial_weights": experiment.initial_weights,
                    "frozen": list(experiment.frozen),
                    "input_files": dict(experiment.input_files),
                }
            ),
            "components": [part(asdict(each)) for each in recipe.components],
            "data": part(asdict(recipe.data)),
            "logged": list(recipe.logged),
        }
        values = [getattr(run, name) for name in _SUMMARY]
        checks = [getattr(checked, name) for name in _CHECKS]
        text = _json([_json(shared), *checks, *map(_plain, values)])
        text.encode()
    except (TypeError, ValueError):
        return None
    return Texts(text, parts)


@dataclass
class Reader:
    """Makes summaries from texts; what runs have in common is made once.

    Raises ValueError, TypeError, KeyError or AttributeError if a text is not as it was written.
    """

    parent: Path
    parts: dict[str, str] = field(default_factory=dict)
    _recipes: dict[str, Recipe] = field(default_factory=dict)
    _made: dict[str, Any] = field(default_factory=dict)

    def summaries(self, names: Iterable[str], texts: Iterable[str]) -> list[CheckedSummary]:
        """Return the summaries of runs, given by their names and texts."""
        found: list[CheckedSummary] = []
        named, remaining = iter(names), iter(texts)
        # One text for many is faster, and its values share their keys.
        while many := list(islice(remaining, _MANY)):
            rows = json.loads(f"[{','.join(many)}]")
            found += map(self._summary, islice(named, len(rows)), rows)
        return found

    def again(self, name: str, texts: Texts) -> CheckedSummary:
        """Return the summary of a run that was written as text."""
        self.parts.update(texts.parts)
        (summary,) = self.summaries([name], [texts.run])
        return summary

    def _summary(self, name: str, row: Sequence[Any]) -> CheckedSummary:
        shared, *values = row
        recipe = self._recipes.get(shared)
        if recipe is None:
            recipe = self._recipes[shared] = self._recipe(json.loads(shared))
        checks = len(_CHECKS)
        run = RunSummary(self.parent, name, recipe, *values[checks:])
        return CheckedSummary(run, *values[:checks])

    def _recipe(self, shared: Mapping[str, Any]) -> Recipe:
        slots = {slot: self._part(name, _spec) for slot, name in shared["slots"].items()}
        rest = self._part(shared["rest"], dict)
        components = tuple(self._part(name, _installed) for name in shared["components"])
        return Recipe(
            _experiment(slots, rest),
            components,
            self._part(shared["data"], _data),
            tuple(shared["logged"]),
        )

    def _part(self, name: str, make: Any) -> Any:
        key = f"{make.__name__} {name}"
        if key not in self._made:
            text = self.parts[name]
            if _hash(text) != name:
                raise ValueError("a part of the index is damaged")
            self._made[key] = make(json.loads(text))
        return self._made[key]


def _experiment(slots: Mapping[str, ComponentSpec], rest: Mapping[str, Any]) -> Experiment:
    found: dict[str, Any] = dict.fromkeys(LISTS, ())
    for slot, spec in slots.items():
        kind, dot, _ = slot.partition(".")
        found[kind] = (*found.get(kind, ()), spec) if dot else spec
    own = (*REQUIRED, *OPTIONAL, *LISTS)
    return Experiment(
        **{name: found[name] for name in own if name in found},
        others={name: specs for name, specs in found.items() if name not in own},
        initial_weights=rest["initial_weights"],
        frozen=tuple(rest["frozen"]),
        input_files=rest["input_files"],
        settings=Settings(**rest["settings"]),
    )


def _spec(values: Sequence[Any]) -> ComponentSpec:
    name, parameters, defaulted = values
    return ComponentSpec(name, parameters, frozenset(defaulted))


def _installed(values: Mapping[str, Any]) -> InstalledComponent:
    tuples = {name: tuple(values[name]) for name in ("defaulted", "formerly")}
    return InstalledComponent(**{**values, **tuples})


def _data(values: Mapping[str, Any]) -> Data:
    tuples = {name: tuple(values[name]) for name in ("image_shape", "class_names", "left_out")}
    border = values["border"] and tuple(values["border"])
    return Data(**{**values, **tuples, "border": border})


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _hash(text: str) -> str:
    return blake2b(text.encode(), digest_size=10).hexdigest()
