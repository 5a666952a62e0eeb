"""Proposes other components, folders of images and runs. Each proposal may be wrong."""

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise, takewhile
from os.path import isdir, isfile  # which take any text, unlike those of Path
from pathlib import Path
from typing import Any

from zookit.cli.corrections.line import Line, Part
from zookit.cli.run_argument import RUNS_DIR
from zookit.core import ZookitError
from zookit.core.declaration import KINDS
from zookit.core.errors import folded
from zookit.runs.naming import LATEST

_LONGEST_PHRASE = 5
"""The most words of a component that was written in several words."""


def as_the_error_says(line: Line, error: Exception) -> Iterator[list[str]]:
    """Propose what an error has in place of words, of a value among them, or of an option."""
    found: Any = getattr(error, "correction", None)
    option = "" if found is None else f"--{found.key.replace('_', '-')}"
    if option in line.options and line.part_of(option) is None:
        yield [*line.arguments, option, str(found.instead)]
    for part in line.parts if found is not None and found.received else ():
        suffix = Path(part.value or "").suffix[1:]
        if suffix and part.param is not None and part.option and suffix in line.offered(part.param):
            continue  # a file for --output, as `option_values` knows
        if part.value == found.received:
            yield line.edited({part: part.with_value(found.instead)})
        elif found.key and part.value is not None:
            received = rf"(?<=[:=,{{]){re.escape(found.received)}(?=[,:}}]|$)"
            value = re.sub(received, found.instead, part.value)
            yield line.edited({part: part.with_value(value)})


def joined(line: Line, _: Exception) -> Iterator[list[str]]:
    """Propose one component for the words of one that was written in several words."""
    for first in line.parts:
        following = line.parts[first.at + 1 : first.at + _LONGEST_PHRASE]
        added = list(takewhile(lambda each: not (each.option or line.takers(each.name)), following))
        for kind in line.kinds(first.param):
            for count in range(1, len(added) + 1):
                phrase = [str(each.value) for each in (first, *added[:count])]
                found = kind.correction(" ".join(phrase))
                if found is not None:
                    edits: dict[Part, list[str]] = {each: [] for each in added[:count]}
                    yield line.edited(edits | {first: first.with_value(found.instead)})


def file_alone(line: Line, _: Exception) -> Iterator[list[str]]:
    """Propose the file alone behind --plugin, which `FILE.py:Class` needs not."""
    for at, (option, text) in enumerate(pairwise(line.arguments[: line.start])):
        if option == "--plugin" and ".py:" in text:
            file = f"{text.partition('.py:')[0]}.py"
            yield [*line.arguments[: at + 1], file, *line.arguments[at + 2 :]]


def measured(line: Line, error: Exception) -> Iterator[list[str]]:
    """Propose the metric that a callback monitors."""
    from zookit.training.monitoring import NeverLogged

    if isinstance(error, NeverLogged) and error.metric:
        yield [*line.arguments, "--metric", error.metric]


def adding_first(line: Line, error: Exception) -> Iterator[list[str]]:
    """Propose the callback that adds a value before the one that needs it."""
    from zookit.training.monitoring import AddedTooLate

    name = error.adding if isinstance(error, AddedTooLate) else ""
    for part in line.words:
        if name and part.name.rpartition("/")[2] == name:
            first = next(each for each in line.words if each.param is part.param)
            yield line.edited({first: [*part.arguments, *first.arguments], part: ()})


def of_another_place(line: Line, _: Exception) -> Iterator[list[str]]:
    """Propose the component that a word means, as `EarlyStopping(patience=3)` does, anywhere.

    Its name must be one of another place or option, but for case and separators.
    """
    params = line.command.params if line.command is not None else []
    for part in line.words:
        if line.takers(part.name):
            continue
        name = folded(re.split(r"[\s:=(\[{]", str(part.value))[0])
        for kind in (kind for param in params for kind in line.kinds(param)):
            found = kind.correction(str(part.value)) if name in map(folded, kind) else None
            if found is not None:
                yield line.edited({part: [found.instead]})


