"""Runs under the newest names of their components and parameters.

A version of a plugin that renamed something records the old names in each of its runs. So runs of
before and after can be compared without importing the plugin.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from packaging.version import InvalidVersion, Version

from zookit.core import ComponentSpec
from zookit.runs.environment import InstalledComponent
from zookit.runs.run import RunRecord


@dataclass(frozen=True)
class _Renaming:
    """What one version of a package renamed in a component.

    `name` is the component's full name in it, `defaults` has the defaults of its parameters, as
    far as the runs tell.
    """

    kind: str
    name: str
    owner: str
    version: Version
    formerly: frozenset[str]
    renamed: Mapping[str, str]
    defaults: dict[str, Any] = field(default_factory=dict)

    def applies(self, spec: ComponentSpec, version: Version) -> bool:
        """Return whether a component of this kind has a name that this version made an old one."""
        old = spec.name in self.formerly
        parameters = spec.name == self.name and bool(self.renamed.keys() & spec.parameters.keys())
        return version <= self.version and (old or parameters)

    def apply(self, spec: ComponentSpec) -> ComponentSpec:
        """Return the spec as this version would have recorded it."""
        found = spec.under(self.name, self.renamed)
        values = found.parameters
        known = {k for k, v in self.defaults.items() if k in values and values[k] == v}
        return replace(found, defaulted=frozenset(known))


def under_newest_names(runs: Sequence[RunRecord]) -> list[RunRecord]:
    """Return the runs as if they had been trained by the versions that renamed what they have.

    Identity and group are those that the run would have there, since a package that renames says
    that the old name means the same. The recorded owners stay. Runs without old names stay as they
    are.
    """
    renamings = _renamings(runs)
    return [_renamed(run, renamings) for run in runs] if renamings else list(runs)


def _components(run: RunRecord) -> Iterator[tuple[str, str, ComponentSpec, InstalledComponent]]:
    """Yield place, kind, spec and origin of each component; none if the files do not match."""
    slots, installed = run.experiment.slots(), run.environment.components
    if [spec.name for spec in slots.values()] == [each.name for each in installed]:
        for (slot, spec), each in zip(slots.items(), installed, strict=True):
            yield slot, slot.partition(".")[0], spec, each


def _renamings(runs: Sequence[RunRecord]) -> list[_Renaming]:
    """Return what was renamed, oldest version first."""
    found: dict[tuple[str, str, str], _Renaming] = {}
    for run in runs:
        for _, kind, spec, installed in _components(run):
            if not installed.renamed and not installed.formerly:
                continue
            name = installed.now or installed.name
            distribution = name.rpartition("/")[0]
            renaming = found.setdefault(
                (kind, name, installed.owner),
                _Renaming(
                    kind,
                    name,
                    installed.owner,
                    _version(installed.owner),
                    frozenset(f"{distribution}/{old}" for old in installed.formerly),
                    installed.renamed,
                ),
            )
            if not renaming.applies(spec, renaming.version):  # else its defaults may be older ones
                defaults = spec.defaulted & spec.parameters.keys()
                renaming.defaults.update({key: spec.parameters[key] for key in defaults})
    return sorted(found.values(), key=lambda each: each.version)


def _renamed(run: RunRecord, renamings: Sequence[_Renaming]) -> RunRecord:
    specs: list[ComponentSpec] = []
    components: list[InstalledComponent] = []
    owners: dict[str, str] = {}
    files: dict[str, str] = {}
    for slot, kind, spec, installed in _components(run):
        owner, new = installed.owner, spec
        inputs = run.experiment.inputs_of(slot)
        for each in renamings:
            if each.kind == kind and each.applies(new, _version(owner)):
                new, owner = each.apply(new), each.owner
                inputs = {_key(key, each.renamed): value for key, value in inputs.items()}
        specs.append(new)
        components.append(replace(installed, name=new.name))
        owners[new.name] = owner
        files |= {f"{slot}.{key}": value for key, value in inputs.items()}
    if not specs or specs == list(run.experiment.components()):
        return run
    experiment = replace(run.experiment.with_components(specs), input_files=files)
    data = run.environment.data.hash
    environment = replace(
        run.environment,
        components=tuple(components),
        identity=experiment.identity(data, owners),
        group=experiment.group().identity(data, owners),
    )
    return replace(run, experiment=experiment, environment=environment)


def _key(key: str, renamed: Mapping[str, str]) -> str:
    name, dot, rest = key.partition(".")
    return f"{renamed.get(name, name)}{dot}{rest}"


def _version(owner: str) -> Version:
    """Return the version in `distribution==version`; the lowest if it has none."""
    try:
        return Version(owner.rpartition("==")[2])
    except InvalidVersion:
        return Version("0.dev0")
