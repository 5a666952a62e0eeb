"""What varies in a sweep, and the words of each combination."""

import math
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from zookit.core import (
    BadExperiment,
    BadParameter,
    BrokenPlugin,
    Choice,
    Range,
    Settings,
    Words,
    ZookitError,
    did_you_mean,
)
from zookit.core.declaration import KINDS, Parameter, parameters
from zookit.core.errors import quoted
from zookit.core.old_names import current_name
from zookit.core.search import Point
from zookit.registry import Entry, Registry, default
from zookit.registry.kind import Row
from zookit.registry.names import plugin_name
from zookit.sweeps.places import Place, full_name_of, is_words, places_of
from zookit.sweeps.request import ARCHITECTURE, CALLBACKS, DATASET, SEED, SweepRequest
from zookit.sweeps.vary import range_words, vary_words
from zookit.training.options import FURTHER

_WHOLE, _NUMBER = KINDS[int], KINDS[float]


@dataclass(frozen=True)
class VariedParameter:
    """A varied parameter: of which component, and where that is."""

    varied: Choice | Range
    place: Place
    full_name: str
    parameter: str


class Space:
    """All combinations of a request.

    `varied` is what varies, in the order in which it is shown. Raises BadExperiment or BadParameter
    if something varies that the request does not have.
    """

    def __init__(self, request: SweepRequest) -> None:
        self.request = request
        self._names: dict[tuple[Row, str], str] = {}
        self._changed: dict[tuple[str, str, str], str] = {}
        kinds = {kind.keyword: kind for kind in Registry.kinds() if kind.recorded and kind.keyword}
        settings = {each.name: each for each in parameters(Settings) if each.name != SEED}
        self.settings = [each for each in request.vary if each.name in settings]
        self._ranges = [
            each.name for each in request.vary if each.name in kinds and isinstance(each, Range)
        ]
        plain = [each for each in request.vary if each.name in (*settings, *kinds, *FURTHER)]
        self.places = list(places_of(request, kinds))
        self.components = [
            self._component(each, (*settings, *kinds, *FURTHER))
            for each in request.vary
            if each not in plain
        ]
        own = Choice(DATASET, request.datasets), Choice(ARCHITECTURE, request.architectures)
        sets = Choice(CALLBACKS, tuple(map(" ".join, request.callbacks)))
        types = {name: parameter.type for name, parameter in settings.items()}
        types[Registry.schedules.keyword] = _NUMBER
        plain = [_typed(each, types.get(each.name, "")) for each in plain]
        for each in plain:
            _check_not_empty(each, each.name in FURTHER or _is_several(kinds.get(each.name)))
        self.varied = (*own, sets, *plain, *(each.varied for each in self.components))

    @property
    def count(self) -> float:
        """The number of combinations without seeds; infinity if a range varies."""
        roots = [each for each in self.varied if not each.when]
        return math.prod(map(self._count_of, roots))

    def _count_of(self, varied: Choice | Range) -> float:
        if isinstance(varied, Range):
            return math.inf
        children = [each for each in self.varied if varied.name in each.when]
        return sum(
            math.prod(self._count_of(c) for c in children if value in c.when[varied.name])
            for value in varied.values
        )

    def words_at(self, place: Place, point: Point) -> tuple[str, ...]:
        """Return the words of the components at a place, with the parameters that vary."""
        texts = place.at(point)
        for each in self.components:
            if each.place is place and each.varied.name in point:
                given = (each.parameter, point[each.varied.name])
                texts = tuple(
                    self._with_parameter(text, *given)
                    if self._full_name(place.kind, text) == each.full_name
                    else text
                    for text in texts
                )
        return texts

    def _full_name(self, kind: Row, text: str) -> str:
        """Return the full name of the component that words choose; empty if there is none."""
        if (kind, text) not in self._names:
            self._names[kind, text] = full_name_of(kind, text) if is_words(text) else ""
        return self._names[kind, text]

    def _named(self, place: Place, name: str) -> str:
        """Return the full name of the component of a place that a name stands for; else nothing.

        One in a file also has its short name, and the name of its class, if no other one has it.
        """
        here = {self._full_name(place.kind, text) for text in place.texts} - {""}
        full_name = self._full_name(place.kind, name)
        if full_name in here:
            return full_name
        own = plugin_name(name)
        entries = [entry for each in here if (entry := default.of(place.kind)[each]).declared.file]
        found = [each.full_name for each in entries if each.name == own]
        return found[0] if len(found) == 1 else ""

    def _with_parameter(self, text: str, parameter: str, value: str) -> str:
        """Return words with another parameter."""
        key = (text, parameter, value)
        if key not in self._changed:
            words = Words.parse(default.words(text))
            self._changed[key] = str(Words(words.name, (*words.items, (parameter, value))))
        return self._changed[key]

    def options(self, point: Point) -> dict[str, Any]:
        """Return the options of a combination, as `zookit.run` takes them."""
        found = dict(self.request.options)
        found |= {name: point[name] for name in (*(s.name for s in self.settings), *self._ranges)}
        found |= {name: point[name] or None for name in FURTHER if name in point}
        for place in self.places:
            keyword = place.kind.keyword
            if keyword and (place.varies or keyword in found or self._is_varied(place)):
                words = self.words_at(place, point)
                found[keyword] = words if place.kind.several else words[0]
        return found

    def _is_varied(self, place: Place) -> bool:
        return any(each.place is place for each in self.components)

    def _component(self, varied: Choice | Range, options: tuple[str, ...]) -> VariedParameter:
        """Return whose parameter varies. Raises BadExperiment."""
        name, dot, parameter = varied.name.rpartition(".")
        if not dot:
            raise self._unknown(varied.name, options)
        for place in self.places:
            wanted = self._named(place, name)
            if wanted:
                having = {
                    value
                    for value, texts in place.words.items()
                    if wanted in [self._full_name(place.kind, text) for text in texts]
                }
                entry = default.of(place.kind)[wanted]
                found = VariedParameter(
                    _typed_parameter(varied, entry, parameter), place, wanted, parameter
                )
                self._check_given_once(found, entry)
                if place.varies and having != set(place.words):
                    values = tuple(value for value in place.words if value in having)
                    return replace(found, varied=replace(found.varied, when={place.varies: values}))
                return found
        names = self._component_names()
        raise BadExperiment(
            f"{varied.name} varies, but no combination has a component {quoted(name)}."
            f"{did_you_mean(name, names)} Components: {', '.join(names)}."
        )

    def _unknown(self, name: str, options: tuple[str, ...]) -> ZookitError:
        """Return the error for a name that is neither a setting nor a parameter of a component."""
        component, colon, parameter = name.partition(":")
        if colon:
            return BadExperiment(
                f"{quoted(name)} cannot vary: a component and its parameter are joined by a point.",
                f"Write {component}.{parameter}.",
            )
        owners: dict[str, None] = {}
        for place in self.places:
            for text in filter(is_words, place.texts):
                with suppress(ZookitError):
                    entry = default.of(place.kind)[self._full_name(place.kind, text)]
                    if name in {each.name for each in entry.parameters}:
                        owners[entry.name] = None
        if owners:
            return BadExperiment(
                f"{name} is not a setting but a parameter of {' and '.join(owners)}.",
                f"Write {' or '.join(f'{owner}.{name}' for owner in owners)}.",
            )
        return BadExperiment(
            f"nothing is called {quoted(name)} that could vary.{did_you_mean(name, options)} "
            f"Expected a parameter, such as dense.units, or one of: {', '.join(options)}."
        )

    def _check_given_once(self, component: VariedParameter, entry: Entry[Any]) -> None:
        """Raise BadExperiment if the words of a component give the parameter that varies."""
        first: Parameter | None = None
        with suppress(ZookitError):
            first = next(iter(entry.parameters), None)
        for text in component.place.texts:
            if self._full_name(component.place.kind, text) != component.full_name:
                continue
            keys = [key for key, _ in Words.parse(default.words(text)).items]
            is_first = first is not None and first.name == component.parameter
            if component.parameter in keys or (None in keys and is_first):
                raise BadExperiment(
                    f"{component.varied.name} is varied, but {quoted(text)} gives it a value. "
                    "Remove one of them."
                )

    def _component_names(self) -> list[str]:
        """Return the names of all components that a combination may have, as short as possible."""
        found = {
            self._full_name(place.kind, text) or Words.parse(text).name
            for place in self.places
            for text in filter(is_words, place.texts)
        }
        short = Counter(each.rpartition("/")[2] for each in found)
        names = ((each.rpartition("/")[2], each) for each in found)
        return sorted(name if short[name] == 1 else full_name for name, full_name in names)


