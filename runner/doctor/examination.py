"""Examines every installed plugin and the environment.

Plugins are only imported in child processes.
"""

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from importlib.metadata import version
from typing import Any

from zookit import child_process, isolation
from zookit.doctor import probes
from zookit.doctor.environment import examine_environment
from zookit.doctor.finding import Finding
from zookit.doctor.models import examine_model
from zookit.doctor.report import PluginReport, Report
from zookit.doctor.requirements import (
    offering_distributions,
    requirements_not_met,
    unknown_groups,
)
from zookit.isolation import Call, CallResult, Stack, call_all
from zookit.registry import Entry, Group, Registry
from zookit.registry import entry as registry_entry
from zookit.registry.frames import line_in

SLOW = 1.0
"""Seconds that a plugin's import may take, without what zookit itself imports."""
TENSORFLOW_SECONDS = 120
"""Seconds that TensorFlow's import may take. From a cold disk it can take half of that."""


Watch = Callable[[int], AbstractContextManager[Callable[[], None]]]
"""Called with the number of calls; a context that yields a function to call after each."""


def examine(registry: Registry, seconds: float, watch: Watch) -> Report:
    """Examine all plugins of the registry and the environment.

    Args:
        registry: the registry of the plugins.
        seconds: how long one plugin may take to load before its process is killed.
        watch: receives the progress.
    """
    entries = [
        (group, entry)
        for group in registry.groups()
        for entry in group.entries()
        if not group.kind.is_data
    ]
    limit = max(seconds, TENSORFLOW_SECONDS)
    tensorflow, results = _load([entry for _, entry in entries], seconds, limit, watch)
    environment, findings = examine_environment(tensorflow, limit)
    findings += [
        Finding("unreadable", f"{each.distribution}: {each.reason}.", each.advice)
        for each in registry.problems
    ]
    offering = offering_distributions()
    findings += unknown_groups(offering, frozenset(each.kind.group for each in registry.groups()))
    unmet = requirements_not_met(offering)
    plugins = [
        _report(group, entry, unmet.get(entry.distribution, []), each, seconds)
        for (group, entry), each in zip(entries, results, strict=True)
    ]
    models = list(_models(registry, unmet, watch))
    blocked = [
        PluginReport(entry, (_BLOCKED,)) for group in registry.groups() for entry in group.blocked()
    ]
    return Report(environment, (*plugins, *models, *blocked), tuple(findings))


def _models(
    registry: Registry, unmet: Mapping[str, list[str]], watch: Watch
) -> Iterator[PluginReport]:
    """Examine the installed models, which nothing imports."""
    entries = registry.models.entries()
    with watch(len(entries)) as done:
        for entry in entries:
            found = (
                *(_incompatible(entry, each) for each in unmet.get(entry.distribution, [])),
                *examine_model(entry, registry),
                *_ambiguous(registry.models, entry),
            )
            done()
            yield PluginReport(entry, found)


def _load(
    plugins: Sequence[Entry[Any]], seconds: float, limit: float, watch: Watch
) -> tuple[CallResult, list[CallResult]]:
    """Import TensorFlow, and load each plugin.

    The plugins of a distribution are loaded in one process. Unless all is well there, each of them
    is then loaded in a process of its own, which shows whose fault it is.
    """
    by_owner: dict[str, list[int]] = {}
    for at, entry in enumerate(plugins):
        by_owner.setdefault(entry.owner, []).append(at)
    together = list(by_owner.values())
    calls = [
        Call("zookit.doctor.probes:import_tensorflow", None, limit),
        *(_loading([plugins[at] for at in each], seconds) for each in together),
    ]
    with watch(len(calls)) as done:
        tensorflow, *loaded = call_all(calls, done)
    results = {
        at: one
        for each, result in zip(together, loaded, strict=True)
        if _is_settled(result, len(each))
        for at, one in zip(each, _apart(result, len(each)), strict=True)
    }
    rest = [at for at in range(len(plugins)) if at not in results]
    if rest:
        with watch(len(rest)) as done:
            again = call_all([_loading([plugins[at]], seconds) for at in rest], done)
        results |= {at: _apart(each, 1)[0] for at, each in zip(rest, again, strict=True)}
    return tensorflow, [results[at] for at in range(len(plugins))]


def _loading(plugins: Sequence[Entry[Any]], seconds: float) -> Call:
    declared = [asdict(entry.declared) for entry in plugins]
    return Call("zookit.doctor.probes:load", declared, seconds)


def _apart(result: CallResult, plugins: int) -> list[CallResult]:
    """Return one result for each plugin of a call."""
    return [replace(result, answer=each) for each in result.answer or [None] * plugins]


