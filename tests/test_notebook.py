"""A notebook whose cells display zookit's objects."""

import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from notebooks import execute

# One kernel for all.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("notebook")]

CELLS = {
    "import zookit\nzookit.registry": ["fashion_mnist", "dense", "stop_at_loss"],
    "zookit.registry.datasets": ["fashion_mnist", "image_folder"],
    'zookit.registry.architectures["dense"]': ["dense", "zookit"],
    'data = zookit.load_data("mnist", "sample")\ndata': ["mnist", "6,000", "data:image/png"],
    "data.splits": ["6,000", "1,000", "data:image/png"],
    'run = zookit.run("mnist", "dense:8", "stop_at_accuracy:0.1", epochs=2, data="sample")\nrun': [
        "finished",
        "dense",
        "test accuracy",
        "runs",
    ],
    "run.resume(epochs=2)": ["finished"],
    "run.experiment": ["mnist", "dense", "adam"],
    "run.evaluate()": ["accuracy", "recall"],
    "zookit.compare([run])": ["mnist", "accuracy"],
    "run.reproduce(quiet=True)": ["identical"],
    "zookit.list_runs()": ["finished"],
}
"""Each cell, and what its result must show."""


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory, session_cache: Path) -> Any:
    """The notebook, executed by a real kernel."""
    # nbformat's functions have no types.
    cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]  # type: ignore[no-untyped-call]
    notebook = nbformat.v4.new_notebook(cells=cells)  # type: ignore[no-untyped-call]
    execute(notebook, tmp_path_factory.mktemp("notebook"), session_cache)
    path = os.environ.get("ZOOKIT_KEEP_NOTEBOOK")  # to look at it
    if path:
        nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
    return notebook


@pytest.mark.parametrize(("at", "cell"), list(enumerate(CELLS)))
def test_a_cell_shows_something_short_and_useful(notebook: Any, at: int, cell: str) -> None:
    outputs = notebook.cells[at].outputs
    (result,) = [each for each in outputs if each.output_type == "execute_result"]
    text = result.data["text/plain"]
    shown = text + result.data.get("text/html", "")
    assert all(each in shown for each in CELLS[cell]), shown[:2000]
    assert len(text) < 1200, text


def test_progress_is_one_block_of_plain_lines(notebook: Any) -> None:
    (cell,) = [each for each in notebook.cells if "zookit.run(" in each.source]
    streams = [each for each in cell.outputs if each.output_type == "stream"]
    displays = [each for each in cell.outputs if each.output_type == "display_data"]
    assert not displays
    shown = "".join(each.text for each in streams if each.name == "stdout")
    lines = shown.splitlines()
    assert [line for line in lines if line.startswith("epoch 1/2")]
    assert [line for line in lines if line.startswith("test ")]
    assert "\x1b" not in shown
    assert "\r" not in shown
