"""Finds runs: by folder, by the start of a name or of a hash, as `latest`, or as a model."""

from os.path import exists, isdir
from pathlib import Path
from typing import Any

from zookit.core import AmbiguousName, BadRun, warn
from zookit.core.errors import did_you_mean, quoted
from zookit.core.messages import option, printable
from zookit.core.words import is_name
from zookit.registry import Entry, default
from zookit.registry.install_advice import install_advice
from zookit.registry.installed_model import installed_model
from zookit.runs.listing import list_folders
from zookit.runs.models import read_model
from zookit.runs.order import after_time
from zookit.runs.run import EXPERIMENT, RunRecord, read_run

LATEST = "latest"


class NoRuns(BadRun):
    """A folder has no runs at all."""


def read_named(text: str, runs_dir: Path) -> RunRecord:
    """Read the run or the installed model of a name, see `find_named`.

    Raises BadRun, UnknownName, AmbiguousName or BrokenPlugin.
    """
    found = find_named(text, runs_dir)
    return read_run(found) if isinstance(found, Path) else read_model(installed_model(found))


def find_named(text: str, runs_dir: Path) -> Path | Entry[Any]:
    """Return the folder of a run, or the entry of an installed model.

    The whole name of a model comes before the start of a run's name or hash. A run that has the
    same name must be written as a path.

    Raises:
        BadRun: there is neither a run nor a model of that name, or more than one run.
        AmbiguousName: there is a run as well as a model of that name, or several models.
    """
    models = default.models
    if text == LATEST or not is_name(text):
        return find_run(text, runs_dir)
    if text not in models and not models.is_ambiguous(text):
        return find_run(text, runs_dir)
    places = (Path(text), runs_dir / text)
    run = next((each for each in places if (each / EXPERIMENT).is_file()), None)
    if run is None:
        return models[text]
    if "/" in text:
        return find_run(text, runs_dir)
    path = run if run.is_absolute() else f"./{run}"
    entries = [each for each in models.entries() if each.name == text]
    raise AmbiguousName(
        f"{text!r} is a run, and a model of {' and of '.join(each.owner for each in entries)}. For "
        f"the run, write {path}; for the model, {' or '.join(e.full_name for e in entries)}."
    )


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
    nearest = did_you_mean(text, [*(each.name for each in folders), *default.models])
    if is_name(text):
        nearest += default.models.reasons_missing(text)
        nearest += f" {install_advice(text)}".rstrip()
    if exists(text):  # noqa: PTH110 - takes any text
        kind = f"a folder without {EXPERIMENT}" if isdir(text) else "a file"  # noqa: PTH112
        nearest = f" That is {kind}, so it is not a run.{nearest}"
    raise BadRun(
        f"no run {quoted(text)} in {runs_dir}, and no model of that name.{nearest} Pass a run's "
        "folder, the start of its name, 'latest', or a model. 'zookit runs' lists the runs; "
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
