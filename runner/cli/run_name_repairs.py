"""Proposes other arguments for commands that take runs. Each proposal may be wrong."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from zookit.cli.given import Given
from zookit.cli.run_argument import RUNS_DIR
from zookit.core import ZookitError

_LATEST = "latest"


def of_run_names(given: Given) -> Iterator[list[str]]:
    """Propose another run: the one with a component, the one of a file, or the latest."""
    positions = given.positions()
    runs_dir = given.value_of(given.options()["--runs-dir"])
    yield from _without_image(given)
    yield from _latest_first(given, positions)
    for at in positions if given.name in ("compare", "report") else positions[:1]:
        word = given.arguments[at]
        found = _run_with(word, Path(runs_dir[2] if runs_dir else RUNS_DIR))
        if found is not None:
            yield given.replaced(at, found)
        if Path(word) == RUNS_DIR:
            yield given.replaced(at, _LATEST)
    for at in positions[1:]:
        if is_component(given.arguments[at]):
            yield given.replaced(at)
    for at in positions[:1]:
        folder = Path(given.arguments[at]).parent
        with suppress(OSError, ValueError):
            if (folder / "experiment.toml").is_file():
                yield given.replaced(at, str(folder))
    first = Path(given.arguments[positions[0]]) if positions else None
    if first is not None and (first.suffix or first.exists()):
        yield given.with_rest([_LATEST, *given.rest])
    if given.name == "predict" and "--image" not in given.rest and len(positions) < 2:
        yield given.with_rest([*given.rest, "--image", "0"])


def is_data_set(word: str) -> bool:
    """Return whether a word names a data set."""
    from zookit.registry import default

    return word.partition(":")[0] in default.datasets


def is_component(word: str) -> bool:
    """Return whether a word names a data set or an architecture."""
    from zookit.registry import default

    return is_data_set(word) or word.partition(":")[0] in default.architectures


def _without_image(given: Given) -> Iterator[list[str]]:
    """Propose the image files without --image."""
    found = given.value_of(given.options()["--image"]) if given.name == "predict" else None
    if found is not None and len(given.positions()) > 1:
        at, before, _ = found
        yield given.replaced(at) if before else given.replaced(at - 1, count=2)


def _latest_first(given: Given, positions: list[int]) -> Iterator[list[str]]:
    words = [given.arguments[at] for at in positions]
    if _LATEST in words[1:]:
        options = [each for at, each in enumerate(given.rest, given.start) if at not in positions]
        others = [each for each in words if each != _LATEST]
        yield given.with_rest([_LATEST, *others, *options])


def _run_with(name: str, runs_dir: Path) -> str | None:
    """Return the newest run with a component of this name, a finished one first."""
    from zookit.runs.naming import run_folders
    from zookit.runs.run import read_run

    if not is_component(name):
        return None
    unfinished = None
    for folder in reversed(run_folders(runs_dir)[0]):
        with suppress(ZookitError):
            run = read_run(folder)
            if name in (run.experiment.dataset.short_name, run.experiment.architecture.short_name):
                if run.status == "finished":
                    return folder.name
                unfinished = unfinished or folder.name
    return unfinished
