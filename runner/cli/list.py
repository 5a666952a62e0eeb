"""`zookit list`."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zookit.cli.completion import kinds
from zookit.core import UnknownName, warn
from zookit.core.errors import did_you_mean

if TYPE_CHECKING:
    from zookit.registry import Group


def list_components(
    kind: Annotated[
        str | None,
        typer.Argument(
            metavar="[KIND]",
            help="datasets, architectures, callbacks, listeners or commands; all if not given.",
            autocompletion=kinds,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List what is installed, from package metadata alone: no plugin is imported."""
    from zookit.registry import default

    groups = {group.kind.plural: group for group in default.groups()}
    if kind is not None and kind not in groups:
        raise UnknownName(
            f"no kind {kind!r}.{did_you_mean(kind, groups)} There are: {', '.join(groups)}."
        )
    shown = {name: group for name, group in groups.items() if kind in (None, name)}
    problems = {problem for group in shown.values() for problem in group.problems}
    for problem in sorted(problems, key=str):
        warn(f"{problem.distribution}: {problem.reason}. Reinstall or uninstall that package.")
    if as_json:
        print(json.dumps({name: _plain(group) for name, group in shown.items()}, indent=2))
        return
    entries = [e for group in shown.values() for e in (*group.entries(), *group.blocked())]
    width = max((len(entry.name) for entry in entries), default=0)
    for name, group in shown.items():
        print(name)
        for entry in group.entries():
            mark = "  ambiguous: write " + entry.full_name if group.is_ambiguous(entry.name) else ""
            print(f"  {entry.name:{width}}  {entry.owner}{mark}")
        for entry in group.blocked():
            print(f"  {entry.name:{width}}  {entry.owner}  blocked")


def _plain(group: "Group[Any]") -> list[dict[str, Any]]:
    blocked = group.blocked()
    return [
        {
            "name": entry.name,
            "full_name": entry.full_name,
            "owner": entry.owner,
            "defined_in": entry.value,
            "ambiguous": entry not in blocked and group.is_ambiguous(entry.name),
            "blocked": entry in blocked,
        }
        for entry in (*group.entries(), *blocked)
    ]