def own_images(line: Line, _: Exception) -> Iterator[list[str]]:
    """Propose a folder behind --data as the data set, and other folders near one that is none."""
    from zookit.core.data.image_folder import image_folders_in, image_folders_near

    data = line.part_of("--data")
    for part in line.words[:1]:
        kinds = line.kinds(part.param)
        if data is not None and isdir(str(data.value)):  # noqa: PTH112
            found = (kind.correction(str(data.value)) for kind in kinds)
            yield from (line.edited({part: [each.instead], data: ()}) for each in found if each)
        words = "".join(folder_words(kind[part.name]) for kind in kinds if part.name in kind)
        if not words:
            continue
        key = words.partition(":")[2].rstrip("=")
        text = re.sub(rf"^{key}\s*[=:]\s*", "", str(part.value).partition(":")[2])
        path, *items = re.split("[,:+]", text)
        near = list(image_folders_near(Path(path)) if path else image_folders_in(Path()))
        folders = [Path(path.rstrip("/*")), *near] if path else near if len(near) == 1 else []
        if items and all(map(isdir, (path, *items))):  # the folders of classes
            folders, items = [Path(path).parent], []
        for folder in folders:
            yield line.edited({part: [",".join([f"{words}{folder}", *items])]})
            yield line.edited({part: [f"{words}{folder}"]})


def folder_words(entry: Any) -> str:
    """Return the words of a component as far as its first parameter, if that is a path."""
    with suppress(ZookitError):
        for first in entry.parameters[:1]:
            return f"{entry.name}:{first.name}=" if first.type == KINDS[Path] else ""
    return ""


def one_of_two(line: Line, _: Exception) -> Iterator[list[str]]:
    """Propose one of two ways to say what to train or to predict, or the layers to show."""
    image, file = line.part_of("--image"), line.part_of("--from")
    if line.name == "predict" and image is not None and len(line.words) > 1:
        yield line.edited({image: ()})
    if line.name == "predict" and image is None and len(line.words) == 1:
        yield [*line.arguments, "--image", "0"]
    if file is not None and line.words:
        yield line.with_words(())
    if file is not None:
        folder = Path(file.value or "")
        for each in (folder, *sorted(folder.glob("*-*"), reverse=True)[:1]):
            if isfile(each / "experiment.toml"):  # noqa: PTH113
                yield line.edited({file: file.with_value(str(each / "experiment.toml"))})
    if line.name == "run" and len(line.words) > 1 and "--summary" in line.rest:
        dataset, architecture = (str(each.value) for each in line.words[:2])
        yield ["show", architecture, "--on", dataset]


def trained_model(line: Line, _: Exception) -> Iterator[list[str]]:
    """Propose to start from a model that is named as an architecture: with its own architecture."""
    from zookit.registry import default
    from zookit.runs.models import open_model

    for part in line.words[1:2] if line.name == "run" else ():
        if part.name in default.models:
            with suppress(ZookitError):
                words = open_model(part.name).experiment.architecture.short_words
                init = () if line.part_of("--init") else ("--init", part.name)
                yield [*line.edited({part: [words]}), *init]


def runs(line: Line, _: Exception) -> Iterator[list[str]]:
    """Propose the latest run for the folder of runs, and others for a component or a file."""
    for part in line.words:
        if part.param is None or LATEST not in line.offered(part.param):
            continue
        path = Path(part.value or "")
        if path == RUNS_DIR:
            yield line.edited({part: [LATEST]})
        if isfile(path.parent / "experiment.toml"):  # noqa: PTH113
            yield line.edited({part: [str(path.parent)]})
        stem = str(path).removesuffix("".join(path.suffixes))
        if path.suffix and isdir(line.runs_dir / stem):  # noqa: PTH112 - exported or packed from it
            yield line.edited({part: [stem]})
        found = _run_with(part.name, line.runs_dir)
        if found is not None:
            yield line.edited({part: [found]})


def _run_with(name: str, runs_dir: Path) -> str | None:
    """Return the newest run with a component of this name, a finished one first."""
    from zookit.registry import default
    from zookit.runs.listing import intact_summaries

    found: dict[bool, str] = {}
    if not any(name in kind for kind in default.components()):
        return None
    with suppress(ZookitError):
        for run in intact_summaries(runs_dir):
            if name in [each.short_name for each in run.recipe.experiment.components()]:
                found[run.status == "finished"] = run.name
    return found.get(True, found.get(False))
