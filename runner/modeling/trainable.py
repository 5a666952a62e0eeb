"""Which parts of a model are trained: `trainable` of its layers and variables."""

import math
from typing import TYPE_CHECKING

from zookit.core import BadExperiment, TrainingFailed
from zookit.core.messages import option
from zookit.modeling.model import HEAD

if TYPE_CHECKING:
    from collections.abc import Sequence

    import keras


def layers_of(model: "keras.Model") -> "list[keras.layers.Layer]":
    """Return a model and all layers in it."""
    layers: list[keras.layers.Layer] = model._flatten_layers()  # noqa: SLF001 - `layers` has the outer ones only
    return layers


def get_trainable(model: "keras.Model") -> tuple[bool, ...]:
    """Return `trainable` of each layer, and then of each variable."""
    return (
        *(bool(layer.trainable) for layer in layers_of(model)),
        *(bool(variable.trainable) for variable in model.variables),
    )


def set_trainable(model: "keras.Model", flags: "Sequence[bool]") -> None:
    """Set what `get_trainable` returned. Raises ValueError if the model has other layers."""
    # Setting `trainable` of a layer sets it for all in it, so what is in several layers would
    # depend on their order.
    parts = [*layers_of(model), *model.variables]
    for part, flag in zip(parts, flags, strict=True):
        part._trainable = flag  # noqa: SLF001


def freeze_body(model: "keras.Model") -> None:
    """Freeze all layers of a model but its head.

    Keras's batch normalization then uses its averages, also in training.
    """
    for layer in model.layers:
        if layer.name != HEAD:
            layer.trainable = False


def unfreeze(model: "keras.Model", flags: "Sequence[bool]", *, batch_norm: bool) -> None:
    """Set what `get_trainable` returned before the body was frozen, but for batch normalization.

    That stays frozen unless `batch_norm`.
    """
    import keras

    set_trainable(model, flags)
    if not batch_norm:
        for layer in layers_of(model):
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.trainable = False


def count_trained(model: "keras.Model") -> int:
    """Return the number of parameters that are trained now."""
    return sum(math.prod(each.shape) for each in model.trainable_variables)


def trainable_at_most(model: "keras.Model") -> "list[keras.Variable]":
    """Return the variables that are trained if no layer is frozen, in the model's order."""
    before = get_trainable(model)
    for layer in layers_of(model):
        layer.trainable = False  # setting a value that it has would not reach the layers in it
    model.trainable = True
    variables: list[keras.Variable] = model.trainable_variables
    set_trainable(model, before)
    return variables


def check_averages(model: "keras.Model") -> None:
    """Raise BadExperiment if the optimizer averages the weights and a part of them is frozen.

    Keras matches weights and averages by position, so a weight would get another one's average.
    """
    optimizer = model.optimizer
    if not getattr(optimizer, "inner_optimizer", optimizer).use_ema:
        return
    if len(model.trainable_variables) != len(trainable_at_most(model)):
        raise BadExperiment(
            "use_ema cannot average the weights of a model with frozen layers. Remove use_ema from "
            f"{option('--optimizer', 'optimizer')}, or train all layers."
        )


def accept_trainable(model: "keras.Model") -> None:
    """Accept what is trainable now, about which Keras would warn.

    Raises TrainingFailed or BadExperiment if the optimizer cannot train it.
    """
    check_averages(model)
    model._compiled_trainable_state = {  # noqa: SLF001 - what the warning is about
        layer: layer.trainable for layer in layers_of(model)
    }
    if not model.trainable_variables:
        raise TrainingFailed(
            "all layers are frozen, so there is nothing to train. Leave one layer trainable."
        )
    optimizer = model.optimizer
    known = {id(variable) for variable in optimizer._trainable_variables}  # noqa: SLF001
    if not all(id(variable) in known for variable in model.trainable_variables):
        raise TrainingFailed(
            "a layer was unfrozen that this run's optimizer was not built for. Only a callback of "
            "the experiment can unfreeze layers, and not in a run that an earlier version of "
            "zookit began with frozen layers."
        )
