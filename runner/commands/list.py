"""`zookit list`."""

import json
from typing import Annotated, Any

import typer

from zookit.core import UnknownName, warn
from zookit.core.errors import did_you_mean


def list_components(
    kind: Annotated[
        str | None,
        typer.Argument(
            metavar="[KIND]",
            help="datasets, architectures or callbacks; all if not given.",
            autocompletion=lambda: ["datasets", "architectures", "callbacks"],
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
    entries = [entry for group in shown.values() for entry in group.entries()]
    width = max((len(entry.name) for entry in entries), default=0)
    for name, group in shown.items():
        print(name)
        for entry in group.entries():
            mark = "  ambiguous: write " + entry.full_name if group.is_ambiguous(entry.name) else ""
            print(f"  {entry.name:{width}}  {entry.owner}{mark}")


def _plain(group: Any) -> list[dict[str, Any]]:
    return [
        {
            "name": entry.name,
            "full_name": entry.full_name,
            "owner": entry.owner,
            "defined_in": entry.value,
            "ambiguous": group.is_ambiguous(entry.name),
        }
        for entry in group.entries()
    ]
