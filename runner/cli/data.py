"""`zookit data`: what is kept of data sets."""

from typing import Annotated

import typer

from zookit.cli.bare import show_help_without_command
from zookit.cli.completion import words_of
from zookit.core import DataError

app = typer.Typer(help="Fetch data sets, list what is kept of them, and clear it.")


@app.callback(invoke_without_command=True)
def _root(context: typer.Context) -> None:
    show_help_without_command(context)


@app.command()
def fetch(
    datasets: Annotated[
        list[str],
        typer.Argument(metavar="DATASET...", autocompletion=words_of("datasets")),
    ],
) -> None:
    """Get full data sets and prepare them, so that runs need no network."""
    from zookit.data.prepared import prepare_named
    from zookit.registry import default
    from zookit.terminal import bar

    for words in datasets:
        default.datasets.build(words)  # a wrong name is told before anything is fetched
    for words in datasets:
        _, prepared = prepare_named(words, "full", bar)
        splits = prepared.splits.by_name()
        sizes = ", ".join(f"{len(split):,} {name}" for name, split in splits.items())
        print(f"{words}  {prepared.origin}  {sizes}")


@app.command("list")
def list_kept() -> None:
    """List what is kept, with its size."""
    from zookit.core.data import cache_folder
    from zookit.data.cache_contents import cache_entries

    everything = cache_entries()
    width = max((len(each.title) for each in everything), default=0)
    for each in everything:
        print(f"{each.title:{width}}  {each.kind:9}  {each.size / 1e6:8.1f} MB  {each.folder}")
    if not everything:
        print(f"nothing is kept in {cache_folder()}")


@app.command()
def clear(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="As 'zookit data list' shows it; else all."),
    ] = None,
) -> None:
    """Remove what is kept. It is fetched or prepared anew when it is needed."""
    from zookit.data.cache_contents import cache_entries, remove

    everything = cache_entries()
    known = sorted({each.name for each in everything})
    wanted = {name.replace("-", "_") for name in names or known}
    for name in names or ():
        if name.replace("-", "_") not in known:
            raise DataError(
                f"nothing called {name!r} is kept. Kept: {', '.join(known) or 'nothing'}."
            )
    for each in everything:
        if each.name in wanted:
            remove(each)
            print(f"removed {each.folder}")
