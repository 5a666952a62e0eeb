"""The page as a whole, and the file that it is written to."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from zookit.core import FolderError
from zookit.core.data.cache import written_aside
from zookit.report.comparison import comparison_of
from zookit.report.view import view_of
from zookit.runs.run import RunRecord

FILE = "report.html"
"""The name of a report, unless another one is given."""
_MARK = '<meta name="generator" content="zookit report">'
_BEGINNING = 1000
"""The characters at the beginning of a file in which a report has the mark."""
_BREAK = re.compile(r",(?=[a-z])|_")


def write_report(runs: Sequence[RunRecord], path: str | Path | None = None) -> Path:
    """Write the report on one run or several, and return its path.

    Args:
        runs: at least one run. A run that is given twice counts once.
        path: the file. By default it is report.html, in the run's folder or, for several runs, in
            the current folder.

    Raises:
        FolderError: the file cannot be written, or is not a report and would be overwritten.
        BadRun: a file of a run is damaged.
    """
    once = list({run.folder: run for run in runs}.values())
    usual = once[0].folder / FILE if len(once) == 1 else Path(FILE)
    file = usual if path is None else Path(path).expanduser()
    _check_target(file)
    text = page_of(once)
    try:
        with written_aside(file) as aside:
            aside.write_text(text, encoding="utf-8")
    except OSError as error:
        raise _unwritable(file, error) from None
    return file


def page_of(runs: Sequence[RunRecord]) -> str:
    """Return the report as a self-contained HTML page.

    Reads the runs' folders only: no data, no plugin, no TensorFlow. Raises BadRun if a file of a
    run is damaged.
    """
    several = len(runs) > 1
    views = [view_of(run, at, with_details=not several) for at, run in enumerate(runs, start=1)]
    return _template().render(
        mark=Markup(_MARK),  # noqa: S704 - a constant
        title=f"{len(runs)} runs compared" if several else views[0].title,
        runs=views,
        comparison=comparison_of(runs) if several else None,
        anchors={each.name: each.anchor for each in reversed(views)},
    )


def _check_target(file: Path) -> None:
    """Raise FolderError if the page cannot be written there or would replace another file."""
    try:
        if file.is_dir() or not file.absolute().parent.is_dir():
            raise FolderError(
                f"{file} cannot be written: choose a file in a folder that exists, such as {FILE}."
            )
        if not file.exists():
            return
        if file.is_file():
            with file.open(encoding="utf-8", errors="replace") as existing:
                if _MARK in existing.read(_BEGINNING):
                    return
    except OSError as error:
        raise _unwritable(file, error) from None
    raise FolderError(
        f"{file} exists and is not a report written by zookit. Move it away, or choose another "
        "file with --output."
    )


def _unwritable(file: Path, error: OSError) -> FolderError:
    return FolderError(
        f"{file} cannot be written: {error.strerror or error}. Choose another file with --output."
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("zookit.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["breakable"] = _breakable
    return environment.get_template("page.html")


def _breakable(text: str) -> Markup:
    """Return the text escaped, with possible line breaks after commas and underscores."""
    return Markup(_BREAK.sub(r"\g<0><wbr>", str(escape(text))))  # noqa: S704 - it is escaped