def _is_several(kind: Row | None) -> bool:
    return kind is not None and kind.several


def _typed_parameter(varied: Choice | Range, entry: Entry[Any], parameter: str) -> Choice | Range:
    """Return what varies with the type of its parameter. Raises BadParameter."""
    try:
        types = {each.name: each.type for each in entry.parameters}
    except BrokenPlugin:
        return varied  # it is reported with its combinations
    current = current_name(entry.load(), parameter)
    if current not in types:
        raise BadParameter(
            f"{varied.name} varies, but {entry.name} has no parameter {quoted(parameter)}."
            f"{did_you_mean(parameter, types)} Parameters: {', '.join(types) or 'none'}."
        )
    return _typed(varied, types[current])


def _typed(varied: Choice | Range, type_: str) -> Choice | Range:
    """Return what varies, a range with the type of its parameter. Raises BadParameter."""
    if isinstance(varied, Choice):
        return varied
    if type_.startswith(_WHOLE):
        if not varied.whole:
            ends = (math.ceil(varied.low), math.floor(varied.high))
            whole = replace(varied, low=ends[0], high=ends[1], whole=True)
            fix = f"Write {vary_words(whole)}." if ends[0] < ends[1] else "Use whole numbers."
            raise BadParameter(
                f"{varied.name} is a whole number, but its range is {range_words(varied)}. {fix}"
            )
        return varied
    if type_.startswith(_NUMBER):
        return replace(varied, whole=False)
    raise BadParameter(f"{varied.name} is not a number, so it has no range. List its values.")


def _check_not_empty(varied: Choice | Range, allowed: bool) -> None:
    if isinstance(varied, Choice) and "" in varied.values and not allowed:
        raise BadParameter(
            f"{varied.name} has an empty value. Write each value, without a comma at the end."
        )
