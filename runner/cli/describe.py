"""What `zookit show` prints about a component."""

import inspect
import shlex
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from zookit.core import Dataset, DataUnavailable, Words
from zookit.core.old_names import former_names_of, renames_of
from zookit.registry import default
from zookit.tables import facts, table

if TYPE_CHECKING:
    from zookit.console import Console
    from zookit.registry import Built, Components, Entry

_NAMED = 100
"""The most classes of a data set that are named."""


def describe(console: "Console", group: "Components[Any]", words: str) -> None:
    """Print a component's owner, docstring and parameters, and the facts about a data set.

    Raises BadParameter if the parameters in the words are not valid, and BrokenPlugin if the facts
    are not.
    """
    parsed = Words.parse(default.words(words))
    entry = group[parsed.name]
    for line in group.old_name_in(parsed.name):
        console.print(Text(f"{line}."))
    required = any(parameter.default is None for parameter in entry.parameters)
    # A data set cannot be built without its required parameters.
    built = None if required and not parsed.items else group.build(words)
    found = _facts(built) if built and isinstance(built.component, Dataset) else ()
    _describe_entry(console, entry)
    if found:
        console.print()
        console.print(facts([(name, fact) for name, fact in found if fact]))


def describe_layers(words: str, on: str) -> None:
    """Print the layers of an architecture on a data set, as Keras summarizes them."""
    from zookit.core import Preference
    from zookit.modeling.model import build_model
    from zookit.modeling.runtime import start_runtime
    from zookit.training.resolve import compose

    composition = compose(on, words)
    settings = composition.experiment.settings
    with start_runtime(
        precision=settings.precision,
        preference=Preference(),
        threads=None,
    ):
        print()
        info = composition.dataset.info
        build_model(info, composition.architecture, settings.normalize).summary()


def _describe_entry(console: "Console", entry: "Entry[Any]") -> None:
    heading = f"{entry.name}: {entry.kind.singular} of {entry.owner} ({entry.location})"
    console.print(Text(heading, "bold"))
    for paragraph in _paragraphs(inspect.getdoc(entry.load()) or ""):
        console.print(Text(paragraph))
        console.print()
    if entry.parameters:
        _describe_parameters(console, entry)
    else:
        console.print("It has no parameters.")
    names = [f"{old} (now {new})" for old, new in renames_of(entry.load()).items()]
    names += [f"{old} (now {entry.name})" for old in former_names_of(entry.load())]
    if names:
        console.print(Text(f"Old names: {', '.join(names)}."))


def _describe_parameters(console: "Console", entry: "Entry[Any]") -> None:
    rows = [
        (
            parameter.name,
            "(required)" if parameter.default is None else parameter.default or "(none)",
            parameter.type,
            parameter.meaning,
        )
        for parameter in entry.parameters
    ]
    columns = ("parameter", "default", "type", "meaning")
    console.print(table(columns, rows, whole=("parameter",)))


def _paragraphs(docstring: str) -> Iterator[str]:
    """Yield the paragraphs, as one line each unless they are indented, as lists and code are."""
    for paragraph in docstring.split("\n\n"):
        lines = paragraph.split("\n")
        indented = any(line.startswith(" ") for line in lines)
        yield paragraph if indented else " ".join(lines)


def _facts(built: "Built[Dataset]") -> Sequence[tuple[str, str]]:
    from zookit.data.dataset_info import checked_info  # brings NumPy in
    from zookit.data.fetching import fetched

    try:
        info = checked_info(fetched(built, offline=True).component)
    except DataUnavailable:
        command = f"zookit data fetch {shlex.quote(built.spec.short_words)}"
        return (("data", f"not on this machine; to download it: {command}"),)
    sizes = ", ".join(f"{size:,} {name}" for name, size in info.sizes.items())
    names, rest = info.class_names[:_NAMED], len(info.class_names) - _NAMED
    more = f" and {rest:,} more" if rest > 0 else ""
    return (
        ("task", info.task),
        ("images", " x ".join(map(str, info.image_shape)) + ", uint8"),
        ("classes", f"{len(info.class_names):,}: {', '.join(names)}{more}"),
        ("sizes", sizes or "unknown until it is loaded"),
        ("sample", "bundled" if built.component.sample else "none"),
        ("license", info.license),
        ("citation", info.citation),
        ("homepage", info.homepage),
    )
