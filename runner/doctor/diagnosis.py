"""Prints what `zookit doctor` has found."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from zookit.core.messages import counted
from zookit.tables import facts

if TYPE_CHECKING:
    from zookit.console import Console
    from zookit.doctor.environment import Environment
    from zookit.doctor.finding import Finding
    from zookit.doctor.report import PluginReport, Report

_WIDTH = 12
_AVAILABILITY = {
    "named": "full, in ZOOKIT_DATA_DIR: {folder}",
    "local": "your own files, in ZOOKIT_DATA_DIR: {folder}",
    "prepared": "full, prepared: {folder}",
    "system": "full, installed on this system: {folder}",
    "downloaded": "full, downloaded: {folder}",
    "sample": "the bundled sample; for the full set: zookit data fetch {name}",
    "absent": "not available; to download it: zookit data fetch {name}",
}


def print_report(console: "Console", report: "Report") -> None:
    """Print the environment, what works, and what does not work, with the verdict last."""
    environment = report.environment
    console.print(facts(_padded((*_environment(environment), *_data(report.plugins)))))
    console.print()
    plugins = [
        *((("works", f"{owner}: {names}")) for owner, names in _names(report.plugins, "works")),
        *(
            ("blocked", f"{owner}: {names} (by ZOOKIT_DISABLE or --no-plugin)")
            for owner, names in _names(report.plugins, "blocked")
        ),
    ]
    console.print(facts(_padded(plugins)))
    found = [
        (finding, f"{each.entry.kind.singular} {each.entry.name} of {each.entry.owner} ")
        for each in report.plugins
        for finding in each.findings
        if finding.state != "blocked"
    ]
    found += [(finding, "") for finding in report.findings]
    for finding, subject in sorted(found, key=lambda each: each[0].is_fault):
        _print_finding(console, finding, subject)
    console.print(
        f"\nA package that is not listed here is not installed in {environment.prefix}. To install "
        f"it there: {environment.python} -m pip install NAME",
        soft_wrap=True,
    )
    console.print(_verdict(report))


def _padded(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pairs with names of one width, so that all blocks of the report are aligned."""
    return [(f"{name:{_WIDTH}}", value) for name, value in pairs]


def _environment(environment: "Environment") -> Iterator[tuple[str, str]]:
    notes = {"python": f" in {environment.prefix}"}
    if environment.seconds is not None:
        notes["tensorflow"] = f", imported in {environment.seconds:.1f} s"
    for package, version in environment.versions.items():
        yield package, f"{version}{notes.get(package, '')}"
    yield "devices", ", ".join(environment.devices) or "unknown"
    writable = "" if environment.cache_is_writable else ", not writable"
    yield "cache", f"{environment.cache}, {environment.cache_size / 1e6:.1f} MB{writable}"


def _data(plugins: Sequence["PluginReport"]) -> Iterator[tuple[str, str]]:
    label = "data"
    for plugin in plugins:
        if plugin.data is not None:
            name, folder = plugin.entry.name, plugin.data.get("folder")
            where = _AVAILABILITY[plugin.data["state"]].format(folder=folder, name=name)
            yield label, f"{name}: {where}"
            label = ""


def _names(plugins: Sequence["PluginReport"], state: str) -> Iterator[tuple[str, str]]:
    """Each package with the names of its plugins that are in this state."""
    by_owner: dict[str, list[str]] = defaultdict(list)
    for plugin in plugins:
        if plugin.state == state:
            by_owner[plugin.entry.owner].append(plugin.entry.name)
    for owner, names in sorted(by_owner.items()):
        yield owner, ", ".join(names)


def _print_finding(console: "Console", finding: "Finding", subject: str) -> None:
    where = f"{finding.file}:{finding.line}" if finding.line else finding.file
    lines = [f"{subject}{finding.reason}", where and f"at {where}", finding.advice]
    label = Text(f"{finding.state:{_WIDTH}}", "bold red" if finding.is_fault else "yellow")
    console.print()
    # Whole lines: the advice is there to copy.
    for line in filter(None, lines):
        console.print(Text.assemble(label, "  ", line), soft_wrap=True)
        label = Text(" " * _WIDTH)


def _verdict(report: "Report") -> Text:
    total = counted(len(report.plugins), "plugin")
    if report.ok:
        return Text(f"No problems found. {total} examined.", "bold green")
    plugins = sum(not plugin.ok for plugin in report.plugins)
    others = sum(finding.is_fault for finding in report.findings)
    more = f" and {counted(others, 'other problem')}" if others else ""
    return Text(f"Problems found: {plugins} of {total}{more}.", "bold red")
