"""A kept run's model, built again from the registry and given its weights.

Nothing in a run's folder is executed: names and parameters are looked up and checked as those of a
new run are, and the weights are numbers.
"""

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from zookit.core import (
    Architecture,
    BadRun,
    DatasetInfo,
    ZookitError,
    reason_of,
    warn,
)
from zookit.modeling.model import build_model
from zookit.modeling.runtime import keras_set, memory_told
from zookit.registry import default
from zookit.runs.arrays import assign, load_of_end
from zookit.runs.run import WEIGHTS, RunRecord

if TYPE_CHECKING:
    import keras


def rebuilt_model(run: RunRecord, *, float32: bool = False) -> "keras.Model":
    """The model of a run that has ended, with its weights; not compiled.

    With `float32` it computes in float32, whatever the run trained in. Needs the architecture's
    package, but neither the data nor the data set's. Raises BadRun where the run has not ended, its
    architecture is not installed, its parameters no longer fit, or its weights do not.
    """
    check_ended(run)
    arrays = load_of_end(run, WEIGHTS)
    precision = "float32" if float32 else run.experiment.settings.precision
    with keras_set("float32" if precision == "auto" else precision):
        model = _built(run)
        assign("", model.weights, arrays, run.folder / WEIGHTS)
    return model


def check_ended(run: RunRecord) -> None:
    """Raise BadRun where the run trains, or was killed, and so has no weights of its end."""
    if run.ending is None:
        mend = f"Finish it: zookit resume {shlex.quote(str(run.folder))}"
        if run.status == "running":
            mend = "Wait until it has ended."
        raise BadRun(f"{run.folder} has no end yet: it is {run.status}. {mend}")


def info_of(run: RunRecord) -> DatasetInfo:
    """What the run's environment tells of its data set, which need not be installed."""
    data = run.environment.data
    return DatasetInfo(data.image_shape, data.class_names, data.sizes)


def _built(run: RunRecord) -> "keras.Model":
    settings = replace(run.experiment.settings, augment=())  # only training has them
    try:
        with memory_told():
            return build_model(info_of(run), architecture_of(run), settings)
    except BadRun:
        raise
    except ZookitError as error:
        raise BadRun(f"{run.folder} cannot be rebuilt: {error}") from error
    except Exception as error:
        raise BadRun(
            f"{run.folder} cannot be rebuilt: {run.experiment.architecture.name} failed "
            f"({reason_of(error)})."
        ) from error


def architecture_of(run: RunRecord) -> Architecture:
    """The run's architecture, looked up. Raises BadRun; warns where its version is another."""
    try:
        built = default.architectures.build(run.experiment.architecture)
    except ZookitError as error:
        raise BadRun(f"{run.folder} cannot be rebuilt: {error}") from error
    warn_of_owner(run, built.spec.name, built.owner)
    return built.component


def warn_of_owner(run: RunRecord, name: str, owner: str | None) -> None:
    """Warn where a component comes from another version than the run's did."""
    then = run.environment.owners().get(name)
    if then is not None and then != owner:
        warn(f"{run.name} was trained with {name} of {then}; installed is {owner}.")
