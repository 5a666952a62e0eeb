"""`zookit list`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from zookit.cli.completion import kinds
from zookit.cli.json_output import json_option, print_json
from zookit.core import UnknownName, warn
from zookit.core.errors import did_you_mean
from zookit.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zookit.registry import Group


def list_components(
    kind: Annotated[
        str | None,
        typer.Argument(
            metavar="[KIND]",
            help=f"{', '.join(kind.plural for kind in Registry.kinds())}. [default: all]",
            autocompletion=kinds,
        ),
    ] = None,
    as_json: Annotated[bool, json_option()] = False,
) -> None:
    """List the installed plugins with a line about each, without importing them."""
    shown = groups_of(kind)
    problems = {problem for group in shown.values() for problem in group.problems}
    for problem in sorted(problems, key=str):
        warn(f"{problem.distribution}: {problem.reason}. {problem.advice}")
    if as_json:
        print_json({name: _plain(group) for name, group in shown.items()})
        return
    # Neither --help nor completion needs Rich.
    from rich.padding import Padding
    from rich.text import Text

    from zookit.tables import output, table

    console = output()
    for name, group in shown.items():
        console.print(Text(name, "bold"))
        entries = table(
            ("name", "summary", "owner", "note"),
            _rows(group),
            whole=("name", "owner"),
            header=False,
        )
        console.print(Padding(entries, (0, 0, 0, 2), expand=False))


def groups_of(kind: str | None) -> "dict[str, Group[Any]]":
    """Return the kinds of plugins to list, all if none is given. Raises UnknownName."""
    from zookit.registry import default

    groups = {group.kind.plural: group for group in default.groups()}
    if kind is not None and kind not in groups:
        raise UnknownName(
            f"no kind named {kind!r}.{did_you_mean(kind, groups)} Available: {', '.join(groups)}."
        )
    return {name: group for name, group in groups.items() if kind in (None, name)}


def _rows(group: "Group[Any]") -> "Iterator[tuple[str, ...]]":
    for entry in group.entries():
        note = f"ambiguous: write {entry.full_name}" if group.is_ambiguous(entry.name) else ""
        yield entry.name, entry.summary, entry.owner, note
    for old, new in group.former_entries().items():
        yield old.name, old.summary, old.owner, f"now {new.name}"
    for entry in group.blocked():
        yield entry.name, entry.summary, entry.owner, "blocked"


def _plain(group: "Group[Any]") -> list[dict[str, Any]]:
    former, blocked = group.former_entries(), group.blocked()
    return [
        {
            "name": entry.name,
            "full_name": entry.full_name,
            "summary": entry.summary,
            "owner": entry.owner,
            "defined_in": entry.location,
            "ambiguous": entry not in blocked and group.is_ambiguous(entry.name),
            "blocked": entry in blocked,
            "now": former[entry].name if entry in former else None,
        }
        for entry in (*group.entries(), *former, *blocked)
    ]
