"""Optimizers declare exactly what the installed Keras takes."""

import inspect
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, cast

import keras
import numpy as np
import pytest
from small_runs import small_images

import zookit
from zookit.core import Architecture, BadParameter, ZookitError
from zookit.core.declaration import declaration_complaint, parameters
from zookit.modeling.optimizers import build_optimizer
from zookit.plugins.optimizers.keras_optimizer import KerasOptimizer
from zookit.registry import optimizers

NAMES = [name for name in optimizers if optimizers[name].distribution == "zookit"]
each_optimizer = pytest.mark.parametrize("name", NAMES)


def kind_of(name: str) -> type[KerasOptimizer]:
    return cast(type[KerasOptimizer], optimizers[name].load())


def keras_class(name: str) -> Any:
    return getattr(keras.optimizers, kind_of(name).keras_class)


def built(words: str) -> keras.optimizers.Optimizer:
    return build_optimizer(optimizers.build(words).component)


@each_optimizer
def test_parameters_and_defaults_are_those_of_keras(name: str) -> None:
    kind = kind_of(name)
    assert declaration_complaint(kind) is None
    theirs = {
        parameter.name: parameter.default
        for parameter in inspect.signature(keras_class(name)).parameters.values()
        if parameter.name != "name" and parameter.kind is not parameter.VAR_KEYWORD
    }
    ours = {field.name: field.default for field in fields(kind)}
    assert MISSING not in ours.values()
    assert next(iter(ours)) == "learning_rate"
    assert ours == {**theirs, "learning_rate": None}
    assert all(parameter.meaning for parameter in parameters(kind))


@each_optimizer
def test_builds_what_keras_builds(name: str) -> None:
    ours, theirs = built(name), keras_class(name)()
    assert type(ours) is type(theirs)
    assert {**ours.get_config(), "name": ""} == {**theirs.get_config(), "name": ""}
    assert kind_of(name).keras_class.lower() == name.replace("schedule_free_", "schedulefree")


def test_no_optimizer_of_keras_is_forgotten() -> None:
    theirs = {
        kind.__name__
        for kind in vars(keras.optimizers).values()
        if isinstance(kind, type) and issubclass(kind, keras.optimizers.Optimizer)
    }
    wrappers = {"Optimizer", "LossScaleOptimizer", "MultiOptimizer"}
    assert theirs - wrappers == {kind_of(name).keras_class for name in NAMES}


def test_every_parameter_reaches_keras() -> None:
    config = built("sgd:0.5,momentum=0.9,nesterov=true,clipnorm=2,use_ema=true").get_config()
    assert config["learning_rate"] == 0.5
    assert config["momentum"] == 0.9
    assert config["nesterov"] is True
    assert config["clipnorm"] == 2.0
    assert config["use_ema"] is True
    assert list(built("muon:exclude_layers=head+body").exclude_layers) == ["head", "body"]


@dataclass(frozen=True)
class Loaded(Architecture):
    """Loads weights of 0.5."""

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        return keras.layers.GlobalAveragePooling2D()(images)

    def pretrained(self, model: keras.Model) -> None:
        model.set_weights([np.full_like(each, 0.5) for each in model.get_weights()])


def test_optimizers_that_start_from_the_weights_start_from_pretrained_ones(tmp_path: Path) -> None:
    run = zookit.run(
        small_images(),
        Loaded(),
        optimizer="schedule_free_adamw:1e-9",
        runs_dir=tmp_path,
        epochs=1,
        batch_size=32,
        quiet=True,
    )
    for weights in run.model().get_weights():
        np.testing.assert_allclose(weights, 0.5, atol=1e-6)


@pytest.mark.parametrize(
    ("words", "error", "expected"),
    [
        ("adam:beta=0.9", BadParameter, "adam: .*Did you mean 'beta_2'"),
        ("adam:0", BadParameter, "adam: .*greater than 0"),
        ("adam:inf", BadParameter, "adam: .*finite"),
        ("adam:amsgrad=2", BadParameter, "adam: .*true or false"),
        ("muon:ns_steps=1.5", BadParameter, "muon: .*whole number"),
        # What Keras refuses:
        ("sgd:momentum=2", BadParameter, "^sgd: momentum .*at most 1"),
        ("adam:gradient_accumulation_steps=1", BadParameter, "^adam: gradient_acc.* at least 2"),
        ("adam:clipnorm=1,clipvalue=1", BadParameter, "^adam: clipnorm and clipvalue .*only one"),
        ("rmsprop:use_ema=true,ema_momentum=2", BadParameter, "^rmsprop: ema_momentum .*at most 1"),
        ("ftrl:learning_rate_power=1", BadParameter, "^ftrl: learning_rate_power .*at most 0"),
        ("lion:beta_1=0", BadParameter, "^lion: beta_1 .*greater than 0"),
        # What Keras ignores:
        ("adam:clipnorm=0", BadParameter, "^adam: clipnorm .*greater than 0"),
        ("adam:clipvalue=-1", BadParameter, "^adam: clipvalue .*greater than 0"),
        ("adam:global_clipnorm=0", BadParameter, "^adam: global_clipnorm .*greater than 0"),
        ("adam:gradient_accumulation_steps=0", BadParameter, "^adam: gradient_acc.* at least 2"),
        ("adam:use_ema=true,ema_overwrite_frequency=0", BadParameter, "^adam: ema_.* at least 1"),
        ("sgd:ema_momentum=0.9", BadParameter, "^sgd: ema_m.*use_ema=true,ema_momentum=0.9"),
        ("sgd:ema_overwrite_frequency=5", BadParameter, "^sgd: ema_.*use_ema=true,ema_over.*=5"),
        # What gives NaN, or never learns:
        ("adam:beta_1=9", BadParameter, "^adam: beta_1 .*less than 1"),
        ("muon:adam_beta_2=1", BadParameter, "^muon: adam_beta_2 .*less than 1"),
        ("rmsprop:momentum=9", BadParameter, "^rmsprop: momentum .*at most 1"),
        ("schedule_free_adamw:beta_1=0", BadParameter, "^schedule_free_adamw: beta_1 .*than 0"),
        ("adamw:weight_decay=-1", BadParameter, "^adamw: weight_decay .*at least 0"),
        ("adafactor:clip_threshold=0", BadParameter, "^adafactor: clip_threshold .*than 0"),
        ("adadelta:epsilon=0", BadParameter, "^adadelta: epsilon .*greater than 0"),
    ],
)
def test_errors(words: str, error: type[ZookitError], expected: str) -> None:
    with pytest.raises(error, match=expected) as caught:
        built(words)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    "words",
    [
        "lion:beta_1=1",
        "sgd:momentum=1",
        "adam:epsilon=0,beta_1=0",
        "ftrl:learning_rate_power=0",
        "schedule_free_adamw:beta_1=1",
        "adam:use_ema=true,ema_momentum=0.9,ema_overwrite_frequency=1",
    ],
)
def test_what_keras_accepts_at_the_bounds_is_accepted(words: str) -> None:
    assert type(built(words)) is keras_class(words.partition(":")[0])
