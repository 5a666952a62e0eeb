"""`zookit show`."""

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zookit.commands.completion import names_of
from zookit.core import Architecture, BadExperiment, Dataset, UnknownName, Words

if TYPE_CHECKING:
    from rich.console import Console

    from zookit.core.data import Prepared
    from zookit.registry import Entry


def show(
    words: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A data set, an architecture or a callback, with parameters if you like.",
            autocompletion=names_of("datasets", "architectures", "callbacks"),
        ),
    ],
    on: Annotated[
        str | None,
        typer.Option(
            metavar="DATASET",
            help="For an architecture: the layers it has on this data set.",
            autocompletion=names_of("datasets"),
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
        str, typer.Option(metavar="auto|full|sample", help="Which images --image and --sheet take.")
    ] = "auto",
) -> None:
    """Show a component: its parameters, its owner, and what it is."""
    from rich.console import Console

    entry = _entry(Words.parse(words))
    component = entry.load()
    _refuse_misplaced(entry, component, on, image, values, sheet)
    console = Console(soft_wrap=True)
    if image is None and sheet is None:
        _describe(console, entry)
        if issubclass(component, Dataset):
            _describe_dataset(console, words)
        if on is not None:
            _describe_layers(words, on)
        return
    prepared, dataset, name = _prepared(words, data)
    if image is not None:
        from zookit.pictures import draw

        draw(console, prepared.splits.train, image, dataset.info, values=values)
    if sheet is not None:
        from zookit.pictures import write_sheet

        write_sheet(sheet, prepared.splits.train, dataset.info)
        console.print(f"{name}: {prepared.word} images in {sheet}", markup=False)


def _entry(words: Words) -> "Entry[Any]":
    from zookit.core.errors import did_you_mean
    from zookit.registry import default

    for group in default.groups():
        if words.name in group:
            return group[words.name]
    known = [name for group in default.groups() for name in group]
    raise UnknownName(
        f"nothing is called {words.name!r}.{did_you_mean(words.name, known)} "
        f"Installed: {', '.join(known)}."
    )


def _refuse_misplaced(
    entry: "Entry[Any]",
    component: type,
    on: str | None,
    image: int | None,
    values: bool,
    sheet: Path | None,
) -> None:
    is_a = f"{entry.name} is one of the {entry.kind.plural}"
    if on is not None and not issubclass(component, Architecture):
        raise BadExperiment(f"--on is for architectures, but {is_a}. Leave --on out.")
    if (image is not None or sheet is not None) and not issubclass(component, Dataset):
        raise BadExperiment(f"--image and --sheet are for data sets, but {is_a}. Leave them out.")
    if values and image is None:
        raise BadExperiment("--values prints one image's numbers. Name it with --image N.")


def _describe(console: "Console", entry: "Entry[Any]") -> None:
    from rich.table import Table
    from rich.text import Text

    console.print(Text(f"{entry.name}: {entry.kind.singular} of {entry.owner} ({entry.value})"))
    console.print(Text(inspect.getdoc(entry.load()) or ""))
    if not entry.parameters:
        console.print("\nIt takes no parameters.")
        return
    table = Table(title=None, box=None, padding=(0, 2, 0, 0), header_style="bold")
    for heading in ("parameter", "default", "type", "meaning"):
        table.add_column(heading, overflow="fold")
    for parameter in entry.parameters:
        default = "(must be given)" if parameter.default is None else parameter.default
        cells = (parameter.name, default or "(none)", parameter.type, parameter.meaning)
        table.add_row(*(Text(cell) for cell in cells))
    console.print()
    console.print(table)


def _describe_dataset(console: "Console", words: str) -> None:
    from rich.table import Table
    from rich.text import Text

    from zookit.registry import default

    # Its info may need parameters that were not given, as a folder's does.
    entry = default.datasets[Words.parse(words).name]
    required = [each.name for each in entry.parameters if each.default is None]
    if required and not Words.parse(words).items:
        return
    dataset, _, _ = default.datasets.build(words)
    info = dataset.info
    sizes = ", ".join(f"{size:,} {name}" for name, size in info.sizes.items())
    facts = {
        "task": info.task,
        "images": " x ".join(map(str, info.image_shape)) + ", uint8",
        "classes": f"{len(info.class_names)}: {', '.join(info.class_names)}",
        "sizes": sizes or "known once loaded",
        "sample": "bundled" if dataset.sample else "none",
        "licence": info.license,
        "citation": info.citation,
        "homepage": info.homepage,
    }
    table = Table.grid(padding=(0, 2))
    for name, fact in facts.items():
        if fact:
            table.add_row(name, Text(fact))
    console.print()
    console.print(table)


def _describe_layers(words: str, on: str) -> None:
    from zookit.composition import compose
    from zookit.engine import engine
    from zookit.model import build_model

    composition = compose(on, words)
    with engine(composition.experiment.settings):
        model = build_model(
            composition.dataset.info, composition.architecture, composition.experiment.settings
        )
        print()
        model.summary()


def _prepared(words: str, data: str) -> "tuple[Prepared, Dataset, str]":
    from zookit.console import bar
    from zookit.core import Settings
    from zookit.core.data import prepare
    from zookit.core.parameters import create
    from zookit.registry import default

    want = create(Settings, {"data": data}, "show").data
    dataset, chosen, owner = default.datasets.build(words)
    name = chosen.name.rpartition("/")[2]
    return prepare(dataset, want, name, owner or "", bar), dataset, name
