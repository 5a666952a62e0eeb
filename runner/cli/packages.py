"""What `zookit install` and `zookit uninstall` share: the tool they call, and what it changed."""

import importlib
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from zookit.core import NotInstalled

if TYPE_CHECKING:
    from zookit.registry import Entry, Registry

Plugin = tuple[str, str, str]
"""The kind's plural, the name, and `distribution==version`."""


def split_arguments(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the names, and the options for the tool, which begin at the first that is none."""
    at = next((at for at, each in enumerate(arguments) if each.startswith("-")), len(arguments))
    return list(arguments[:at]), list(arguments[at:])


def tool(command: str) -> list[str]:
    """Return the command of this environment's own pip, or of uv if it has none.

    Raises NotInstalled if there is neither.
    """
    if find_spec("pip") is not None:
        return [sys.executable, "-m", "pip", command]
    uv = shutil.which("uv")
    if uv is not None:
        return [uv, "pip", command, "--python", sys.executable]
    raise NotInstalled(
        f"{sys.executable} has no pip, and there is no uv. Run: {sys.executable} -m ensurepip"
    )


def call(command: Sequence[str]) -> int:
    """Run a command with this process's input and output, and return its exit code."""
    sys.stdout.flush()
    return subprocess.run(command, check=False).returncode  # noqa: S603 - no shell


def entries() -> "list[Entry[Any]]":
    """Return the plugins that are installed now, also those that are blocked; no files."""
    groups = _registry().groups()
    found = (each for group in groups for each in (*group.entries(), *group.blocked()))
    return [each for each in found if not each.declared.file]


def plugins(found: "Iterable[Entry[Any]]") -> set[Plugin]:
    """Return plugins as plain values."""
    return {(each.kind.plural, each.name, each.owner) for each in found}


def former_names() -> dict[tuple[str, str], str]:
    """Return the name today of plugins by the kind's plural and the old name."""
    return {
        (group.kind.plural, old): new.name
        for group in _registry().groups()
        for old, new in group.former().items()
    }


def _registry() -> "Registry":
    """Return a registry of what is installed now."""
    from zookit.registry import Registry
    from zookit.registry.source import forget_sources

    importlib.invalidate_caches()
    forget_sources()
    return Registry()


def changes(
    before: set[Plugin], after: set[Plugin], former: Mapping[tuple[str, str], str] | None = None
) -> Iterator[str]:
    """Yield a line about the plugins that came, those that went, and those that have a new name.

    `former` is what `former_names` returns after the change.
    """
    versions = _versions(before), _versions(after)
    for name in sorted(versions[0].keys() & versions[1].keys()):
        then, now = versions[0][name], versions[1][name]
        if then != now:
            yield f"Updated {name} from {then} to {now}."
    has, had = ({each[:2] for each in one} for one in (after, before))
    renamed = {old: new for old, new in (former or {}).items() if old in had - has}
    came = has - had - {(plural, new) for (plural, _), new in renamed.items()}
    went = had - has - renamed.keys()
    if renamed:
        lines = ((kind, f"{old} is now {new}") for (kind, old), new in renamed.items())
        yield f"Renamed plugins: {by_kind(lines)}. The old names still work."
    if came:
        yield f"New plugins: {by_kind(came)}."
    if went:
        yield f"Removed plugins: {by_kind(went)}."


def by_kind(names: "Iterable[tuple[str, ...]]") -> str:
    """Return `callbacks a, b; datasets c` of kinds and names."""
    found: dict[str, list[str]] = {}
    for plural, name, *_ in sorted(names):
        found.setdefault(plural, []).append(name)
    return "; ".join(f"{plural} {', '.join(each)}" for plural, each in found.items())


def _versions(found: set[Plugin]) -> dict[str, str]:
    pairs = (owner.partition("==") for _, _, owner in found)
    return {name: version for name, _, version in pairs}
