"""Which parts of a model are trained, and what could be."""

from typing import Any

import keras
import pytest

from zookit.core import BadExperiment, TrainingFailed
from zookit.modeling.trainable import (
    accept_trainable,
    check_averages,
    get_trainable,
    layers_of,
    set_trainable,
    trainable_at_most,
)


def model(**optimizer: Any) -> keras.Model:
    """Return a model with a model inside, whose layers are normalized."""
    inner = keras.Sequential(
        [keras.layers.Dense(2), keras.layers.BatchNormalization(scale=False, center=False)]
    )
    outer = keras.Sequential([keras.Input((3,)), inner, keras.layers.Dense(1)])
    outer.compile(keras.optimizers.Adam(**optimizer), "mse")
    return outer


def test_layers_within_layers_count() -> None:
    kinds = [type(layer) for layer in layers_of(model())]
    assert kinds.count(keras.layers.Dense) == 2
    assert kinds.count(keras.layers.BatchNormalization) == 1


@pytest.mark.parametrize(
    "frozen",
    [
        lambda each: [],
        lambda each: [each],
        lambda each: [each.layers[0]],
        lambda each: [each.layers[0].layers[0]],
        lambda each: [each.layers[0].layers[1]],
        lambda each: [each.layers[1].kernel],
    ],
)
def test_what_is_frozen_is_restored_and_could_be_trained(frozen: Any) -> None:
    one, other = model(), model()
    everything = one.trainable_variables
    for part in frozen(one):
        part.trainable = False
    flags = get_trainable(one)
    assert list(map(id, trainable_at_most(one))) == list(map(id, everything))
    assert get_trainable(one) == flags
    for part in (*layers_of(other), *other.variables):
        part.trainable = False
    set_trainable(other, flags)
    assert get_trainable(other) == flags
    assert len(other.trainable_variables) == len(one.trainable_variables)


def test_flags_of_another_model_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        set_trainable(model(), [True] * 3)


def test_averages_need_all_layers() -> None:
    check_averages(model(use_ema=True))
    for optimizer in ({}, {"use_ema": True}):
        frozen = model(**optimizer)
        frozen.layers[0].layers[0].trainable = False
        if optimizer:
            with pytest.raises(BadExperiment, match="use_ema"):
                check_averages(frozen)
        else:
            check_averages(frozen)


def test_the_optimizer_must_know_what_is_trained() -> None:
    frozen = model()
    frozen.layers[0].trainable = False
    frozen.optimizer.build(frozen.trainable_variables)
    accept_trainable(frozen)
    frozen.layers[0].trainable = True
    with pytest.raises(TrainingFailed, match="unfrozen"):
        accept_trainable(frozen)
    frozen.trainable = False
    with pytest.raises(TrainingFailed, match="all layers are frozen"):
        accept_trainable(frozen)
