"""What `zookit doctor` finds out: of every installed plugin, and of what surrounds them.

Nothing of a plugin is imported into this process.
"""

import importlib
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from zookit import child_process, isolation
from zookit.doctor import probes
from zookit.doctor.environment import Surroundings, surroundings
from zookit.doctor.finding import Finding, State
from zookit.doctor.requirements import (
    offering_distributions,
    requirements_not_met,
    unknown_groups,
)
from zookit.isolation import Call, CallResult, Stack, call_all
from zookit.registry import Entry, Group, Registry
from zookit.registry import entry as registry_entry

SLOW = 1.0
"""Seconds a plugin's import may take beyond what zookit itself imports."""
TENSORFLOW_SECONDS = 120
"""Seconds TensorFlow's import may take: from a cold disk it can be half of that."""


@dataclass(frozen=True)
class Examined:
    """A plugin, its findings and the seconds of its import; for a data set where its files are."""

    entry: Entry[Any]
    findings: tuple[Finding, ...]
    seconds: float | None = None
    data: dict[str, str] | None = None

    @property
    def state(self) -> State | Literal["works"]:
        """The state of the finding to be mended first."""
        return self.findings[0].state if self.findings else "works"

    @property
    def is_well(self) -> bool:
        """Whether it has no fault."""
        return not any(finding.is_fault for finding in self.findings)


@dataclass(frozen=True)
class Report:
    """Everything, and whether all is well. `findings` are those of no plugin by itself."""

    surroundings: Surroundings
    plugins: tuple[Examined, ...]
    findings: tuple[Finding, ...]

    @property
    def is_well(self) -> bool:
        """Whether there is no fault."""
        faults = any(finding.is_fault for finding in self.findings)
        return not faults and all(plugin.is_well for plugin in self.plugins)


Watch = Callable[[int], AbstractContextManager[Callable[[], None]]]
"""Called with the number of things to be done; entering it gives what is called after each."""


def examine(registry: Registry, seconds: float, watch: Watch) -> Report:
    """Look at everything.

    Args:
        registry: whose plugins.
        seconds: how long one plugin may take to load; then its process is ended.
        watch: told how far the examination is.
    """
    entries = [(group, entry) for group in registry.groups() for entry in group.entries()]
    limit = max(seconds, TENSORFLOW_SECONDS)
    calls = [
        Call("zookit.doctor.probes:import_tensorflow", None, limit),
        *(
            Call("zookit.doctor.probes:load", asdict(entry.declared), seconds)
            for _, entry in entries
        ),
    ]
    with watch(len(calls)) as done:
        tensorflow, *ended = _all_ended(calls, done)
    known, findings = surroundings(tensorflow, limit)
    findings += [
        Finding("unread", f"{each.distribution}: {each.reason}.", "Reinstall or uninstall it.")
        for each in registry.problems
    ]
    offering = offering_distributions()
    findings += unknown_groups(offering, frozenset(each.kind.group for each in registry.groups()))
    unmet = requirements_not_met(offering)
    plugins = [
        _examined(group, entry, unmet.get(entry.distribution, []), each, seconds)
        for (group, entry), each in zip(entries, ended, strict=True)
    ]
    blocked = [
        Examined(entry, (_BLOCKED,)) for group in registry.groups() for entry in group.blocked()
    ]
    return Report(known, (*plugins, *blocked), tuple(findings))


def _all_ended(calls: Sequence[Call], done: Callable[[], None]) -> list[CallResult]:
    """How each ended; a plugin that seems slow without importing TensorFlow is loaded once more.

    The first time Python may have compiled it, or the disk or the processors were busy.
    """
    all_ended = call_all(calls, done)
    slow = [
        at
        for at, ended in enumerate(all_ended)
        if at and _is_slow(ended.answer) and not ended.answer["heavy"]
    ]
    for at, again in zip(slow, call_all([calls[at] for at in slow], lambda: None), strict=True):
        if again.answer is not None and not _is_slow(again.answer):
            all_ended[at] = again
    return all_ended


def _is_slow(answer: dict[str, Any] | None) -> bool:
    return answer is not None and answer.get("seconds", 0) > SLOW


_BLOCKED = Finding(
    "blocked",
    "is left out, as ZOOKIT_DISABLE or --no-plugin says.",
    "To use it, take it out of these.",
)