def _is_settled(result: CallResult, plugins: int) -> bool:
    """Return whether nothing more can be learnt about the plugins of a call.

    One that was slow by itself is tried again: Python may have compiled it, or the machine may have
    been busy.
    """
    answers = result.answer or []
    if plugins == 1:
        return not (answers and _is_slow(answers[0]) and not answers[0]["heavy"])
    fine = not result.timed_out and result.exit_code == 0 and answers
    return bool(fine) and not any(
        "reason" in each or each["heavy"] or _is_slow(each) for each in answers
    )


def _is_slow(answer: dict[str, Any] | None) -> bool:
    return answer is not None and answer.get("seconds", 0) > SLOW


_BLOCKED = Finding(
    "blocked",
    "is blocked by ZOOKIT_DISABLE or --no-plugin.",
    "To use it, remove it from there.",
)


def _report(
    group: Group[Any], entry: Entry[Any], unmet: list[str], result: CallResult, limit: float
) -> PluginReport:
    answer = result.answer or {}
    findings = [
        *(_incompatible(entry, requirement) for requirement in unmet),
        *_loading_findings(entry, result, limit),
        *_ambiguous(group, entry),
        *_harmless(answer),
    ]
    return PluginReport(entry, tuple(findings), answer.get("seconds"), answer.get("data"))


def _loading_findings(entry: Entry[Any], ended: CallResult, limit: float) -> Iterator[Finding]:
    """Yield the reasons why the plugin cannot be used."""
    block = f"block it: zookit --no-plugin {entry.full_name} ..."
    fix = f"Upgrade or uninstall {entry.declared.distribution}, or {block}"
    answer = ended.answer or {}
    if "reason" in answer:  # which says how to fix it
        place = _place(answer["stack"], entry)
        yield Finding("broken", answer["reason"], f"Or {block}", *place)
    elif ended.timed_out and answer:
        reason = "keeps the process from ending after its import, as a thread can."
        yield Finding("hanging", reason, fix, *_place(ended.stack, entry))
    elif ended.timed_out:
        reason = f"was not imported within {limit:g} s."
        advice = f"Allow more time with --timeout. {fix}"
        yield Finding("hanging", reason, advice, *_place(ended.stack, entry))
    elif not answer or ended.exit_code != 0:
        when = "at exit, after importing it," if answer else "when it is imported,"
        reason = f"ends the process {when} {ended.ending}."
        see = f'To see its output: {sys.executable} -c "import {entry.module}".'
        yield Finding("broken", reason, f"{see} {fix}", *_place(ended.stack, entry))


def _incompatible(entry: Entry[Any], requirement: str) -> Finding:
    owner, installed = entry.declared.distribution, version("zookit")
    return Finding(
        "incompatible",
        f"needs another version of zookit: {owner} requires {requirement!r}, but {installed} is "
        "installed.",
        f"Install another version of zookit or of {owner}.",
    )


def _ambiguous(group: Group[Any], entry: Entry[Any]) -> Iterator[Finding]:
    namesakes = [each.owner for each in group.entries() if each.name == entry.name]
    others = [owner for owner in dict.fromkeys(namesakes) if owner != entry.owner]
    if others:
        yield Finding(
            "ambiguous",
            f"has the same name as a plugin of {' and '.join(others)}.",
            f"Write {entry.full_name} to use this one, or block the other: "
            "zookit --no-plugin DISTRIBUTION/NAME ...",
        )
    if namesakes.count(entry.owner) > 1:
        reason = "is declared twice, so neither can be used."
        yield Finding("ambiguous", reason, "Report this to the plugin's author.")


def _harmless(answer: dict[str, Any]) -> Iterator[Finding]:
    """Yield the findings on a plugin that works."""
    heavy = " and ".join(answer.get("heavy", ()))
    if heavy or _is_slow(answer):
        because = f", because it imports {heavy} at module level" if heavy else ""
        yield Finding(
            "slow",
            f"takes {answer['seconds']:.1f} s to import{because}. 'zookit show' and completion of "
            "its parameters wait for that.",
            "Report this to the plugin's author: heavy imports belong in the methods that need "
            "them.",
        )
    if answer.get("missing"):
        packages = " ".join(f"'{each}'" for each in answer["missing"])
        yield Finding(
            "incomplete",
            "needs a package that is not installed.",
            f"To use it: {sys.executable} -m pip install {packages}",
        )


def _place(stack: Stack, entry: Entry[Any]) -> tuple[str, int]:
    """The innermost line in the plugin's own package, or else in any code that is not zookit's."""
    ours = {each.__file__ for each in (child_process, isolation, probes, registry_entry, importlib)}
    lines = [(file, line) for file, line in stack if file not in ours and not file.startswith("<")]
    return line_in(lines, entry.module) or next(iter(lines), ("", 0))
