"""A body that is frozen: what is trained, and how batch normalization acts, in both phases."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import pytest

from zookit.core import Architecture, BadExperiment, DatasetInfo, Unfreezing
from zookit.modeling.freezing import Freezing
from zookit.modeling.model import build_model, compile_model
from zookit.modeling.trainable import count_trained

INFO = DatasetInfo((4, 4, 1), ("a", "b", "c"))
EPOCH = 3


@dataclass(frozen=True)
class Body(Architecture):
    """A nested body with batch normalization, whose first layer may be frozen by itself."""

    frozen_first: bool = False

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        inner = keras.Input(images.shape[1:])
        first = keras.layers.Conv2D(2, 3, name="first")
        normalized = keras.layers.BatchNormalization(name="normalized")(first(inner))
        body = keras.Model(inner, keras.layers.Flatten()(normalized), name="nested")
        first.trainable = not self.frozen_first
        return body(images)


def frozen(*, frozen_first: bool = False, batch_norm: bool = False) -> tuple[Any, Freezing]:
    keras.utils.set_random_seed(0)
    model = build_model(INFO, Body(frozen_first), normalize=True)
    compile_model(model, INFO, keras.optimizers.SGD(0.1))
    freezing = Freezing(
        model,
        lambda: keras.optimizers.SGD(0.1),
        body=True,
        unfreezings=[Unfreezing(EPOCH, batch_norm)],
    )
    return model, freezing


def weights(model: keras.Model) -> dict[str, Any]:
    return {each.path.rpartition("nested/")[2]: each.numpy() for each in model.variables}


def changed_by_training(model: keras.Model) -> set[str]:
    """The variables that a step changes, of a model that is compiled for what it trains now."""
    compile_model(model, INFO, keras.optimizers.SGD(0.1))
    before = weights(model)
    images = np.random.default_rng(0).integers(0, 256, (8, 4, 4, 1), np.uint8)
    model.train_on_batch(images, np.arange(8) % 3)
    return {
        name for name, value in weights(model).items() if not np.array_equal(value, before[name])
    }


HEAD = {"head/kernel", "head/bias"}
FIRST = {"first/kernel", "first/bias"}
NORMALIZED = {f"normalized/{name}" for name in ("gamma", "beta", "moving_mean", "moving_variance")}


@pytest.mark.parametrize(
    ("options", "later"),
    [
        ({}, HEAD | FIRST),
        ({"batch_norm": True}, HEAD | FIRST | NORMALIZED),
        ({"frozen_first": True, "batch_norm": True}, HEAD | NORMALIZED),
    ],
    ids=["default", "batch_norm", "architecture freezes"],
)
def test_only_the_head_is_trained_and_later_what_was_frozen(
    options: dict[str, bool], later: set[str]
) -> None:
    model, freezing = frozen(**options)
    assert changed_by_training(model) == HEAD
    freezing.start_epoch(EPOCH - 1)
    assert changed_by_training(model) == HEAD
    freezing.start_epoch(EPOCH)
    assert changed_by_training(model) - {"normalized/beta"} == later - {"normalized/beta"}
    freezing.start_epoch(EPOCH + 1)
    assert count_trained(model) == freezing.parameters().trained["3"]


def test_parameters_are_counted_for_both_phases() -> None:
    model, freezing = frozen()
    counts = freezing.parameters()
    assert counts.all == model.count_params()
    assert counts.trained == {"1": 8 * 3 + 3, "3": 8 * 3 + 3 + 9 * 2 + 2}
    assert count_trained(model) == counts.trained["1"]


def test_nothing_to_unfreeze_is_refused() -> None:
    _, freezing = frozen(frozen_first=True)
    with pytest.raises(BadExperiment, match="epoch 3"):
        freezing.parameters()


@pytest.mark.parametrize("trainable", [True, False])
def test_an_architecture_cannot_freeze_layers_in_pretrained_too(trainable: bool) -> None:
    model, freezing = frozen()
    called = []

    def load(given: keras.Model) -> None:
        called.append(given)
        given.get_layer("nested").get_layer("first").trainable = trainable

    if trainable:
        freezing.load_pretrained(load)
    else:
        with pytest.raises(BadExperiment, match="pretrained"):
            freezing.load_pretrained(load)
    assert called == [model]
    assert changed_by_training(model) == HEAD