def _examined(
    group: Group[Any], entry: Entry[Any], unmet: list[str], ended: CallResult, limit: float
) -> Examined:
    findings = [
        *(_incompatible(entry, requirement) for requirement in unmet),
        *_of_loading(entry, ended, limit),
        *_ambiguous(group, entry),
        *_harmless(ended.answer or {}),
    ]
    answer = ended.answer or {}
    return Examined(entry, tuple(findings), answer.get("seconds"), answer.get("data"))


def _of_loading(entry: Entry[Any], ended: CallResult, limit: float) -> Iterator[Finding]:
    """Why it cannot be used, if it cannot."""
    leave_out = f"leave it out: zookit --no-plugin {entry.full_name} ..."
    mend = f"Upgrade or uninstall {entry.declared.distribution}, or {leave_out}"
    answer = ended.answer or {}
    if "reason" in answer:  # which says how to mend it
        place = _place(answer["stack"], entry)
        yield Finding("broken", answer["reason"], f"Or {leave_out}", *place)
    elif ended.timed_out and answer:
        reason = "is imported, but then keeps the process from ending, as a thread can."
        yield Finding("hanging", reason, mend, *_place(ended.stack, entry))
    elif ended.timed_out:
        reason = f"was not imported within {limit:g} s and was given up."
        advice = f"Give it longer by --timeout. {mend}"
        yield Finding("hanging", reason, advice, *_place(ended.stack, entry))
    elif not answer or ended.exit_code != 0:
        when = "when it ends, after importing it" if answer else "when it is imported"
        reason = f"ends the whole process {when}, {ended.ending}."
        see = f'To see what it prints: {sys.executable} -c "import {_module(entry)}".'
        yield Finding("broken", reason, f"{see} {mend}", *_place(ended.stack, entry))


def _incompatible(entry: Entry[Any], requirement: str) -> Finding:
    owner, installed = entry.declared.distribution, version("zookit")
    return Finding(
        "incompatible",
        f"needs another zookit: {owner} requires {requirement!r}, and {installed} is installed.",
        f"Install another version of zookit or of {owner}.",
    )


def _ambiguous(group: Group[Any], entry: Entry[Any]) -> Iterator[Finding]:
    namesakes = [each.owner for each in group.entries() if each.name == entry.name]
    others = [owner for owner in dict.fromkeys(namesakes) if owner != entry.owner]
    if others:
        yield Finding(
            "ambiguous",
            f"shares its name with that of {' and '.join(others)}.",
            f"Write {entry.full_name} for this one, or leave the other out: "
            "zookit --no-plugin DISTRIBUTION/NAME ...",
        )
    if namesakes.count(entry.owner) > 1:
        reason = "is declared twice, so neither can be chosen."
        yield Finding("ambiguous", reason, "Tell that package's author.")


def _harmless(answer: dict[str, Any]) -> Iterator[Finding]:
    """What is worth knowing of a plugin that works."""
    heavy = " and ".join(answer.get("heavy", ()))
    if heavy or _is_slow(answer):
        since = f", since it imports {heavy} at module level" if heavy else ""
        yield Finding(
            "slow",
            f"takes {answer['seconds']:.1f} s to import{since}; 'zookit show' and completion of "
            "its parameters wait for that.",
            "Tell that package's author: imports belong into the methods that need them.",
        )
    if answer.get("missing"):
        packages = " ".join(f"'{each}'" for each in answer["missing"])
        yield Finding(
            "incomplete",
            "needs a package that is not installed.",
            f"To use it: {sys.executable} -m pip install {packages}",
        )


def _module(entry: Entry[Any]) -> str:
    return entry.value.partition(":")[0]


def _place(stack: Stack, entry: Entry[Any]) -> tuple[str, int]:
    """The innermost line of the plugin's own package, else of whatever is not our doing."""
    ours = {each.__file__ for each in (child_process, isolation, probes, registry_entry, importlib)}
    frames = [(file, line) for file, line in stack if file not in ours and not file.startswith("<")]
    homes = _homes(_module(entry).partition(".")[0])
    own = [frame for frame in frames if any(Path(frame[0]).is_relative_to(home) for home in homes)]
    return next(iter(own or frames), ("", 0))


def _homes(package: str) -> list[str]:
    """The file or folders of a top-level module, which need not be imported for that."""
    try:
        spec = find_spec(package)
    except (ImportError, AttributeError, ValueError):
        return []
    if spec is None:
        return []
    return [*(spec.submodule_search_locations or ()), *([spec.origin] if spec.origin else ())]
