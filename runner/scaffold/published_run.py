"""The files of a run that others may have: data only, which names no other place."""

import shutil
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from zookit.core import BadRun, ComponentSpec, Experiment, say
from zookit.core.experiment import INITIAL_WEIGHTS
from zookit.core.input_files import file_name
from zookit.core.messages import listed, option, printable
from zookit.core.reading import open_regular
from zookit.data.hashes import sha256_of_file
from zookit.runs.arrays import load_of_end
from zookit.runs.environment import Environment, identity_without_epochs
from zookit.runs.evaluation import load_evaluation, save_evaluation
from zookit.runs.initial_weights import path_of_copy, read_copy
from zookit.runs.inputs import copies
from zookit.runs.plugin_files import file_in_owner
from zookit.runs.private_values import is_path_of_machine, private_values
from zookit.runs.probe import PROBE
from zookit.runs.resume_command import resume_command
from zookit.runs.run import (
    ENVIRONMENT,
    EVALUATION,
    EXPERIMENT,
    HISTORY,
    METRICS,
    TIMES,
    WEIGHTS,
    RunRecord,
    read_run,
    unreadable,
)
from zookit.runs.writer import json_text

_FILES = (WEIGHTS, PROBE)
"""The files of a run's end that are published as they are."""
_SHOWN = 3
"""The most places that a message names."""


def check_publishable(run: RunRecord) -> None:
    """Raise BadRun if a run has no result, was changed, or needs code that no package has."""
    if run.status != "finished":
        raise BadRun(
            f"{run.shown} is {run.status}, expected a finished run. To finish it: "
            f"{resume_command(run)}"
        )
    if run.contradiction:
        raise BadRun(f"{run.shown}: {run.contradiction} Package a run as it was trained.")
    for spec, component in zip(
        run.experiment.components(), run.environment.components, strict=True
    ):
        file = file_in_owner(component.owner)
        if file is None and spec.registered:
            continue
        source = f"the file {file}" if file else "code that no entry point names"
        raise BadRun(
            f"{run.shown} uses {spec.short_name} from {source}, which no package contains. Create "
            "a package with 'zookit new', move the class into it, and train again."
        )


def publish(run: RunRecord, folder: Path) -> RunRecord:
    """Copy what others may have of a run into a new folder, and return the copy.

    Left out are the checkpoint, the files that callbacks wrote, the locks, and the images of the
    test split, which the data set's licence may not allow to copy. An absolute path of a data set
    or of an input file becomes its last part. Such a path decides no bits; the identity is that of
    the experiment with the new path.

    Raises BadRun if the run cannot be published, is damaged, or names other places.
    """
    check_publishable(run)
    assert run.ending is not None
    experiment = _with_short_paths(run)
    folder.mkdir(parents=True)
    for name in (HISTORY, TIMES):
        _copy(run.folder / name, folder / name)
    for path in _inputs(run):
        _copy(path, folder / path.relative_to(run.folder))
    files = {name: _copy_of_end(run, name, folder) for name in _FILES if name in run.ending.files}
    files[EVALUATION] = _write_evaluation(run, folder / EVALUATION)
    ending = {name: value for name, value in asdict(run.ending).items() if value not in ("", None)}
    environment = _environment(run, experiment).plain()
    (folder / METRICS).write_text(json_text({**ending, "files": files}), encoding="utf-8")
    (folder / ENVIRONMENT).write_text(json_text(environment), encoding="utf-8")
    (folder / EXPERIMENT).write_text(experiment.to_toml(), encoding="utf-8")
    published = read_run(folder)
    _check_places(run, published)
    return published


def _inputs(run: RunRecord) -> Iterator[Path]:
    """Yield the run's copies of input files, also those in folders, after checking their hashes."""
    for slot in run.experiment.slots():
        for path in copies(run.folder, run.experiment, slot).values():
            found = sorted(path.rglob("*")) if path.is_dir() else [path]
            yield from (each for each in found if each.is_file())
    if INITIAL_WEIGHTS in run.experiment.input_files:
        read_copy(run.folder, run.experiment)
        yield path_of_copy(run.folder)


def _copy_of_end(run: RunRecord, name: str, folder: Path) -> str:
    """Copy a file that was written at the end of the run, and return its hash. Raises BadRun."""
    assert run.ending is not None
    load_of_end(run, name)  # it says what to do about a damaged one
    _copy(run.folder / name, folder / name)
    copied = sha256_of_file(folder / name)
    if copied != run.ending.files[name]:
        raise BadRun(f"{run.folder / name} was changed while it was copied. Package the run again.")
    return copied


def _write_evaluation(run: RunRecord, path: Path) -> str:
    """Write the run's predictions on its test split, without images; return the file's hash."""
    evaluation = load_evaluation(run)
    assert evaluation is not None  # of a finished run
    no_images = evaluation.mistakes[:0, :1, :1]
    save_evaluation(
        path, replace(evaluation, mistakes_at=evaluation.mistakes_at[:0], mistakes=no_images)
    )
    return sha256_of_file(path)


def _with_short_paths(run: RunRecord) -> Experiment:
    """Return the experiment without absolute paths of data sets and input files."""
    experiment = run.experiment
    specs = []
    for slot, spec in experiment.slots().items():
        inputs = {key.partition(".")[0] for key in experiment.inputs_of(slot)}
        parameters = dict(spec.parameters)
        for name, value in spec.parameters.items():
            if slot == "dataset" or name in inputs:
                parameters[name] = _shortened(value)
            if parameters[name] != value:
                say(
                    f"{spec.short_name}: {name} is {printable(parameters[name])} in the package, "
                    "so that it names no folder of this machine."
                )
        specs.append(replace(spec, parameters=parameters))
    return experiment.with_components(specs)


def _shortened(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return type(value)(map(_shortened, value))
    is_path = isinstance(value, str) and "://" not in value and is_path_of_machine(value)
    return file_name(Path(value)) if is_path else value


def _environment(run: RunRecord, experiment: Experiment) -> Environment:
    """Return the environment of the run if its experiment had other paths."""
    environment = run.environment
    data = environment.data
    for before, after in _changed(run.experiment.dataset, experiment.dataset):
        lines = (line.replace(f"{before}/", f"{after}/") for line in data.left_out)
        data = replace(data, left_out=tuple(lines))
    without_epochs = identity_without_epochs(experiment, data.hash, environment.owners())
    now = environment.of(experiment)
    return replace(now, data=data, identity_without_epochs=without_epochs)


def _changed(before: ComponentSpec, after: ComponentSpec) -> Iterator[tuple[str, str]]:
    for name, value in before.parameters.items():
        if isinstance(value, str) and after.parameters[name] != value:
            yield value.rstrip("/"), after.parameters[name]


def _check_places(run: RunRecord, published: RunRecord) -> None:
    found = list(private_values(published))
    if found:
        raise BadRun(
            f"{run.shown} names places that others do not have: "
            f"{listed(found, _SHOWN, '; ')}. Train again without them, for example with relative "
            f"paths, and {_again()}."
        )


def _again() -> str:
    python = "zookit.package(run, name, license=...)"
    return f"package that run: {option('zookit package RUN', python)}"


def _copy(path: Path, target: Path) -> None:
    """Copy a regular file. Raises BadRun if it cannot be read, and OSError if not written."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        source = open_regular(path)
    except OSError as error:
        raise unreadable(path, error) from None
    with source, target.open("wb") as copy:
        shutil.copyfileobj(source, copy)
