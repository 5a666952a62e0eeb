"""The page about a sweep, and the file that it is written to."""

from pathlib import Path

from zookit.core.messages import option
from zookit.report.grid import Grid
from zookit.report.page import check_page, rendered, write_page
from zookit.report.sweep_view import view_of_sweep


def write_sweep_report(grid: Grid, path: str | Path, *, force: bool | None = False) -> Path:
    """Write the report on a sweep as a self-contained HTML page, and return its path.

    Args:
        grid: the cells of the sweep; see `grid_of`.
        path: the file.
        force: replace a file that zookit did not write; None where the user cannot choose that.

    Raises:
        FolderError: the file cannot be written, or exists and zookit did not write it.
    """
    file = check_sweep_report(path, force=force)
    write_page(sweep_page_of(grid), file, _hint(), force=force)
    return file


def check_sweep_report(path: str | Path, *, force: bool | None = False) -> Path:
    """Return the file of a report. Raises FolderError if it cannot be written."""
    file = Path(path).expanduser()
    check_page(file, _hint(), force=force)
    return file


def sweep_page_of(grid: Grid) -> str:
    """Return the report on a sweep as a self-contained HTML page."""
    view = view_of_sweep(grid)
    return rendered("sweep.html", title=view.title, sweep=view)


def _hint() -> str:
    return f"Choose another file with {option('--report', 'path')}"
