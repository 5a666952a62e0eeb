"""What `zookit show` tells of a component."""

import inspect
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from zookit.core import Dataset, Words

if TYPE_CHECKING:
    from rich.console import Console

    from zookit.registry import Components, Entry


def describe(console: "Console", group: "Components[Any]", words: str) -> None:
    """A component's owner, docstring and parameters, and for a data set what is known of it.

    Raises BadParameter where the words' parameters do not fit.
    """
    parsed = Words.parse(words)
    entry = group[parsed.name]
    required = any(parameter.default is None for parameter in entry.parameters)
    # Without its parameters a data set that needs some has nothing to tell.
    component = None if required and not parsed.items else group.build(parsed).component
    _describe_entry(console, entry)
    if isinstance(component, Dataset):
        console.print()
        _print_facts(console, _facts(component))


def describe_layers(words: str, on: str) -> None:
    """The layers an architecture has on a data set, as Keras sums them up."""
    from zookit.core import Preference
    from zookit.modeling.model import build_model
    from zookit.modeling.runtime import start_runtime
    from zookit.training.resolve import compose

    composition = compose(on, words)
    settings = composition.experiment.settings
    with start_runtime(
        precision=settings.precision,
        seed=settings.seed,
        preference=Preference(),
        augmented=False,
        threads=None,
    ):
        print()
        info = composition.dataset.info
        build_model(info, composition.architecture, settings.normalize).summary()


def _describe_entry(console: "Console", entry: "Entry[Any]") -> None:
    console.print(Text(f"{entry.name}: {entry.kind.singular} of {entry.owner} ({entry.value})"))
    console.print(Text(inspect.getdoc(entry.load()) or ""))
    if not entry.parameters:
        console.print("\nIt takes no parameters.")
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for heading in ("parameter", "default", "type", "meaning"):
        table.add_column(heading, overflow="fold")
    for parameter in entry.parameters:
        default = "(must be given)" if parameter.default is None else parameter.default
        cells = (parameter.name, default or "(none)", parameter.type, parameter.meaning)
        table.add_row(*map(Text, cells))
    console.print()
    console.print(table)


def _facts(dataset: Dataset) -> Sequence[tuple[str, str]]:
    info = dataset.info
    sizes = ", ".join(f"{size:,} {name}" for name, size in info.sizes.items())
    return (
        ("task", info.task),
        ("images", " x ".join(map(str, info.image_shape)) + ", uint8"),
        ("classes", f"{len(info.class_names)}: {', '.join(info.class_names)}"),
        ("sizes", sizes or "known once loaded"),
        ("sample", "bundled" if dataset.sample else "none"),
        ("licence", info.license),
        ("citation", info.citation),
        ("homepage", info.homepage),
    )


def _print_facts(console: "Console", facts: Sequence[tuple[str, str]]) -> None:
    table = Table.grid(padding=(0, 2))
    for name, fact in facts:
        if fact:
            table.add_row(name, Text(fact))
    console.print(table)
