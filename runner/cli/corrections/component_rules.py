"""Proposes other components, folders of images and runs. Each proposal may be wrong."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from zookit.cli.corrections.line import Line, Part
from zookit.cli.run_argument import RUNS_DIR
from zookit.core import ZookitError
from zookit.core.declaration import KINDS
from zookit.runs.naming import LATEST

_LONGEST_PHRASE = 5
"""The most words of a component that was written in several words."""


def as_the_error_says(line: Line, error: Exception) -> Iterator[list[str]]:
    """Propose the words that an error has in place of those of a component."""
    found: Any = getattr(error, "correction", None)
    for part in line.parts if found is not None and not found.key else ():
        if part.value == found.received:
            yield line.edited({part: part.with_value(found.instead)})


def joined(line: Line, _: Exception) -> Iterator[list[str]]:
    """Propose one component for the words of one that was written in several words."""
    for first in line.parts:
        for kind in line.kinds(first.param):
            for count in range(2, _LONGEST_PHRASE + 1):
                parts = line.parts[first.at : first.at + count]
                if len(parts) < count or any(
                    each.option or line.takers(each.name) for each in parts[1:]
                ):
                    break
                found = kind.correction(" ".join(str(each.value) for each in parts))
                if found is not None:
                    edits: dict[Part, list[str]] = {each: [] for each in parts}
                    yield line.edited(edits | {first: first.with_value(found.instead)})


def own_images(line: Line, _: Exception) -> Iterator[list[str]]:
    """Propose a folder behind --data as the data set, and other folders near one that is none."""
    from zookit.core.data.image_folder import image_folders_in, image_folders_near

    for part in line.words[:1]:
        kinds = line.kinds(part.param)
        data = line.part_of("--data") if line.name == "run" else None
        if data is not None and Path(data.value or "").is_dir():
            for found in (kind.correction(str(data.value)) for kind in kinds):
                if found is not None:
                    yield line.edited({part: [found.instead], data: ()})
        entry = next((kind[part.name] for kind in kinds if part.name in kind), None)
        first = _first_parameter(entry)
        if first is None or first.type != KINDS[Path]:
            continue
        text = (part.value or "").partition(":")[2].removeprefix(f"{first.name}=")
        path, *items = re.split(r"[,:]", text)
        near = list(image_folders_near(Path(path)) if path else image_folders_in(Path()))
        folders = [Path(path), *near] if items and path else near
        if items and all(map(os.path.isdir, (path, *items))):  # the folders of classes
            folders, items = [Path(path).parent], []
        for folder in folders:
            yield line.edited({part: [",".join([f"{part.name}:{first.name}={folder}", *items])]})
            yield line.edited({part: [f"{part.name}:{first.name}={folder}"]})


def folder_words(line: Line) -> str:
    """Return the words of the first data set that takes a folder, as far as the folder."""
    for kind in line.kinds(line.places[0]):
        for entry in kind.entries():
            first = _first_parameter(entry)
            if first is not None and first.type == KINDS[Path]:
                return f"{entry.name}:{first.name}="
    return ""


def _first_parameter(entry: Any) -> Any:
    with suppress(ZookitError):
        return next(iter(entry.parameters), None) if entry is not None else None
    return None


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
            if (each / "experiment.toml").is_file():
                yield line.edited({file: file.with_value(str(each / "experiment.toml"))})
    if line.name == "run" and len(line.words) > 1 and "--summary" in line.rest:
        dataset, architecture = (str(each.value) for each in line.words[:2])
        yield ["show", architecture, "--on", dataset]


def runs(line: Line, _: Exception) -> Iterator[list[str]]:
    """Propose the latest run for the folder of runs, and others for a component or a file."""
    for part in line.words:
        if part.param is None or LATEST not in line.offered(part.param):
            continue
        path = Path(part.value or "")
        if path == RUNS_DIR:
            yield line.edited({part: [LATEST]})
        with suppress(OSError, ValueError):
            if (path.parent / "experiment.toml").is_file():
                yield line.edited({part: [str(path.parent)]})
        found = _run_with(part.name, line.runs_dir)
        if found is not None:
            yield line.edited({part: [found]})


def _run_with(name: str, runs_dir: Path) -> str | None:
    """Return the newest run with a component of this name, a finished one first."""
    from zookit.registry import default
    from zookit.runs.naming import run_folders
    from zookit.runs.run import read_run

    found: dict[bool, str] = {}
    if not any(name in kind for kind in default.components()):
        return None
    for folder in run_folders(runs_dir)[0]:
        with suppress(ZookitError):
            run = read_run(folder)
            if name in [each.short_name for each in run.experiment.components()]:
                found[run.status == "finished"] = folder.name
    return found.get(True, found.get(False))
