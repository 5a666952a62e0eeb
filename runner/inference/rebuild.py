"""Rebuilds the model of a run from the installed packages and the run's weights.

Nothing in a run's folder is executed: names and parameters are looked up and checked like those of
a new run, and the weights are numbers.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from zookit.core import Architecture, BadRun, DatasetInfo, ZookitError, reason_of, warn
from zookit.core.input_files import replaced_paths, with_input_files
from zookit.core.messages import counted
from zookit.modeling.model import build_model, compile_model
from zookit.modeling.optimizers import build_optimizer
from zookit.modeling.runtime import devices, keras_configured, out_of_memory_reported, versions
from zookit.modeling.weight_limit import weights_limited
from zookit.registry import Built, default
from zookit.registry.built import warn_of_old_names
from zookit.registry.code import code_hash
from zookit.runs.arrays import assign, load_of_end
from zookit.runs.environment import Environment, InstalledComponent
from zookit.runs.inputs import copies
from zookit.runs.probe import check_outputs
from zookit.runs.rebuilding import rebuilding, versions_note
from zookit.runs.resume_command import resume_command
from zookit.runs.run import WEIGHTS, RunRecord

if TYPE_CHECKING:
    import keras


def rebuild_model(
    run: RunRecord, architecture: Architecture | None = None, *, float32: bool = False
) -> "keras.Model":
    """Return the trained model of a run that has ended; not compiled.

    Needs neither the data nor the package of the data set. Warns if the run did not finish, or if
    the architecture's version or code has changed.

    Args:
        run: the run.
        architecture: the instance that the run was trained with, for a run of a class that no
            entry point names.
        float32: compute in float32, whatever the precision of the training.

    Raises:
        BadRun: the run has not ended, its architecture is not installed, its parameters or
            weights do not fit the installed architecture, or the model gives other outputs than
            when it was trained.
    """
    check_ended(run)
    arrays = load_of_end(run, WEIGHTS)
    found = find_architecture(run, architecture)
    warn_of_old_names(found)
    now = _environment_now(run, found)
    with keras_configured("float32" if float32 else run.environment.runtime.precision):
        model = _build(run, found.component, [each.size for each in arrays.values()])
        assign("", model.weights, arrays, run.folder / WEIGHTS)
        check_outputs(run, model, now)
    _warn_of_status(run)
    _warn_of_code(run, now)
    return model


def compiled_model(run: RunRecord, architecture: Architecture | None = None) -> "keras.Model":
    """Return the trained model of a run, compiled with its optimizer; see `rebuild_model`."""
    model = rebuild_model(run, architecture)
    with rebuilding(run, "optimizer"):
        optimizer = default.optimizers.build(run.experiment.optimizer).component
    compile_model(model, info_of(run), build_optimizer(optimizer))
    return model


def check_ended(run: RunRecord) -> None:
    """Raise BadRun if the run has no final weights, because it is training or was killed."""
    if run.ending is not None:
        return
    if run.status == "running":
        raise BadRun(f"{run.folder} is still training. Wait until it has ended.")
    if run.status == "unknown":
        raise BadRun(
            f"{run.folder} has no final weights: another machine is still training it, or it was "
            f"killed there. Wait until it has ended, or resume it: "
            f"{resume_command(run)}"
        )
    raise BadRun(
        f"{run.folder} has no final weights, because it was killed. To finish it: "
        f"{resume_command(run)}"
    )


def check_has_weights(run: RunRecord) -> None:
    """Raise BadRun if the file of the final weights was lost."""
    if not (run.folder / WEIGHTS).exists():
        load_of_end(run, WEIGHTS)


def info_of(run: RunRecord) -> DatasetInfo:
    """Return the recorded info of the run's data set, which need not be installed."""
    data = run.environment.data
    return DatasetInfo(data.image_shape, data.class_names, data.sizes)


def _build(run: RunRecord, architecture: Architecture, sizes: list[int]) -> "keras.Model":
    try:
        with out_of_memory_reported(), weights_limited(sizes):
            return build_model(info_of(run), architecture, run.experiment.settings.normalize)
    except ZookitError as error:
        raise BadRun(f"{run.shown} cannot be rebuilt: {error}") from error
    except Exception as error:  # an architecture may raise anything
        advice = "Report this to the architecture's author."
        raise BadRun(
            f"{run.shown} cannot be rebuilt: {run.experiment.architecture.name} failed "
            f"({reason_of(error)}). {versions_note(run, 'architecture') or advice}"
        ) from error


def find_architecture(run: RunRecord, instance: Architecture | None = None) -> Built[Architecture]:
    """Look up the architecture of a run, or take an instance; it reads the run's input files.

    Raises BadRun if it is not installed or does not accept the parameters.
    """
    spec = run.experiment.architecture
    files = copies(run.folder, run.experiment, "architecture")
    with rebuilding(run, "architecture"):
        if instance is not None:
            return Built(with_input_files(instance, files), spec, None)
        parameters = replaced_paths(spec.parameters, files)
        return default.architectures.build(replace(spec, parameters=parameters))


def _environment_now(run: RunRecord, architecture: Built[Architecture]) -> Environment:
    """Return the run's environment with what the rebuilt model depends on as it is here."""
    then, name = run.environment, run.experiment.architecture.name
    if architecture.owner is None:
        now = None
    else:
        code = code_hash(type(architecture.component))
        now = InstalledComponent(name, architecture.owner, code=code)
    return replace(
        then,
        versions=versions(),
        components=tuple(now if now and each.name == name else each for each in then.components),
        runtime=replace(then.runtime, devices=devices()),
    )


def _warn_of_code(run: RunRecord, now: Environment) -> None:
    """Warn if the architecture is not the one that the run recorded."""
    for then, installed in zip(run.environment.components, now.components, strict=True):
        if then.owner != installed.owner:
            warn(
                f"{run.name} was trained with {then.name} of {then.owner}, which is "
                f"{installed.owner} now."
            )
        elif then.code and installed.code and then.code != installed.code:
            warn(
                f"the code of {then.name} ({then.owner}) has changed since {run.name} was trained, "
                "so results may not be exact."
            )


def _warn_of_status(run: RunRecord) -> None:
    """Warn if the weights are not those of the end of the training."""
    if run.status == "finished":
        return
    verb = {"failed": "failed", "pruned": "was stopped early by a search"}
    epochs = counted(run.experiment.settings.epochs, "epoch")
    warn(
        f"{run.name} {verb.get(run.status, 'was interrupted')} after {run.epochs} of {epochs}, so "
        "its model is not fully trained."
        f"{'' if run.status == 'pruned' else f' To continue: {resume_command(run)}'}"
    )
