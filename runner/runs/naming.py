"""Naming a run: by its folder, by the start of its name or of its hash, or as `latest`."""

import re
from datetime import datetime
from pathlib import Path

from zookit.core import BadRun, warn
from zookit.core.errors import did_you_mean, quoted
from zookit.runs.run import EXPERIMENT, RunRecord, read_run
from zookit.terminal import printable

LATEST = "latest"
TIME_FORMAT = "%Y%m%d-%H%M%S"
"""Of the time at the start of a run's name."""
_TIME = re.compile(r"\d{8}-\d{6}-")


def find_run(text: str, runs_dir: Path) -> Path:
    """The folder of the run that a person means.

    `text` is `latest`, a folder, or what a folder's name in `runs_dir`, or the hash at the end of
    it, begins with. Raises BadRun where there is none, or more than one.
    """
    try:
        if text != LATEST and (Path(text).expanduser() / EXPERIMENT).is_file():
            return Path(text).expanduser().resolve()  # without any .., which is no name
    except (OSError, ValueError, RuntimeError):  # too long, or no path at all
        pass
    folders, _ = run_folders(runs_dir)
    if text == LATEST:
        if not folders:
            raise BadRun(f"there is no run in {runs_dir} yet. Name another folder with --runs-dir.")
        return folders[-1]
    text = text.rstrip("/")  # as shells complete a folder's name
    found = [each for each in folders if each.name == text] or [
        each for each in folders if text and _begins(each.name, text)
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise BadRun(
            f"{text!r} names {len(found)} runs: {', '.join(each.name for each in found[:5])}"
            f"{', ...' if len(found) > 5 else ''}. Write more of the name."
        )
    nearest = did_you_mean(text, [each.name for each in folders])
    raise BadRun(
        f"no run {quoted(text)} in {runs_dir}.{nearest} Name a run's folder, the start of its "
        "name, or 'latest'; 'zookit runs' shows them, --runs-dir names another folder."
    )


def run_folders(runs_dir: Path) -> tuple[list[Path], list[Path]]:
    """The runs' folders in there, oldest first, and the folders that are no runs.

    Hidden folders are neither; of a folder that does not exist there are none. Raises BadRun where
    it cannot be read.
    """
    try:
        if not runs_dir.exists():
            return [], []
        runs: list[Path] = []
        others: list[Path] = []
        for each in sorted(runs_dir.absolute().iterdir()):
            if each.is_dir() and _shows(each):
                (runs if _is_run(each) else others).append(each)
        return sorted(runs, key=_made), others
    except OSError as error:
        raise BadRun(f"{runs_dir} cannot be read: {error.strerror or error}.") from None


def every_run(runs_dir: Path) -> list[RunRecord]:
    """Every run that is kept in there, oldest first; warns of those that were changed or damaged.

    Raises BadRun where the folder itself cannot be read.
    """
    folders, others = run_folders(runs_dir)
    found = []
    for folder in folders:
        try:
            run = read_run(folder)
        except BadRun as error:
            warn(f"passed over: {printable(folder.name)}: {error}")
            continue
        warn_if_changed(run)
        found.append(run)
    for folder in others:
        warn(f"passed over: {printable(folder.name)}: it is no run.")
    return found


def warn_if_changed(run: RunRecord) -> None:
    """Warn where its files are not those of one run."""
    if run.contradiction:
        warn(f"{printable(run.name)}: {run.contradiction}")


def _is_run(folder: Path) -> bool:
    try:
        return (folder / EXPERIMENT).is_file()
    except OSError:  # another person's, which may not be entered
        return False


def _shows(folder: Path) -> bool:
    return not folder.name.startswith(".")


def _begins(name: str, text: str) -> bool:
    # 20261122-101500-c31bcc3a, or ...-c31bcc3a-2 for a second one in the same second.
    _, _, after_time = name.partition("-")[2].partition("-")
    return name.startswith(text) or after_time.startswith(text)


def _made(folder: Path) -> tuple[str, float]:
    """When the run was made, as its name says; else, and within a second, by its file's time."""
    try:
        changed = (folder / EXPERIMENT).stat().st_mtime
    except OSError:  # it has just vanished, which reading it will say
        changed = 0.0
    if _TIME.match(folder.name):
        return folder.name[: len("20261122-101500")], changed
    return f"{datetime.fromtimestamp(changed).astimezone():{TIME_FORMAT}}", changed
