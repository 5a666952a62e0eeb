"""What `zookit doctor` tells, for people and as plain values."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console

    from zookit.doctor.environment import Surroundings
    from zookit.doctor.examination import Examined, Report
    from zookit.doctor.finding import Finding

_WIDTH = 12
_PRESENCE = {
    "named": "full, in ZOOKIT_DATA_DIR",
    "local": "files of yours, in ZOOKIT_DATA_DIR",
    "prepared": "full, prepared",
    "system": "full, of the system",
    "downloaded": "full, downloaded",
    "sample": "only the bundled sample; to have the full set: zookit data fetch",
    "absent": "not here; to have it: zookit data fetch",
}


def diagnose(console: "Console", report: "Report") -> None:
    """Print it: the environment, what works, and then what does not, where it is seen."""
    known = report.surroundings
    for name, fact in (*_facts(known), *_data(report.plugins)):
        console.print(Text(f"{name:{_WIDTH}}  {fact}"))
    console.print()
    for state, why in (("works", ""), ("blocked", "  (by ZOOKIT_DISABLE or --no-plugin)")):
        for owner, names in _names(report.plugins, state):
            console.print(Text(f"{state:{_WIDTH}}  {owner}: {names}{why}"))
    found = [
        (finding, f"{each.entry.kind.singular} {each.entry.name} of {each.entry.owner} ")
        for each in report.plugins
        for finding in each.findings
        if finding.state != "blocked"
    ]
    found += [(finding, "") for finding in report.findings]
    for finding, subject in sorted(found, key=lambda each: each[0].is_fault):
        _print(console, finding, subject)
    console.print(
        Text(
            f"\nWhat is not named here is not installed in {known.prefix}; to install it there: "
            f"{known.python} -m pip install NAME"
        )
    )
    console.print(_verdict(report))


def plain(report: "Report") -> dict[str, Any]:
    """The whole report as JSON has it."""
    return {
        "format": 1,
        "well": report.is_well,
        "environment": asdict(report.surroundings),
        "findings": [_plain_finding(each) for each in report.findings],
        "plugins": [
            {
                "kind": each.entry.kind.plural,
                "name": each.entry.name,
                "full_name": each.entry.full_name,
                "owner": each.entry.owner,
                "defined_in": each.entry.value,
                "state": each.state,
                "well": each.is_well,
                "findings": [_plain_finding(finding) for finding in each.findings],
                "seconds": each.seconds,
                "data": each.data,
            }
            for each in report.plugins
        ],
    }


def _plain_finding(finding: "Finding") -> dict[str, Any]:
    return {
        **asdict(finding),
        "fault": finding.is_fault,
        "file": finding.file or None,
        "line": finding.line or None,
    }


def _facts(known: "Surroundings") -> Iterator[tuple[str, str]]:
    notes = {"python": f" in {known.prefix}"}
    if known.seconds is not None:
        notes["tensorflow"] = f", imported in {known.seconds:.1f} s"
    for package, version in known.versions.items():
        yield package, f"{version}{notes.get(package, '')}"
    yield "devices", ", ".join(known.devices) or "unknown"
    writable = "" if known.cache_is_writable else ", cannot be written"
    yield "cache", f"{known.cache}, {known.cache_size / 1e6:.1f} MB{writable}"


def _data(plugins: Sequence["Examined"]) -> Iterator[tuple[str, str]]:
    label = "data"
    for plugin in plugins:
        if plugin.data is not None:
            told = _PRESENCE[plugin.data["state"]]
            rest = (
                f": {plugin.data['folder']}" if "folder" in plugin.data else f" {plugin.entry.name}"
            )
            yield label, f"{plugin.entry.name}: {told}{rest}"
            label = ""


def _names(plugins: Sequence["Examined"], state: str) -> Iterator[tuple[str, str]]:
    """Each package with the names of its plugins that are in this state."""
    by_owner: dict[str, list[str]] = defaultdict(list)
    for plugin in plugins:
        if plugin.state == state:
            by_owner[plugin.entry.owner].append(plugin.entry.name)
    for owner, names in sorted(by_owner.items()):
        yield owner, ", ".join(names)


def _print(console: "Console", finding: "Finding", subject: str) -> None:
    label = Text(f"{finding.state:{_WIDTH}}  ", "bold red" if finding.is_fault else "yellow")
    console.print(Text("\n") + label + Text(f"{subject}{finding.reason}"))
    where = f"{finding.file}:{finding.line}" if finding.line else finding.file
    for line in (where and f"at {where}", finding.advice):
        if line:
            console.print(Text(f"{'':{_WIDTH}}  {line}"))


def _verdict(report: "Report") -> Text:
    count = len(report.plugins)
    if report.is_well:
        return Text(f"All is well: {count} plugins.", "bold green")
    ill = sum(not plugin.is_well for plugin in report.plugins)
    more = sum(finding.is_fault for finding in report.findings)
    besides = f", and {more} more {'fault' if more == 1 else 'faults'}" if more else ""
    return Text(f"Not well: {ill} of {count} plugins{besides}.", "bold red")
