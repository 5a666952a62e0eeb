"""`zookit data`."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from zookit.cli.bare import show_help_without_command
from zookit.cli.completion import words_of
from zookit.cli.plugin_commands import WholeHelp
from zookit.core import DataError
from zookit.core.messages import counted, printable, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zookit.data.cache_contents import CacheEntry

Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[NAME]...", help="Data sets, as 'zookit data list' shows them. [default: all]"
    ),
]

app = typer.Typer(cls=WholeHelp, help="Download data sets, and list or clear the cache.")


@app.callback(invoke_without_command=True)
def _root(context: typer.Context) -> None:
    show_help_without_command(context)


@app.command()
def fetch(
    datasets: Annotated[
        list[str],
        typer.Argument(
            metavar="DATASET...",
            help="Data sets, optionally with parameters.",
            autocompletion=words_of("datasets"),
        ),
    ],
) -> None:
    """Download full data sets and prepare them, so that runs need no network."""
    # Neither --help nor completion needs these.
    from zookit.data.prepared import prepare_named
    from zookit.data.source import no_choice_of_data
    from zookit.registry import default
    from zookit.tables import output, table
    from zookit.terminal import bar

    for words in datasets:
        default.datasets.build(words)  # a wrong name is an error before anything is downloaded
    console = output()
    for words in datasets:
        with no_choice_of_data():
            _, prepared = prepare_named(words, "full", bar)
        splits = prepared.splits.by_name()
        sizes = ", ".join(f"{len(split):,} {name}" for name, split in splits.items())
        row = (words, prepared.origin, sizes)
        console.print(table(("data set", "origin", "images"), [row], header=False))


@app.command("list")
def list_cache() -> None:
    """List what the cache contains, with its size."""
    from zookit.core.data import cache_folder  # neither --help nor completion needs these
    from zookit.data.cache_contents import cache_entries

    entries = cache_entries()
    if entries:
        _print(entries)
    else:
        print(f"the cache {printable(cache_folder())} is empty")
    _mention_earlier_versions()


@app.command()
def verify(names: Names = None) -> None:
    """Read prepared data sets as a whole, and remove those that are damaged.

    They are prepared again when they are needed. A small part is verified whenever a run opens
    them, and everything by 'zookit doctor' too.
    """
    from zookit.data.cache_contents import remove  # neither --help nor completion needs these
    from zookit.data.cache_contents import verify as verify_entry

    damaged = [(entry, reason) for entry in _chosen(names) if (reason := verify_entry(entry))]
    for entry, reason in damaged:
        remove(entry)
        print(f"{printable(reason)} and was removed; it is prepared again when it is needed")
    if damaged:
        raise typer.Exit(1)
    print("no damage found")


@app.command()
def clear(
    names: Names = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove data sets and runs from the cache. They are fetched again when they are needed.

    Only what zookit itself has put there is removed.
    """
    # Neither --help nor completion needs this.
    from zookit.data.cache_contents import check_removable, remove

    check_removable()
    entries = _chosen(names)
    if not entries:
        print("nothing to remove")
    elif not yes and sys.stdin.isatty():
        _print(entries)
        if not typer.confirm("Remove these folders?"):
            raise typer.Exit(1)
    for entry in entries:
        remove(entry)
        print(f"removed {printable(entry.folder)}")
    _mention_earlier_versions()


def _chosen(names: list[str] | None) -> "list[CacheEntry]":
    """Return the entries of these names, or all. Raises DataError if one is not there."""
    from zookit.data.cache_contents import cache_entries

    entries = cache_entries()
    cached = sorted({entry.name for entry in entries})
    known = {name.replace("-", "_") for name in cached}
    for name in names or ():
        if name.replace("-", "_") not in known:
            raise DataError(
                f"{name!r} is not in the cache, which contains: {', '.join(cached) or 'nothing'}."
            )
    chosen = {name.replace("-", "_") for name in names or cached}
    return [entry for entry in entries if entry.name.replace("-", "_") in chosen]


def _print(entries: "Sequence[CacheEntry]") -> None:
    from zookit.tables import output, table

    rows = [
        (entry.title, entry.kind, f"{entry.size / 1e6:,.1f}", str(entry.folder))
        for entry in entries
    ]
    columns = ("name", "content", "MB", "folder")
    output().print(table(columns, rows, numbers=("MB",), whole=("name", "content")))


def _mention_earlier_versions() -> None:
    from zookit.data.cache_contents import left_by_earlier_versions

    left = left_by_earlier_versions()
    if left:
        say(
            f"{left[0].parent} contains {counted(len(left), 'data set')} that an earlier version "
            "prepared. zookit neither uses nor removes them, because the folder is not marked as "
            "its own. Remove them by hand."
        )
