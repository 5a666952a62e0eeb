"""What a run was trained with and what is installed now, for errors of rebuilding it."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version

from zookit.core import BadRun, BrokenPlugin, ComponentSpec, DataUnavailable, ZookitError
from zookit.registry import Registry, default
from zookit.registry.names import canonical_name
from zookit.registry.plugin_files import PluginFile
from zookit.runs.plugin_files import PLUGINS, copy_hint, file_in_owner, how_to_name
from zookit.runs.run import RunRecord

_OWNER = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==([A-Za-z0-9][A-Za-z0-9.+!_-]*)")
"""`distribution==version`. A folder may have anything, and what is shown is to be typed."""


@contextmanager
def rebuilding(run: RunRecord, *slots: str) -> Iterator[None]:
    """Report a ZookitError of this block, which looks up components of the run, as BadRun.

    It names the version that the run was trained with, the one that is installed, and what to type.
    `slots` are the places of these components in the experiment, by default all. DataUnavailable
    stays as it is.
    """
    try:
        yield
    except DataUnavailable:  # the component is fine; the message says how to get its data
        raise
    except ZookitError as error:
        slot, reason = _culprit(run, slots) or ("", error)
        raise BadRun(f"{run.shown} cannot be rebuilt: {_explained(run, slot, reason)}") from error


def check_files(run: RunRecord, owners: Mapping[str, str], epochs: int | None) -> None:
    """Raise BadRun if a file with components of the run was edited since the run started.

    The file's hash is part of the run's identity. `owners` are those of the components now, by full
    name, and `epochs` is the number that the run is resumed with, if one is given.
    """
    for name, owner in run.environment.owners().items():
        file, version = file_in_owner(owner), owner.rpartition("==")[2]
        if file is None or owners[name].rpartition("==")[2] == version:
            continue
        command = f"resume {shlex.quote(str(run.folder))}"
        if epochs is not None:
            command += f" --epochs {epochs}"
        hint = copy_hint(run.folder, file, command) * _is_version(run, file, version)
        raise BadRun(
            f"{run.folder} cannot be resumed: {file} has been edited since the run was started. "
            f"Undo that, or {hint or 'run the experiment again.'}"
        )


def _is_version(run: RunRecord, file: str, version: str) -> bool:
    """Return whether the run's copy of a file is as it was."""
    try:
        return PluginFile.read(run.folder / PLUGINS / file).version == version
    except BrokenPlugin:
        return False


def versions_note(run: RunRecord, slot: str) -> str:
    """Return which version a component had and which is installed; empty if they are equal."""
    spec, owner = run.experiment.slots()[slot], _owner_of(run, slot)
    if owner is None:
        return ""
    distribution, then = owner
    now = _installed(distribution)
    file = file_in_owner(f"{distribution}=={then}")
    if file is not None:
        return "" if now == then else _file_note(run, spec.short_name, file, now is None)
    if now is None:
        return (
            f"it was trained with {spec.short_name} of {distribution}=={then}, which is not "
            f"installed. Run: pip install {distribution}=={then}"
        )
    if now == then:
        return ""
    return (
        f"it was trained with {spec.short_name} of {distribution}=={then}, but "
        f"{distribution}=={now} is installed. To get that version: pip install "
        f"{distribution}=={then}"
    )


def _file_note(run: RunRecord, name: str, file: str, missing: bool) -> str:
    """Return how to name the file that a component comes from, or its copy if it was edited."""
    hint = copy_hint(run.folder, file)
    if missing:
        return (
            f"it was trained with {name} of the file {file}, which is not named here. Name it: "
            f"{how_to_name(file)}{hint and ', or '}{hint}"
        )
    advice = f"Undo that, or {hint}" if hint else "Undo that, or run the experiment again."
    return f"it was trained with {name} of {file}, which has been edited since. {advice}"


def _explained(run: RunRecord, slot: str, error: ZookitError) -> str:
    note = versions_note(run, slot) if slot else ""
    if not note:
        return str(error)
    owner = _owner_of(run, slot)
    missing = owner is not None and _installed(owner[0]) is None
    return note if missing else f"{error} {note[0].upper()}{note[1:]}"


def _culprit(run: RunRecord, slots: Sequence[str]) -> tuple[str, ZookitError] | None:
    """Return the first component that cannot be built, and why."""
    kinds = {kind.slot: kind for kind in Registry.kinds() if kind.recorded}
    for slot, spec in run.experiment.slots().items():
        kind = kinds.get(slot.partition(".")[0])
        if kind is None or not spec.registered or (slots and slot not in slots):
            continue
        try:
            default.of(kind).build(spec)
        except ZookitError as error:
            return slot, error
    return None


def _owner_of(run: RunRecord, slot: str) -> tuple[str, str] | None:
    """Return the distribution and the version that a run recorded for a component."""
    spec: ComponentSpec = run.experiment.slots()[slot]
    match = _OWNER.fullmatch(run.environment.owners().get(spec.name, ""))
    return None if match is None else (match[1], match[2])


def _installed(distribution: str) -> str | None:
    """Return the installed version of a distribution."""
    offered = {
        entry.distribution: entry.declared.version
        for group in default.groups()
        for entry in (*group.entries(), *group.blocked())
    }
    known = offered.get(canonical_name(distribution))
    if known is not None:
        return known
    try:
        return version(distribution)
    except (PackageNotFoundError, ValueError, OSError):
        return None
