"""Finds runs: by folder, by the start of a name or of a hash, or as `latest`."""

from os.path import exists, isdir
from pathlib import Path

from zookit.core import BadRun, warn
from zookit.core.errors import did_you_mean, quoted
from zookit.core.messages import option, printable
from zookit.runs.listing import list_folders
from zookit.runs.order import after_time
from zookit.runs.run import EXPERIMENT, RunRecord, read_run

LATEST = "latest"


class NoRuns(BadRun):
    """A folder has no runs at all."""


def find_run(text: str, runs_dir: Path) -> Path:
    """Return the folder of a run.

    `text` is `latest`, a folder, or the start of a folder's name in `runs_dir` or of the hash at
    its end. Raises BadRun if there is no such run, or more than one.
    """
    try:
        if text != LATEST and (Path(text).expanduser() / EXPERIMENT).is_file():
            return Path(text).expanduser().resolve()  # without .., which is not a name
    except (OSError, ValueError, RuntimeError):  # too long, or not a path
        pass
    folders, _ = run_folders(runs_dir)
    if text == LATEST:
        if not folders:
            raise NoRuns(
                f"there are no runs in {runs_dir}. Choose another folder with "
                f"{option('--runs-dir', 'runs_dir')}."
            )
        return folders[-1]
    text = text.rstrip("/")  # shells complete a folder's name with it
    found = [each for each in folders if each.name == text] or [
        each
        for each in folders
        if text and (each.name.startswith(text) or after_time(each.name).startswith(text))
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise BadRun(
            f"{text!r} matches {len(found)} runs: {', '.join(each.name for each in found[:5])}"
            f"{', ...' if len(found) > 5 else ''}. Use more characters of the name."
        )
    nearest = did_you_mean(text, [each.name for each in folders])
    if exists(text):  # noqa: PTH110 - takes any text
        kind = f"a folder without {EXPERIMENT}" if isdir(text) else "a file"  # noqa: PTH112
        nearest = f" That is {kind}, so it is not a run.{nearest}"
    raise BadRun(
        f"no run {quoted(text)} in {runs_dir}.{nearest} Pass a run's folder, the start of its "
        "name, or 'latest'. 'zookit runs' lists the runs; "
        f"{option('--runs-dir', 'runs_dir')} chooses another folder."
    )


def run_folders(runs_dir: Path) -> tuple[list[Path], list[Path]]:
    """Return the folders of runs in a folder, oldest first, and the other folders.

    Hidden folders are in neither list; both are empty if `runs_dir` does not exist. Raises BadRun
    if it cannot be read.
    """
    listing = list_folders(runs_dir)
    runs, others = (
        [listing.runs_dir / name for name in names] for names in (listing.names, listing.others)
    )
    return runs, others


def read_runs(runs_dir: Path) -> list[RunRecord]:
    """Read every run in a folder, oldest first; warn about those that are changed or damaged.

    Raises BadRun if the folder itself cannot be read.
    """
    folders, others = run_folders(runs_dir)
    records = []
    for folder in folders:
        try:
            record = read_run(folder)
        except BadRun as error:
            warn(f"skipped {printable(folder.name)}: {error}")
            continue
        warn_if_changed(record)
        records.append(record)
    for folder in others:
        warn(f"skipped {printable(folder.name)}: not a run folder.")
    return records


def warn_if_changed(record: RunRecord) -> None:
    """Warn if a run's files do not belong together."""
    if record.contradiction:
        warn(f"{printable(record.name)}: {record.contradiction}")
