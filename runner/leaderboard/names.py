"""Runs under the newest names of their components and parameters.

A version of a plugin that renamed something records the old names in each of its runs. So runs of
before and after can be compared without importing the plugin.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from packaging.version import InvalidVersion, Version

from zookit.core import ComponentSpec, Experiment
from zookit.core.old_names import logged_names, under_new_columns
from zookit.runs.environment import InstalledComponent
from zookit.runs.run import Logged, RunRecord
from zookit.runs.summary import Recipe, RunSummary, summary_of

_Defaults = dict[tuple[str, str, str], dict[str, Any]]
"""The defaults of parameters, by the kind, the full name and the owner of the component."""


@dataclass(frozen=True)
class _Place:
    """A component of a run: its place in the experiment, its spec, and where it came from."""

    slot: str
    spec: ComponentSpec
    installed: InstalledComponent

    @property
    def kind(self) -> str:
        return self.slot.partition(".")[0]


@dataclass(frozen=True)
class _Renaming:
    """What one version of a package renamed in a component, whose full name is `name` in it."""

    kind: str
    name: str
    owner: str
    version: Version
    formerly: frozenset[str]
    renamed: Mapping[str, str]

    def applies(self, kind: str, spec: ComponentSpec, owner: str) -> bool:
        """Return whether a component of an owner has a name that this version made an old one."""
        old = spec.name in self.formerly
        parameters = spec.name == self.name and bool(self.renamed.keys() & spec.parameters.keys())
        return kind == self.kind and _version(owner) <= self.version and (old or parameters)


def under_newest_names(runs: Sequence[RunRecord]) -> list[RunRecord]:
    """Return the runs as if they had been trained by the versions that renamed what they have.

    Identity and group are those that the run would have there, since a package that renames says
    that the old names mean the same: all its components count as those of the new version, with its
    defaults. What was logged under the old name of a metric has the new one. The recorded owners
    stay. Runs without old names stay as they are.
    """
    summaries = [summary_of(run) for run in runs]
    newest = summaries_under_newest_names(summaries)
    return [
        run if before is now else _record(run, now)
        for run, before, now in zip(runs, summaries, newest, strict=True)
    ]


def summaries_under_newest_names(runs: Sequence[RunSummary]) -> list[RunSummary]:
    """Return summaries of runs as `under_newest_names` returns the runs."""
    recipes = recipes_of(runs)
    renamings = _renamings(recipes)
    if not renamings:
        return list(runs)
    defaults = _defaults(recipes, renamings)
    return [_renamed(run, renamings, defaults) for run in runs]


def recipes_of(runs: Iterable[RunSummary]) -> list[Recipe]:
    """Return the recipes of runs, each once."""
    return list({id(run.recipe): run.recipe for run in runs}.values())


def renamed_columns(before: Experiment, after: Experiment) -> dict[str, str]:
    """Return the new name of each metric that is logged under another one after a renaming."""
    pairs = zip(before.metrics, after.metrics, strict=True)
    names = ((old.identifier, new.identifier) for old, new in pairs)
    return {old: new for old, new in names if old != new}


def _record(run: RunRecord, now: RunSummary) -> RunRecord:
    """Return the run with the names of its renamed summary."""
    ending = run.ending and replace(run.ending, last_epoch=now.last_epoch, test=now.test)
    return replace(
        run,
        experiment=now.experiment,
        environment=replace(
            run.environment,
            components=now.recipe.components,
            identity=now.identity,
            group=now.group,
        ),
        history=MappingProxyType(Logged(zip(now.recipe.logged, run.history.values(), strict=True))),
        ending=ending,
    )


def _places(recipe: Recipe) -> Iterator[_Place]:
    """Yield each component; none if the files of the run do not match."""
    slots, installed = recipe.experiment.slots(), recipe.components
    if [spec.name for spec in slots.values()] == [each.name for each in installed]:
        for (slot, spec), each in zip(slots.items(), installed, strict=True):
            yield _Place(slot, spec, each)


def _renamings(recipes: Sequence[Recipe]) -> list[_Renaming]:
    """Return what was renamed, oldest version first."""
    found: dict[tuple[str, str, str], _Renaming] = {}
    renaming = (
        recipe for recipe in recipes if any(e.renamed or e.formerly for e in recipe.components)
    )
    for place in (place for recipe in renaming for place in _places(recipe)):
        installed = place.installed
        if installed.renamed or installed.formerly:
            name = installed.now or installed.name
            distribution = name.rpartition("/")[0]
            found[place.kind, name, installed.owner] = _Renaming(
                place.kind,
                name,
                installed.owner,
                _version(installed.owner),
                frozenset(f"{distribution}/{old}" for old in installed.formerly),
                installed.renamed,
            )
    return sorted(found.values(), key=lambda each: each.version)


def _defaults(recipes: Sequence[Recipe], renamings: Sequence[_Renaming]) -> _Defaults:
    """Return the defaults of each version, as far as the runs tell."""
    found: _Defaults = {}
    for recipe in recipes:
        places = list(_places(recipe))
        if any(_repeated(place, each) for place in places for each in renamings):
            continue  # its defaults are those of the version that trained it first
        for place in places:
            spec = place.spec
            known = found.setdefault((place.kind, spec.name, place.installed.owner), {})
            known.update({key: spec.parameters[key] for key in spec.defaulted & {*spec.parameters}})
    return found


def _repeated(place: _Place, renaming: _Renaming) -> bool:
    """Return whether a component has an old name though it is of the version that renamed it."""
    owner = place.installed.owner
    return owner == renaming.owner and renaming.applies(place.kind, place.spec, owner)


def _renamed(run: RunSummary, renamings: Sequence[_Renaming], defaults: _Defaults) -> RunSummary:
    places = list(_places(run.recipe))
    specs: list[ComponentSpec] = []
    found: list[str] = []
    files: dict[str, str] = {}
    for place in places:
        spec, owner = place.spec, place.installed.owner
        inputs = run.recipe.experiment.inputs_of(place.slot)
        for each in renamings:
            if each.applies(place.kind, spec, owner):
                spec, owner = spec.under(each.name, each.renamed), each.owner
                inputs = {_key(key, each.renamed): value for key, value in inputs.items()}
        specs.append(spec)
        found.append(owner)
        files |= {f"{place.slot}.{key}": value for key, value in inputs.items()}
    if specs == [place.spec for place in places]:
        return run
    owners = _of_whole_packages([place.installed.owner for place in places], found)
    known = [
        defaults.get((place.kind, spec.name, owner), {})
        for place, spec, owner in zip(places, specs, owners, strict=True)
    ]
    return _with(run, [*map(_defaulted, specs, known)], owners, files, known)


def _with(
    run: RunSummary,
    specs: Sequence[ComponentSpec],
    owners: Sequence[str],
    files: Mapping[str, str],
    defaults: Sequence[Mapping[str, Any]],
) -> RunSummary:
    """Return the run with other components, and with the names of metrics that follow from them."""
    recipe = run.recipe
    named = recipe.experiment.with_components(specs)
    columns = {
        old: new
        for old, new in renamed_columns(recipe.experiment, named).items()
        if new not in recipe.logged
    }
    monitoring = [
        _defaulted(replace(spec, parameters=under_new_columns(spec.parameters, columns)), known)
        if slot.startswith("callbacks.")
        else spec
        for slot, spec, known in zip(named.slots(), specs, defaults, strict=True)
    ]
    experiment = replace(run.experiment.with_components(monitoring), input_files=files)
    by_name = {spec.name: owner for spec, owner in zip(specs, owners, strict=True)}
    components = zip(recipe.components, specs, strict=True)
    names, data_hash = logged_names(columns), recipe.data.hash
    return replace(
        run,
        recipe=Recipe(
            experiment.group(),
            tuple(replace(each, name=spec.name) for each, spec in components),
            recipe.data,
            tuple(names.get(name, name) for name in recipe.logged),
        ),
        identity=experiment.identity(data_hash, by_name),
        group=experiment.group().identity(data_hash, by_name),
        last_epoch=_under(names, run.last_epoch),
        test=_under(names, run.test),
    )


def _of_whole_packages(recorded: Sequence[str], found: Sequence[str]) -> list[str]:
    """Return owners such that a package of which a component was renamed has one version.

    `recorded` has the owner of each component, `found` that of its newest name.
    """
    newest: dict[str, str] = {}
    for then, now in zip(recorded, found, strict=True):
        if now != then:
            package = _package(now)
            newest[package] = max(newest.get(package, now), now, key=_version)
    return [newest.get(_package(owner), owner) for owner in found]


def _defaulted(spec: ComponentSpec, defaults: Mapping[str, Any]) -> ComponentSpec:
    """Return the spec, knowing which parameters equal these defaults; as before, if unknown."""
    equal = frozenset(
        key
        for key, value in spec.parameters.items()
        if (value == defaults[key] if key in defaults else key in spec.defaulted)
    )
    return replace(spec, defaulted=equal)


def _under(names: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, Any]:
    return {names.get(key, key): value for key, value in values.items()}


def _key(key: str, renamed: Mapping[str, str]) -> str:
    name, dot, rest = key.partition(".")
    return f"{renamed.get(name, name)}{dot}{rest}"


def _package(owner: str) -> str:
    return owner.rpartition("==")[0]


def _version(owner: str) -> Version:
    """Return the version in `distribution==version`; the lowest if it has none."""
    try:
        return Version(owner.rpartition("==")[2])
    except InvalidVersion:
        return Version("0.dev0")
