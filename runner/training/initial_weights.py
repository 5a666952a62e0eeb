"""The weights that a training starts from: finds them, and checks that they can be used."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from zookit.core import (
    Architecture,
    BadExperiment,
    BadRun,
    Experiment,
    Words,
    reason_of,
    text_of,
)
from zookit.core.addresses import is_address
from zookit.core.errors import ZookitError
from zookit.core.experiment import INITIAL_WEIGHTS
from zookit.core.input_files import input_parameters
from zookit.core.messages import counted, option
from zookit.core.old_names import current_names, former_names_of
from zookit.core.parameters import create, plain_values, words_of
from zookit.data.hashes import is_sha256
from zookit.inference.rebuild import check_ended
from zookit.registry.blame import entry_of
from zookit.remote.read_anywhere import read_anywhere
from zookit.runs.arrays import load_of_end
from zookit.runs.environment import TakenWeights
from zookit.runs.initial_weights import (
    HEAD,
    InitialWeights,
    TrainedModel,
    named_by_part,
    read_copy,
)
from zookit.runs.naming import find_named
from zookit.runs.resume_command import resume_command
from zookit.runs.run import WEIGHTS, RunRecord, damaged
from zookit.training.composition import Composition

_NAMED = 3
"""The most classes that are named."""


def location_of(text: str, runs_dir: Path) -> str:
    """Return a name of a run or model that means the same in any folder, and later.

    The run at an address is pulled, and has the name of its folder.
    """
    if is_address(text):
        return str(read_anywhere(text, runs_dir).folder)
    found = find_named(text, runs_dir)
    return str(found.absolute()) if isinstance(found, Path) else found.full_name


def read_source(text: str, runs_dir: Path) -> InitialWeights:
    """Return the weights of a run or of an installed model.

    `text` names it as for `zookit predict`. Raises as `read_anywhere` does, and BadRun if the run
    is damaged, has not ended, has failed, or has not been trained.
    """
    run = read_anywhere(text, runs_dir)
    if run.contradiction:
        raise BadRun(f"{run.shown}: {run.contradiction} Choose another run to start from.")
    check_ended(run)
    if run.status == "failed":
        raise BadRun(
            f"{run.shown} failed, so training cannot start from it. Choose another run, or resume "
            f"this one: {resume_command(run)}"
        )
    if not run.epochs:
        raise BadRun(
            f"{run.shown} has not been trained for a whole epoch, so its weights are random. "
            f"Choose another run, or resume this one: {resume_command(run)}"
        )
    data, architecture = run.environment.data, run.experiment.with_contents().architecture
    try:
        return InitialWeights(
            name=run.name,
            location=str(run.folder) if run.installed is None else run.installed.full_name,
            model=TrainedModel(
                architecture.name,
                architecture.parameters,
                data.image_shape,
                data.class_names,
                run.experiment.settings.normalize,
            ),
            arrays=named_by_part(load_of_end(run, WEIGHTS)),
            warnings=tuple(_warnings(run)),
            installed=next(
                (each for each in run.environment.components if each.name == architecture.name),
                None,
            ),
        )
    except ValueError as error:
        raise damaged(run.folder / WEIGHTS, reason_of(error)) from None


def _warnings(run: RunRecord) -> Iterator[str]:
    if run.status != "finished":
        epochs = counted(run.experiment.settings.epochs, "epoch")
        yield (
            f"{run.shown}, which this training starts from, ended after {run.epochs} of {epochs}."
        )


def recorded_weights(
    experiment: Experiment, folder: Path | None, runs_dir: Path
) -> InitialWeights | None:
    """Return the weights that a recorded experiment starts from, if it has any.

    They are read from the copy in `folder`, or from where its file says, which may be in
    `runs_dir`. Raises BadRun.
    """
    if folder is not None and INITIAL_WEIGHTS in experiment.input_files:
        return read_copy(folder, experiment)
    name = experiment.initial_weights
    return read_source(name, runs_dir) if name else None


def with_weights(composition: Composition, initial: InitialWeights) -> Composition:
    """Return a composition that starts from weights. Raises BadExperiment if they cannot fit."""
    _check_fits(initial, composition)
    taken = initial.for_classes(composition.dataset.info.class_names)
    experiment = composition.experiment
    files = {**experiment.input_files, INITIAL_WEIGHTS: taken.sha256}
    experiment = replace(experiment, initial_weights=taken.name, input_files=files)
    return replace(composition, experiment=experiment, initial=taken)


def _check_fits(initial: InitialWeights, composition: Composition) -> None:
    """Raise BadExperiment if weights cannot be those of a composition's model.

    What can only be seen in the built model is checked by `zookit.training.assign_weights`.
    """
    own, model = composition.experiment.architecture, initial.model
    if model.architecture not in _names_of(composition):
        name = model.architecture.rpartition("/")[2]
        words = words_of_model(name, model)
        raise BadExperiment(
            f"{initial.name} has the architecture {name}, so its weights do not fit "
            f"{own.short_name}. Train {words}, or start from a run of {own.short_name}."
        )
    if model.normalize != composition.experiment.settings.normalize:
        without = option("--no-normalize", "normalize=False")
        verb, fix = ("with", "Remove") if model.normalize else ("without", "Add")
        raise BadExperiment(
            f"{initial.name} was trained {verb} normalized pixels, so its weights do not fit "
            f"here. {fix} {without}."
        )


def words_of_model(name: str, model: TrainedModel) -> Words:
    """Return the words of a trained model's architecture, with FILE for an input file.

    Only the hash of such a file is known.
    """
    files = {key: _without_hashes(value) for key, value in model.parameters.items()}
    return words_of(name, files)


def _without_hashes(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_without_hashes(each) for each in value]
    return "FILE" if isinstance(value, str) and is_sha256(value) else value


def _names_of(composition: Composition) -> set[str]:
    """Return all full names of the architecture, including former ones."""
    name = composition.experiment.architecture.name
    entry = entry_of(composition.architecture)
    current = name if entry is None else entry.full_name
    distribution = current.partition("/")[0]
    former = former_names_of(type(composition.architecture))
    return {name, current, *(f"{distribution}/{old}" for old in former)}


def taken_weights(composition: Composition) -> TakenWeights | None:
    """Return what is taken and what is not, to be recorded; None without initial weights."""
    initial = composition.initial
    if initial is None:
        return None
    return TakenWeights(
        initial.name,
        initial.parts,
        _why_no_head(initial, composition.dataset.info.class_names),
        tuple(all_differences(composition, initial)),
    )


def _why_no_head(initial: InitialWeights, class_names: tuple[str, ...]) -> str:
    then = initial.model.class_names
    if HEAD in initial.parts:
        return ""
    if then == class_names:
        return "its weights are not there"
    if sorted(then) == sorted(class_names):
        return "its classes are in another order"
    names = ", ".join(then[:_NAMED]) + (", ..." if len(then) > _NAMED else "")
    return f"it is for other classes, {len(then):,}: {names}"


def all_differences(composition: Composition, initial: InitialWeights) -> Iterator[str]:
    """Yield in what a composition differs from the trained model: parameters, then images."""
    yield from parameter_differences(composition, initial)
    then, now = initial.model.image_shape, composition.dataset.info.image_shape
    if then != now:
        yield f"images are {shape_words(now)} here, {shape_words(then)} there"


def shape_words(shape: tuple[int, int, int]) -> str:
    """Return `28 x 28 x 1`."""
    return " x ".join(map(str, shape))


def parameter_differences(composition: Composition, initial: InitialWeights) -> Iterator[str]:
    """Yield in which parameters the architecture differs from that of the trained model."""
    kind: type = type(composition.architecture)
    name = composition.experiment.architecture.short_name
    files = input_parameters(composition.architecture)
    recorded = current_names(kind, initial.model.parameters, name)
    contents = composition.experiment.with_contents().architecture.parameters
    hashes = current_names(kind, contents, name)
    then = plain_values(architecture_of(composition, initial))
    now = plain_values(composition.architecture)
    for key in dict.fromkeys((*now, *then)):
        known = (recorded, hashes) if key in files else (then, now)
        before, after = (each.get(key) for each in known)
        if before != after:
            yield f"{key} is {_value(after)} here, {_value(before)} there"


def _value(value: Any) -> str:
    return "not given" if value is None else text_of(value) or "empty"


def architecture_of(composition: Composition, initial: InitialWeights) -> Architecture:
    """Return the architecture that initial weights come from. Raises BadExperiment.

    It has the input files of the composition's.
    """
    own = composition.architecture
    kind: type[Architecture] = type(own)
    name = composition.experiment.architecture.short_name
    values = current_names(kind, initial.model.parameters, name)
    for key in input_parameters(own):
        values.pop(key, None)
        if getattr(own, key) is not None:
            values[key] = getattr(own, key)
    try:
        return create(kind, values, name)
    except ZookitError as error:
        raise BadExperiment(
            f"{initial.name} has parameters that {name} does not accept any more: {error} Choose "
            "another run to start from."
        ) from error
