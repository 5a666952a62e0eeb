"""Executes notebooks in a real kernel."""

import os
from pathlib import Path
from typing import Any

from nbclient import NotebookClient


def execute(notebook: Any, folder: Path, cache: Path) -> None:
    """Fill in the outputs of a notebook, executed in a folder; a cell that fails is an error."""
    client = NotebookClient(
        notebook,
        timeout=240,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute(env={**os.environ, "ZOOKIT_CACHE_DIR": str(cache)})


def printed(cell: Any) -> str:
    """Return what a cell shows as text: its output, and the value of its last line."""
    return "".join(
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for output in cell.get("outputs", ())
        if output.get("name") != "stderr"
    )
