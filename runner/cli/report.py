"""`zookit report`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zookit.cli.run_argument import RUNS_DIR, RunsDir, opened, run_names
from zookit.core import FolderError
from zookit.terminal import printable

if TYPE_CHECKING:
    from zookit.runs.run import RunRecord

REPORT = "report.html"
_BEGINNING = 1000
"""Characters of a file by which a report is known."""


def report(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN",
            help="Runs: their folders, the starts of their names or of their hashes, or 'latest'.",
            autocompletion=run_names,
            show_default=False,
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The page to write; otherwise report.html, in the run's folder or, of several "
            "runs, here.",
        ),
    ] = None,
    runs_dir: RunsDir = RUNS_DIR,
) -> None:
    """Write a page about a run, or about several side by side: curves, mistakes, scores, settings.

    It is one file that refers to nothing else, to be opened in a browser or sent to somebody.
    """
    found = {run.folder: run for run in (opened(name, runs_dir) for name in names)}
    runs = list(found.values())
    usual = runs[0].folder / REPORT if len(runs) == 1 else Path(REPORT)
    file = output.expanduser() if output else usual
    _check(file)
    _write(file, runs)
    print(printable(str(file)))


def _check(file: Path) -> None:
    """Raise FolderError where the page cannot be put, or would replace what is no report."""
    from zookit.report.page import OURS

    try:
        if file.is_dir() or not file.absolute().parent.is_dir():
            raise FolderError(
                f"{file} cannot be written: name a file in a folder that exists, such as {REPORT}."
            )
        if not file.exists():
            return
        if file.is_file():
            with file.open(encoding="utf-8", errors="replace") as there:
                if OURS in there.read(_BEGINNING):
                    return
    except OSError as error:
        raise _unwritable(file, error) from None
    raise FolderError(
        f"{file} is there already, and is no report of zookit's. Move it away, or name another "
        "file with --output."
    )


def _write(file: Path, runs: "list[RunRecord]") -> None:
    from zookit.core.data.cache import written_aside
    from zookit.report.page import page_of

    text = page_of(runs)
    try:
        with written_aside(file) as aside:
            aside.write_text(text, encoding="utf-8")
    except OSError as error:
        raise _unwritable(file, error) from None


def _unwritable(file: Path, error: OSError) -> FolderError:
    return FolderError(
        f"{file} cannot be written: {error.strerror or error}. Name another file with --output."
    )
