"""Optimizers declare exactly what the installed Keras takes."""

import inspect
from dataclasses import MISSING, fields
from typing import Any

import keras
import pytest

from zookit.core import BadParameter
from zookit.core.declaration import declaration_complaint, parameters
from zookit.modeling.keras_optimizers import SGD, Adam, Muon, Optimizer
from zookit.modeling.optimizers import OPTIMIZERS

each_optimizer = pytest.mark.parametrize("kind", OPTIMIZERS.values(), ids=OPTIMIZERS)


def keras_class(kind: type[Optimizer]) -> Any:
    return getattr(keras.optimizers, kind.keras_class)


@each_optimizer
def test_parameters_and_defaults_are_those_of_keras(kind: type[Optimizer]) -> None:
    assert declaration_complaint(kind) is None
    theirs = {
        parameter.name: parameter.default
        for parameter in inspect.signature(keras_class(kind)).parameters.values()
        if parameter.name != "name" and parameter.kind is not parameter.VAR_KEYWORD
    }
    ours = {field.name: field.default for field in fields(kind)}
    assert MISSING not in ours.values()
    assert next(iter(ours)) == "learning_rate"
    assert ours == {**theirs, "learning_rate": None}
    assert all(parameter.meaning for parameter in parameters(kind))


@each_optimizer
def test_builds_what_keras_builds(kind: type[Optimizer]) -> None:
    built, expected = kind().build(), keras_class(kind)()
    assert type(built) is type(expected)
    assert {**built.get_config(), "name": ""} == {**expected.get_config(), "name": ""}


def test_every_parameter_reaches_keras() -> None:
    config = SGD(0.5, momentum=0.9, nesterov=True, clipnorm=2.0, use_ema=True).build().get_config()
    assert config["learning_rate"] == 0.5
    assert config["momentum"] == 0.9
    assert config["nesterov"] is True
    assert config["clipnorm"] == 2.0
    assert config["use_ema"] is True
    assert Muon(exclude_layers=("head",)).build().exclude_layers == ["head"]


@pytest.mark.parametrize(
    ("optimizer", "name"),
    [
        (SGD(momentum=2.0), "momentum"),
        (Adam(gradient_accumulation_steps=1), "gradient_accumulation_steps"),
        (Adam(clipnorm=1.0, clipvalue=1.0), "clip"),
    ],
)
def test_a_value_that_keras_refuses(optimizer: Optimizer, name: str) -> None:
    with pytest.raises(BadParameter, match=name):
        optimizer.build()


def test_no_optimizer_of_keras_is_forgotten() -> None:
    theirs = {
        kind.__name__
        for kind in vars(keras.optimizers).values()
        if isinstance(kind, type) and issubclass(kind, keras.optimizers.Optimizer)
    }
    ours = {kind.keras_class for kind in OPTIMIZERS.values()}
    bases = {"Optimizer", "LossScaleOptimizer", "MultiOptimizer"}
    # It evaluates with other weights than it trains with, which needs a call around each epoch.
    assert theirs - ours - bases <= {"ScheduleFreeAdamW"}
