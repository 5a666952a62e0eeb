"""Rebuilds the model of a run from the installed packages and the run's weights.

Nothing in a run's folder is executed: names and parameters are looked up and checked like those of
a new run, and the weights are numbers.
"""

import shlex
from typing import TYPE_CHECKING

from zookit.core import Architecture, BadRun, DatasetInfo, ZookitError, reason_of, warn
from zookit.modeling.model import build_model
from zookit.modeling.one_training import one_build
from zookit.modeling.runtime import keras_configured, out_of_memory_reported
from zookit.registry import default
from zookit.runs.arrays import assign, load_of_end
from zookit.runs.run import WEIGHTS, RunRecord

if TYPE_CHECKING:
    import keras


def rebuild_model(
    run: RunRecord, architecture: Architecture | None = None, *, float32: bool = False
) -> "keras.Model":
    """Return the trained model of a run that has ended; not compiled.

    Needs neither the data nor the package of the data set.

    Args:
        run: the run.
        architecture: the instance that the run was trained with, for a run of a class that no
            entry point names.
        float32: compute in float32, whatever the precision of the training.

    Raises:
        BadRun: the run has not ended, its architecture is not installed, or its parameters or
            weights do not fit the installed architecture.
    """
    check_ended(run)
    arrays = load_of_end(run, WEIGHTS)
    with keras_configured("float32" if float32 else run.environment.runtime.precision):
        model = _build(run, architecture or find_architecture(run))
        assign("", model.weights, arrays, run.folder / WEIGHTS)
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
            f"killed there. Wait until it has ended, or resume it: zookit resume "
            f"{shlex.quote(str(run.folder))}"
        )
    raise BadRun(
        f"{run.folder} has no final weights, because it was killed. To finish it: zookit resume "
        f"{shlex.quote(str(run.folder))}"
    )


def info_of(run: RunRecord) -> DatasetInfo:
    """Return the recorded info of the run's data set, which need not be installed."""
    data = run.environment.data
    return DatasetInfo(data.image_shape, data.class_names, data.sizes)


def _build(run: RunRecord, architecture: Architecture) -> "keras.Model":
    try:
        with out_of_memory_reported(), one_build:
            return build_model(info_of(run), architecture, run.experiment.settings.normalize)
    except ZookitError as error:
        raise BadRun(f"{run.folder} cannot be rebuilt: {error}") from error
    except Exception as error:  # an architecture may raise anything
        raise BadRun(
            f"{run.folder} cannot be rebuilt: {run.experiment.architecture.name} failed "
            f"({reason_of(error)}). Report this to the architecture's author."
        ) from error


def find_architecture(run: RunRecord) -> Architecture:
    """Look up the architecture of a run, and warn if its version is not the run's.

    Raises BadRun if it is not installed or does not accept the parameters.
    """
    try:
        built = default.architectures.build(run.experiment.architecture)
    except ZookitError as error:
        raise BadRun(f"{run.folder} cannot be rebuilt: {error}") from error
    warn_of_owner(run, built.spec.name, built.owner)
    return built.component


def warn_of_owner(run: RunRecord, name: str, owner: str | None) -> None:
    """Warn if the installed version of a component is not the one that the run recorded."""
    recorded = run.environment.owners().get(name)
    if recorded is not None and recorded != owner:
        warn(f"{run.name} was trained with {name} of {recorded}, but {owner} is installed.")
