"""The copies of input files in a run's folder: `inputs/PARAMETER/NAME`."""

import errno
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from zookit.core import (
    BadParameter,
    BadRun,
    ComponentSpec,
    DataError,
    Experiment,
    FolderError,
)
from zookit.core.data.files import entries_below
from zookit.core.input_files import file_name, replaced_paths
from zookit.core.messages import option
from zookit.data.hashes import sha256_of_file, sha256_of_folder

INPUTS = "inputs"


def hash_inputs(paths: Mapping[str, Path]) -> dict[str, str]:
    """Return the SHA-256 of input files and folders by key, such as `architecture.weights`.

    Raises BadParameter if one cannot be read.
    """
    hashes = {}
    for key, path in paths.items():
        try:
            hashes[key] = _hash(path)
        except DataError as error:
            raise BadParameter(f"{key}: {error} Pass a file that can be read.") from None
        except OSError as error:
            raise BadParameter(
                f"{key}: cannot read {path}: {error.strerror or error}. Pass a file that can be "
                "read."
            ) from None
    return hashes


def copy_inputs(paths: Mapping[str, Path], hashes: Mapping[str, str], folder: Path) -> None:
    """Copy the input files that have a hash into a new run's folder.

    Raises BadParameter if one has changed since it was hashed, and FolderError if a copy cannot be
    written.
    """
    for key in hashes:
        path = paths[key]
        target = _place(folder, key, path)
        try:
            _copy(path, target)
            copied = _hash(target)
        except OSError as error:
            raise FolderError(
                f"{path} cannot be copied to {target}: {error.strerror or error}. Free some disk "
                f"space, or choose another folder with {option('--runs-dir', 'runs_dir')}."
            ) from error
        if copied != hashes[key]:
            raise BadParameter(
                f"{key}: {path} was changed while the run started. Start the run again."
            )


def copies(folder: Path, experiment: Experiment, slot: str) -> dict[str, Path]:
    """Return the copies of one component's input files, by parameter.

    Raises BadRun if one is missing or is not the file that the run was trained with.
    """
    found = {}
    values = experiment.slots()[slot].parameters
    for name, expected in experiment.inputs_of(slot).items():
        key = f"{slot}.{name}"
        try:
            parameter, _, at = name.partition(".")
            original = values[parameter][int(at)] if at else values[parameter]
            path = _place(folder, key, Path(original))
        except (KeyError, IndexError, ValueError, TypeError):
            raise BadRun(
                f"{folder / 'experiment.toml'} is damaged: input_files names {key!r}, which is no "
                "path. Restore the file from a copy of the run."
            ) from None
        try:
            actual = _hash(path)
        except (OSError, DataError):
            actual = ""
        if actual != expected:
            problem = "was changed" if actual else "is missing or cannot be read"
            raise BadRun(
                f"{path}, the run's copy of an input file, {problem}. Restore it from a copy of "
                "the run, or run the experiment again."
            )
        found[name] = path
    return found


def spec_with_copies(folder: Path, experiment: Experiment, slot: str) -> ComponentSpec:
    """Return the spec of a component that reads the copies in a folder. Raises BadRun."""
    spec = experiment.slots()[slot]
    files = copies(folder, experiment, slot)
    return replace(spec, parameters=replaced_paths(spec.parameters, files))


def _place(folder: Path, key: str, path: Path) -> Path:
    return folder / INPUTS / key / file_name(path)


def _hash(path: Path) -> str:
    """Return the SHA-256 of a file, or of the names and the content of the files in a folder."""
    if not path.exists():
        raise FileNotFoundError(errno.ENOENT, "it does not exist")
    if path.is_file():
        return sha256_of_file(path)
    if not path.is_dir():  # reading a pipe or a device may never end
        raise OSError(errno.EINVAL, "it is neither a file nor a folder")
    _files(path)
    return sha256_of_folder(path)


def _copy(path: Path, target: Path) -> None:
    for each in _files(path) if path.is_dir() else [path]:
        copy = target / each.relative_to(path) if path.is_dir() else target
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(each, copy)


def _files(folder: Path) -> list[Path]:
    """Return the files below a folder, following links. Raises DataError for anything else."""
    entries = list(entries_below(folder))
    for entry in entries:
        if entry.kind == "again":
            raise DataError(f"{entry.path} is a link to {entry.detail}, which is read already.")
        if entry.kind == "unreadable":
            raise DataError(f"{entry.path} {entry.detail}.")
    return [entry.path for entry in entries]
