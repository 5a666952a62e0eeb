"""Composes the combinations of a sweep, and looks each component up once."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zookit.core import BadParameter, BrokenPlugin, Choice, Dataset, NotInstalled, Range, Settings
from zookit.core.experiment import DEFAULT_OPTIMIZER
from zookit.core.messages import option
from zookit.core.parameters import create
from zookit.core.search import Point
from zookit.data.fetching import fetched
from zookit.registry import Built, Registry, default
from zookit.registry.kind import Row
from zookit.runs.initial_weights import InitialWeights
from zookit.runs.inputs import hash_inputs
from zookit.sweeps.places import Place, is_in_file, is_words
from zookit.sweeps.space import Space
from zookit.sweeps.starts import Starts
from zookit.sweeps.vary import range_ends, vary_words
from zookit.training.compatibility import with_rate
from zookit.training.composition import Composition
from zookit.training.data_checks import check_before_data
from zookit.training.options import INIT, split_options
from zookit.training.resolve import build, compose_chosen

_NAME = "sweep"
"""The name of settings in messages."""


@dataclass(eq=False)
class Composer:
    """Composes the combinations of a space.

    Raises ZookitError, such as UnknownName and BadParameter, if a word of it is not valid whatever
    it is combined with, such as a file that cannot be imported. A package's component that cannot
    be imported is reported with its combinations.
    """

    space: Space
    starts: Starts
    _built: dict[tuple[Row, str], Built[Any]] = field(default_factory=dict)
    _settings: dict[tuple[Any, ...], Settings] = field(default_factory=dict)
    _optimizers: dict[tuple[str | None, Any], Built[Any]] = field(default_factory=dict)
    _hashes: dict[Path, str] = field(default_factory=dict)
    _fetched: dict[Dataset, Built[Dataset]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check each value once."""
        self._source(self.space.request.options.get(INIT))
        for start in self.space.varied:
            for value in _extremes(start) if start.name == INIT else ():
                self._source(value or None)
        self._setting_values(split_options(self.space.request.options, _NAME).settings)
        for varied in self.space.settings:
            for value in _extremes(varied):
                create(Settings, {varied.name: value}, _NAME)
        for place in self.space.places:
            for point in self._examples(place.varies, place.words):
                for text in self.space.words_at(place, point):
                    with suppress(NotInstalled), self._varied_blamed(place, point):
                        self._check_unless_broken(place.kind, text)

    def compose(self, point: Point) -> Composition:
        """Return the composition of a combination, with the first seed.

        Raises ZookitError if its components do not fit together, or a plugin's own error.
        """
        options = split_options(self.space.options(point))
        chosen: dict[Row, list[Any]] = dict(options.chosen)
        for place in self.space.places:
            words = list(self.space.words_at(place, point))
            if not place.kind.keyword:
                chosen[place.kind] = words
        built = {
            kind: [self._build(kind, each) for each in found] for kind, found in chosen.items()
        }
        built[Registry.optimizers] = [self._optimizer(chosen, options.rate)]
        settings = self._setting_values(options.settings)
        composition = compose_chosen(
            built,
            settings,
            frozen=options.frozen,
            initial=self._source(options.init),
            hashing=self._hash,
            fetching=self._fetch,
        )
        check_before_data(composition)
        return composition

    def _optimizer(self, chosen: Mapping[Row, list[Any]], rate: Any) -> Built[Any]:
        """Return the optimizer, with the learning rate that is given as a number."""
        text = next(iter(chosen.get(Registry.optimizers, ())), None)
        if (text, rate) not in self._optimizers:
            words = DEFAULT_OPTIMIZER if text is None else text
            built = build(default.optimizers, words)
            self._optimizers[text, rate] = built if rate is None else with_rate(built, rate)
        return self._optimizers[text, rate]

    def _examples(self, varies: str, words: Mapping[str, Any]) -> Iterator[Point]:
        """Yield combinations in which each value is once, with the first values of the others."""
        for value in words:
            point = {varies: value} if varies else {}
            own = [
                each.varied
                for each in self.space.components
                if each.place.varies == varies and each.varied.applies(point)
            ]
            firsts = {each.name: _extremes(each)[0] for each in own}
            yield {**point, **firsts}
            for each in own:
                for other in _extremes(each)[1:]:
                    yield {**point, **firsts, each.name: other}

    @contextmanager
    def _varied_blamed(self, place: Place, point: Point) -> Iterator[None]:
        """Let an error about a value that varies say so: these words were not typed."""
        try:
            yield
        except BadParameter as error:
            varied = [
                each.varied.name
                for each in self.space.components
                if each.place is place
                and each.varied.name in point
                and f": {each.parameter} " in error.message
            ]
            received = next((e for e in self.space.request.vary if e.name in varied), None)
            if received is not None:
                error.correction = None
                given = vary_words(received)
                error.advice = f"Change {option(f'--vary {given}', f'the values of {given}')}."
            raise

    def _check_unless_broken(self, kind: Row, text: str) -> None:
        """Check words, unless they name a package's component that cannot be imported."""
        try:
            self._check(kind, text)
        except BrokenPlugin:
            if is_in_file(kind, text):  # it is the user's own, perhaps with a typing error
                raise

    def _check(self, kind: Row, text: str) -> None:
        if is_words(text) or kind is not Registry.schedules:
            self._build(kind, text)
            return
        with suppress(BrokenPlugin, NotInstalled):
            optimizers = next(p for p in self.space.places if p.kind is Registry.optimizers)
            first = next(iter(optimizers.words.values()))[0]
            with_rate(build(default.optimizers, first.partition(":")[0]), text)

    def _build(self, kind: Row, text: str) -> Built[Any]:
        if (kind, text) not in self._built:
            self._built[kind, text] = build(default.of(kind), text)
        return self._built[kind, text]

    def _setting_values(self, values: Mapping[str, Any]) -> Settings:
        key = tuple(values.items())
        if key not in self._settings:
            self._settings[key] = create(Settings, values, _NAME)
        return self._settings[key]

    def _fetch(self, built: Built[Dataset]) -> Built[Dataset]:
        """Return a data set as all cells use it, such as at the same commit of a branch."""
        if built.component not in self._fetched:
            self._fetched[built.component] = fetched(built)
        return self._fetched[built.component]

    def _source(self, text: str | None) -> InitialWeights | None:
        """Return the weights to start from; all cells share those of one run."""
        return None if text is None else self.starts.read(text)

    def _hash(self, paths: Mapping[str, Path]) -> Mapping[str, str]:
        for key, path in paths.items():
            if path not in self._hashes:
                self._hashes[path] = hash_inputs({key: path})[key]
        return {key: self._hashes[path] for key, path in paths.items()}


def _extremes(varied: Choice | Range) -> list[str]:
    return list(varied.values) if isinstance(varied, Choice) else range_ends(varied)
