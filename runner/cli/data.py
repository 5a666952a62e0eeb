"""`zookit data`."""

from typing import Annotated

import typer

from zookit.cli.bare import show_help_without_command
from zookit.cli.completion import words_of
from zookit.core import DataError
from zookit.core.messages import printable

app = typer.Typer(help="Download data sets, and list or clear the cache.")


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
    from zookit.registry import default
    from zookit.tables import output, table
    from zookit.terminal import bar

    for words in datasets:
        default.datasets.build(words)  # a wrong name is an error before anything is downloaded
    console = output()
    for words in datasets:
        _, prepared = prepare_named(words, "full", bar)
        splits = prepared.splits.by_name()
        sizes = ", ".join(f"{len(split):,} {name}" for name, split in splits.items())
        row = (words, prepared.origin, sizes)
        console.print(table(("data set", "origin", "images"), [row], header=False))


@app.command("list")
def list_cache() -> None:
    """List what the cache contains, with its size."""
    # Neither --help nor completion needs these.
    from zookit.core.data import cache_folder
    from zookit.data.cache_contents import cache_entries
    from zookit.tables import output, table

    entries = cache_entries()
    if not entries:
        print(f"the cache {printable(cache_folder())} is empty")
        return
    rows = [
        (entry.title, entry.kind, f"{entry.size / 1e6:,.1f}", str(entry.folder))
        for entry in entries
    ]
    columns = ("data set", "content", "MB", "folder")
    output().print(table(columns, rows, numbers=("MB",), whole=("data set", "content")))


@app.command()
def clear(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...", help="Data sets, as 'zookit data list' shows them. [default: all]"
        ),
    ] = None,
) -> None:
    """Remove data sets from the cache. They are prepared again when they are needed."""
    from zookit.data.cache_contents import cache_entries, remove

    entries = cache_entries()
    cached = sorted({entry.name for entry in entries})
    chosen = {name.replace("-", "_") for name in names or cached}
    for name in names or ():
        if name.replace("-", "_") not in cached:
            raise DataError(
                f"{name!r} is not in the cache, which contains: {', '.join(cached) or 'nothing'}."
            )
    for entry in entries:
        if entry.name in chosen:
            remove(entry)
            print(f"removed {printable(entry.folder)}")
