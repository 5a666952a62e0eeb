"""The course's notebook: each cell runs and prints what it shows."""

import os
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import ROOT
from notebooks import execute, printed
from shown_output import check_shown

NOTEBOOK = ROOT / "docs" / "course" / "course.ipynb"
HOME = "/home/you"


@pytest.mark.slow
def test_the_notebook_shows_what_comes_out(tmp_path: Path, session_cache: Path) -> None:
    shown = nbformat.read(NOTEBOOK, 4)  # type: ignore[no-untyped-call]
    executed = deepcopy(shown)
    execute(executed, tmp_path, session_cache)
    path = os.environ.get("ZOOKIT_COURSE_NOTEBOOK")
    if path:
        keep_text(executed, tmp_path)
        nbformat.write(executed, path)  # type: ignore[no-untyped-call]
    for before, after in zip(shown.cells, executed.cells, strict=True):
        check_shown(printed(before), printed(after))


def test_the_notebook_has_all_steps() -> None:
    notebook = nbformat.read(NOTEBOOK, 4)  # type: ignore[no-untyped-call]
    text = "".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    for page in NOTEBOOK.parent.glob("[0-9]*.md"):
        assert f"]({page.name})" in text


def keep_text(notebook: Any, folder: Path) -> None:
    """Of each cell, keep one block of what it printed: its pictures are large."""
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            text = printed(cell).replace(str(folder), HOME)
            output = nbformat.v4.new_output("stream", text=text)  # type: ignore[no-untyped-call]
            cell.outputs = [output] if text else []
