"""`zookit data`: what is kept of data sets."""

import shutil
from typing import Annotated

import typer

from zookit.commands.completion import names_of
from zookit.core import DataError, FolderError

app = typer.Typer(
    help="Fetch data sets, list what is kept of them, and clear it.", no_args_is_help=True
)


@app.command()
def fetch(
    datasets: Annotated[
        list[str],
        typer.Argument(metavar="DATASET...", autocompletion=names_of("datasets")),
    ],
) -> None:
    """Get full data sets and prepare them, so that runs need no network."""
    from zookit.console import bar
    from zookit.core.data import prepare
    from zookit.registry import default

    built = [default.datasets.build(words) for words in datasets]
    for dataset, chosen, owner in built:
        name = chosen.name.rpartition("/")[2]
        prepared = prepare(dataset, "full", name, owner or "", bar)
        sizes = ", ".join(f"{len(s):,} {each}" for each, s in prepared.splits.by_name().items())
        print(f"{name}  {prepared.word}  {sizes}")


@app.command("list")
def list_kept() -> None:
    """List what is kept, with its size."""
    from zookit.core.data import cache_folder, kept

    everything = kept()
    width = max((len(each.name) for each in everything), default=0)
    for each in everything:
        print(f"{each.name:{width}}  {each.kind:9}  {each.size / 1e6:8.1f} MB  {each.folder}")
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
    from zookit.core.data import kept

    everything = kept()
    known = {each.name.partition(" ")[0] for each in everything}
    for name in names or ():
        if name not in known:
            raise DataError(f"nothing called {name!r} is kept. Kept: {', '.join(sorted(known))}.")
    for each in everything:
        if not names or each.name.partition(" ")[0] in names:
            try:
                shutil.rmtree(each.folder)
            except OSError as error:
                raise FolderError(
                    f"{each.folder} cannot be removed: {error.strerror or error}."
                ) from None
            print(f"removed {each.folder}")
