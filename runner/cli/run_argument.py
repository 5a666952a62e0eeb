"""How every command is told which run is meant."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zookit.core import ZookitError

if TYPE_CHECKING:
    from zookit.runs.run import RunRecord

RUNS_DIR = Path("runs")


def run_names(context: typer.Context, incomplete: str) -> list[str]:
    """Completes the names of runs."""
    from zookit.runs.naming import LATEST, run_folders

    try:
        folders, _ = run_folders(Path(context.params.get("runs_dir") or RUNS_DIR))
    except ZookitError:
        return []
    return [name for name in (LATEST, *(each.name for each in folders)) if incomplete in name]


_HELP = "A run: its folder, the start of its name or of its hash, or 'latest'."
RunName = Annotated[
    str, typer.Argument(metavar="RUN", help=_HELP, autocompletion=run_names, show_default=False)
]
RunNames = Annotated[
    list[str] | None,
    typer.Argument(metavar="[RUN]...", help=_HELP, autocompletion=run_names, show_default=False),
]
RunsDir = Annotated[Path, typer.Option("--runs-dir", help="The folder in which runs are kept.")]


def opened(name: str, runs_dir: Path) -> "RunRecord":
    """The run that a person means, read; warns where its files do not belong together.

    Raises BadRun.
    """
    from zookit.api import open_run
    from zookit.runs.naming import warn_if_changed

    run = open_run(name, runs_dir)
    warn_if_changed(run)
    return run
