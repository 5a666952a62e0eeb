"""`zookit show`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zookit.cli.completion import values_of, words_of
from zookit.core import BadExperiment, Settings, UnknownName, Words
from zookit.core.declaration import parameters
from zookit.core.errors import did_you_mean

if TYPE_CHECKING:
    from zookit.registry import Components

_DATA = {setting.name: setting for setting in parameters(Settings)}["data"]


def show(
    words: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A component, with parameters if you like.",
            autocompletion=words_of("datasets", "architectures", "callbacks", "listeners"),
        ),
    ],
    on: Annotated[
        str | None,
        typer.Option(
            metavar="DATASET",
            help="For an architecture: the layers it has on this data set.",
            autocompletion=words_of("datasets"),
        ),
    ] = None,
    image: Annotated[
        int | None,
        typer.Option(metavar="N", help="For a data set: draw training image N, counted from 0."),
    ] = None,
    values: Annotated[
        bool, typer.Option("--values", help="With --image: print its numbers instead.")
    ] = False,
    sheet: Annotated[
        Path | None,
        typer.Option(metavar="FILE.png", help="For a data set: write a picture of many images."),
    ] = None,
    data: Annotated[
        str,
        typer.Option(
            metavar=_DATA.type,
            help="Which images --image and --sheet take.",
            autocompletion=values_of(_DATA),
        ),
    ] = "auto",
) -> None:
    """Show a component: its parameters, its owner, and what it is."""
    from rich.console import Console  # neither --help nor completion gets here

    from zookit.cli.describe import describe, describe_layers

    found = _found(words)
    wanted = _wanted(found, on, image, values, sheet)
    console = Console(soft_wrap=True)
    if image is None and sheet is None:
        for group in wanted:
            describe(console, group, words)
        if on is not None:
            describe_layers(words, on)
        return
    from zookit.core.parameters import create
    from zookit.data.prepared import prepare_named
    from zookit.preview import draw, write_sheet
    from zookit.terminal import bar

    request = create(Settings, {"data": data}, "show").data
    built, prepared = prepare_named(words, request, bar)
    info = built.component.info
    if image is not None:
        draw(console, prepared.splits.train, image, info, values=values)
    if sheet is not None:
        write_sheet(sheet, prepared.splits.train, info)
        console.print(f"{prepared.origin} images in {sheet}", markup=False)


def _found(words: str) -> "list[Components[Any]]":
    """The groups that have the name; more than one where two kinds share it."""
    from zookit.registry import default

    name = Words.parse(words).name
    found = [group for group in default.components() if name in group or group.is_ambiguous(name)]
    if not found:
        known = [each for group in default.components() for each in group]
        reasons = dict.fromkeys(group.why_missing(name) for group in default.components())
        raise UnknownName(
            f"nothing is called {name!r}.{did_you_mean(name, known)} Installed: {', '.join(known)}."
            f"{''.join(reasons)}"
        )
    return found


def _wanted(
    found: "list[Components[Any]]",
    on: str | None,
    image: int | None,
    values: bool,
    sheet: Path | None,
) -> "list[Components[Any]]":
    """Of these the ones that the options are for."""
    kinds = {group.kind.plural: group for group in found}
    are = f"it is one of the {' and the '.join(kinds)}"
    if values and image is None:
        raise BadExperiment("--values prints one image's numbers. Name it with --image N.")
    if on is not None:
        if "architectures" not in kinds:
            raise BadExperiment(f"--on is for architectures, but {are}. Leave --on out.")
        return [kinds["architectures"]]
    if image is not None or sheet is not None:
        if "datasets" not in kinds:
            raise BadExperiment(
                f"--image and --sheet are for data sets, but {are}. Leave them out."
            )
        return [kinds["datasets"]]
    return found
