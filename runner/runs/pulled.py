"""The runs in the cache: copies of those that were named by their addresses."""

from pathlib import Path

from zookit.core.data.cache import PULLED, cache_folder
from zookit.runs.run import RunRecord
from zookit.runs.runs_dir import RUNS_DIR


def is_pulled(folder: Path) -> bool:
    """Return whether a run's folder is in the cache."""
    return folder.parent.parent == cache_folder() / PULLED


def is_in_own_folder(run: RunRecord) -> bool:
    """Return whether zookit may write to a run's folder: not if it is installed or in the cache."""
    return run.installed is None and not is_pulled(run.folder)


def runs_dir_of(run: RunRecord) -> Path:
    """Return the folder for new runs of a run's experiment."""
    return run.folder.parent if is_in_own_folder(run) else RUNS_DIR
