"""The page as a whole, and the file that it is written to."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from zookit.core import BadExperiment, Component
from zookit.core.data.writing import check_output, check_suffix, output_written
from zookit.core.messages import option, printable_lines
from zookit.leaderboard.leaderboard import leaderboard
from zookit.report.comparison import comparison_of
from zookit.report.predictions import ExplainedMistakes
from zookit.report.view import view_of
from zookit.runs.pulled import is_in_own_folder
from zookit.runs.run import REPORT, RunRecord

_MARK = '<meta name="generator" content="zookit report">'
_BREAK = re.compile(r",(?=[a-z])|_")


def write_report(
    runs: Sequence[RunRecord],
    path: str | Path | None = None,
    *,
    force: bool = False,
    explain: bool = False,
    instances: Sequence[Component] = (),
) -> Path:
    """Write the report on one run or several, and return its path.

    Args:
        runs: at least one run. A run that is given twice counts once.
        path: the file. By default it is report.html, in the run's folder or, for several runs,
            an installed model or a run at an address, in the current folder.
        force: replace a file that zookit did not write.
        explain: show where the model of a single run looked in its surest mistakes. Only this
            rebuilds the model.
        instances: for that, the components that the run was trained with and that no entry point
            names.

    Raises:
        FolderError: the file cannot be written, or exists and zookit did not write it.
        BadRun: a file of a run is damaged.
        ZookitError: the mistakes cannot be explained.
    """
    once = list({run.folder: run for run in runs}.values())
    in_folder = len(once) == 1 and is_in_own_folder(once[0])
    usual = once[0].folder / REPORT if in_folder else Path(REPORT)
    file = usual if path is None else Path(path).expanduser()
    hint = f"Choose another file with {option('--output', 'path')}"
    check_page(file, hint, force=force)  # before any work
    if explain and len(once) > 1:
        raise BadExperiment(
            f"mistakes are explained in the report of one run, got {len(once)} runs. Write a "
            "report for each, or leave out the explanations."
        )
    explained = None
    if explain:  # a page without that needs no model
        from zookit.report.explained_mistakes import explain_mistakes

        explained = explain_mistakes(once[0], instances)
    write_page(page_of(once, explained), file, hint, force=force)
    return file


def check_page(file: Path, hint: str, *, force: bool | None) -> None:
    """Raise FolderError if a page cannot be written to a file; see `check_output`."""
    check_output(file, hint, force=force, mark=_MARK.encode())
    check_suffix(file, ".html", "an HTML page")


def write_page(text: str, file: Path, hint: str, *, force: bool | None) -> None:
    """Write a page to a file. Raises FolderError if it cannot be written."""
    with output_written(file, hint, force=force, mark=_MARK.encode()) as aside:
        aside.write_text(text, encoding="utf-8")


def page_of(runs: Sequence[RunRecord], explained: ExplainedMistakes | None = None) -> str:
    """Return the report as a self-contained HTML page.

    Reads the runs' folders only: no data, no plugin, no TensorFlow. The explained mistakes are
    those of a single run. Raises BadRun if a file of a run is damaged.
    """
    several = len(runs) > 1
    views = [
        view_of(run, at, with_details=not several, explained=explained)
        for at, run in enumerate(runs, start=1)
    ]
    return rendered(
        "page.html",
        title=f"{len(runs)} runs compared" if several else views[0].title,
        runs=views,
        comparison=comparison_of(leaderboard(runs)) if several else None,
        anchors={each.name: each.anchor for each in reversed(views)},
    )


def rendered(name: str, **values: object) -> str:
    """Return the page that a template makes of values."""
    mark = Markup(_MARK)  # noqa: S704 - a constant
    return _templates().get_template(name).render(mark=mark, **values)


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("zookit.report"),
        autoescape=True,
        finalize=_printable,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["breakable"] = _breakable
    return environment


def _breakable(text: str) -> Markup:
    """Return the text escaped, with possible line breaks after commas and underscores."""
    lines = str(escape(printable_lines(text)))
    return Markup(_BREAK.sub(r"\g<0><wbr>", lines))  # noqa: S704 - it is escaped


def _printable(value: object) -> object:
    """Return a value of the page so that it cannot change the direction of other text."""
    return printable_lines(value) if type(value) is str else value
