"""Gives a new model the weights of a trained one."""

from typing import TYPE_CHECKING, Any

from zookit.core import BadExperiment, DatasetInfo, reason_of, warn
from zookit.modeling.model import build_model
from zookit.modeling.trainable import layers_of
from zookit.modeling.weight_limit import weights_limited
from zookit.registry.code import code_hash
from zookit.runs.initial_weights import HEAD, HEAD_ARRAYS, InitialWeights
from zookit.training.composition import Composition
from zookit.training.initial_weights import (
    all_differences,
    architecture_of,
    parameter_differences,
    shape_words,
    words_of_model,
)

if TYPE_CHECKING:
    import keras


Structure = list[tuple[Any, ...]]
"""The layer's class, name and shape of each of a model's weights."""


def prepare_weights(composition: Composition) -> Structure | None:
    """Warn of doubts about the initial weights of a composition, if it has any.

    Return the structure of the body that they come from, if the parameters differ. It may build a
    model, so random numbers are to be seeded later. Raises BadExperiment.
    """
    initial = composition.initial
    if initial is None:
        return None
    for each in initial.warnings:
        warn(each)
    _warn_of_code(composition, initial)
    if not any(parameter_differences(composition, initial)):
        return None
    return _structure_of(composition, initial)


def assign_weights(
    model: "keras.Model",
    composition: Composition,
    initial: InitialWeights,
    structure: Structure | None,
) -> None:
    """Give a new model its initial weights, and warn if they are used in another way than before.

    `structure` is what `prepare_weights` returned. Raises BadExperiment if the weights do not fit;
    then none is assigned.

    The architecture's `pretrained` is not called: all that it loads would be replaced.
    """
    differences = "; ".join(all_differences(composition, initial))
    misfit = _misfit_of(model, initial, structure)
    if misfit:
        raise _error_of(composition, initial, misfit, differences)
    for array, variable in zip(initial.ordered(), model.weights, strict=False):
        variable.assign(array)
    if differences:
        warn(
            f"the weights of {initial.name} are used in another way than they were trained: "
            f"{differences}."
        )


def _misfit_of(
    model: "keras.Model", initial: InitialWeights, structure: Structure | None
) -> str | None:
    """Return why weights do not fit a model, as a clause; None if they do."""
    arrays, weights = initial.ordered(), list(model.weights)
    body = len(weights) - HEAD_ARRAYS
    count = len(weights) if HEAD in initial.parts else body
    if len(arrays) != count:
        return f"it has {len(arrays)} arrays of weights, expected {count}"
    for array, variable in zip(arrays, weights, strict=False):
        if array.shape != tuple(variable.shape) or array.dtype.name != variable.dtype:
            return (
                f"its array for {variable.path} has the shape {array.shape}, expected "
                f"{tuple(variable.shape)}"
            )
    if structure is not None and structure != _structure(model)[:body]:
        return "its layers differ"
    return None


def _error_of(
    composition: Composition, initial: InitialWeights, misfit: str, differences: str
) -> BadExperiment:
    why = f" ({differences})" if differences else ""
    words = words_of_model(composition.experiment.architecture.short_name, initial.model)
    shape = shape_words(initial.model.image_shape)
    return BadExperiment(
        f"the weights of {initial.name} do not fit this model: {misfit}{why}. To start from "
        f"them, train {words} on images of {shape}."
    )


def _warn_of_code(composition: Composition, initial: InitialWeights) -> None:
    """Warn if the architecture's code is not that with which the weights were trained."""
    then, owner = initial.installed, composition.owners[composition.experiment.architecture.name]
    if then is None:
        return
    if then.owner != owner:
        warn(f"{initial.name} was trained with {then.name} of {then.owner}, which is {owner} now.")
        return
    now = code_hash(type(composition.architecture))
    if then.code and now and then.code != now:
        warn(
            f"the code of {then.name} ({then.owner}) has changed since {initial.name} was trained."
        )


def _structure_of(composition: Composition, initial: InitialWeights) -> Structure:
    """Return the structure of the body that initial weights come from. Raises BadExperiment."""
    model = initial.model
    info = DatasetInfo(model.image_shape, model.class_names, {})
    sizes = [each.size for each in initial.arrays.values()]
    try:
        with weights_limited(sizes):
            built = build_model(info, architecture_of(composition, initial), model.normalize)
    except Exception as error:
        raise BadExperiment(
            f"the model of {initial.name} cannot be built, so its weights cannot be compared: "
            f"{reason_of(error)}. Choose another run to start from."
        ) from error
    return _structure(built)[:-HEAD_ARRAYS]


def _structure(model: "keras.Model") -> Structure:
    owners = {
        id(variable): type(layer).__qualname__
        for layer in layers_of(model)  # the innermost layer comes last
        for variable in layer.weights
    }
    return [(owners[id(each)], each.name, tuple(each.shape)) for each in model.weights]
