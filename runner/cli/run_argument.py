"""The argument and the option by which commands take runs."""

from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zookit.core import BadRun, ZookitError
from zookit.runs.runs_dir import RUNS_DIR as RUNS_DIR  # noqa: PLC0414 - for the commands

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zookit.runs.summary import RunSummary

_HASH = 8


def run_names(context: typer.Context, incomplete: str) -> list[str]:
    """Complete the names of runs and of installed models."""
    from zookit.registry import default

    models = (each for each in default.models.shown_names() if each.startswith(incomplete))
    return [*own_run_names(context, incomplete), *models]


def own_run_names(context: typer.Context, incomplete: str) -> list[str]:
    """Complete the names of runs."""
    from zookit.runs.listing import list_folders
    from zookit.runs.naming import LATEST

    try:
        listing = list_folders(Path(context.params.get("runs_dir") or RUNS_DIR))
    except ZookitError:
        return []
    return [name for name in (LATEST, *listing.names) if incomplete in name]


RUN = "A run: its folder, the start of its name or of its hash, or 'latest'"
_HELP = f"{RUN}; an installed model; or the address of a pushed run."
RunName = Annotated[
    str, typer.Argument(metavar="RUN", help=_HELP, autocompletion=run_names, show_default=False)
]
OwnRunName = Annotated[
    str,
    typer.Argument(metavar="RUN", help=f"{RUN}.", autocompletion=own_run_names, show_default=False),
]
RunNames = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[RUN]...",
        help=f"{_HELP} [default: all]",
        autocompletion=run_names,
        show_default=False,
    ),
]
RunsDir = Annotated[Path, typer.Option("--runs-dir", help="The folder that contains the runs.")]


def short_names(runs: "Iterable[RunSummary]", runs_dir: Path) -> dict[str, str]:
    """Return for each run's name its hash, if that names the run among all in `runs_dir`."""
    from zookit.runs.listing import other_runs
    from zookit.runs.order import after_time

    listed = list(runs)
    # The hash of a run in another folder would name nothing.
    parents = {parent: parent.resolve() for parent in {run.parent for run in listed}}
    here = runs_dir.resolve()
    inside = {run.name for run in listed if parents[run.parent] == here}
    others = other_runs(runs_dir, inside) if inside else []
    hashes = {run.name: after_time(run.name) for run in listed}
    counts = Counter(hashes[name][:_HASH] for name in inside)
    counts.update(after_time(name)[:_HASH] for name in others)
    return {
        name: short if name in inside and counts[short[:_HASH]] == 1 else name
        for name, short in hashes.items()
    }


def check_runs_dir(runs_dir: Path) -> None:
    """Raise BadRun if a folder of runs that the user has named does not exist."""
    if runs_dir != RUNS_DIR and not runs_dir.exists():
        raise BadRun(
            f"the folder {runs_dir} does not exist. Name the folder of the runs with --runs-dir."
        )


def no_runs(runs_dir: Path) -> str:
    """Return the message for a folder without runs."""
    # Only needed for this message.
    from zookit.doctor.data_availability import is_here
    from zookit.registry import default
    from zookit.runs.naming import run_folders

    with suppress(ZookitError):
        if run_folders(Path())[0]:
            return f"{runs_dir} has no runs, but the current folder has. Add: --runs-dir ."
    data, networks = default.datasets, default.architectures
    dataset = next((each for each in data if is_here(data[each])), data.kind.singular)
    architecture = next(iter(networks), networks.kind.singular)
    return (
        f"{runs_dir} has no runs. Train one with 'zookit run {dataset} {architecture}', or name "
        "another folder with --runs-dir."
    )
