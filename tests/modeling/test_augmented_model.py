"""The augmented training step is the model's own but for the images and labels that it gets."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import pytest
import tensorflow as tf

from zookit.core import Architecture, Augmentation, BrokenPlugin, DatasetInfo
from zookit.modeling.augmented_model import augment, augmentation_variables, build_augmentations
from zookit.modeling.model import build_model, compile_model
from zookit.modeling.one_form import OneFormLoss
from zookit.modeling.runtime import keras_configured
from zookit.plugins import Crossentropy, Flip, MixUp, TopK

SEEN: list[Any] = []


@dataclass(frozen=True)
class Everything(Architecture):
    """Has all that a training step must take care of beside the weights."""

    penalties: bool = True  # with bfloat16, Keras cannot add those of layers

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        from keras import layers

        class Penalized(layers.Layer):  # type: ignore[misc]
            def call(self, values: Any) -> Any:
                self.add_loss(0.1 * keras.ops.mean(values**2))
                return values

        penalty = "l1" if self.penalties else None
        x = layers.Conv2D(4, 3, kernel_regularizer="l2", activity_regularizer=penalty)(images)
        x = layers.BatchNormalization(momentum=0.5)(x)
        x = layers.Dropout(0.3, seed=5)(layers.Flatten()(x))
        x = layers.Dense(6, activation="relu")(x)
        return Penalized()(x) if self.penalties else x


@dataclass(frozen=True)
class Nothing(Augmentation):
    """Changes nothing, and notes what it gets."""

    mixing: bool = False

    @property
    def mixes_labels(self) -> bool:  # type: ignore[override]
        return self.mixing

    def build(self) -> Any:
        class Same(keras.layers.Layer):  # type: ignore[misc]
            def call(self, given: Any, training: bool = False) -> Any:
                assert training
                SEEN.append(given)
                return dict(given) if isinstance(given, dict) else given

        return Same(dtype="float32")


@dataclass(frozen=True)
class Wrong(Augmentation):
    """Builds no layer."""

    def build(self) -> Any:
        return "no layer"


def data(classes: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (48, 8, 8, 1), np.uint8)
    return images, np.arange(48) % classes


@cache
def trained(
    classes: int,
    *augmentations: Augmentation,
    precision: str = "float32",
    weights: tuple[float, ...] = (),
    loss: Any = None,
) -> tuple[keras.Model, dict[str, list[float]]]:
    """Train for two epochs."""
    info = DatasetInfo((8, 8, 1), tuple("abcd"[:classes]))
    images, labels = data(classes)
    by_class = np.array(weights, np.float32) if weights else None
    mixes = any(each.mixes_labels for each in augmentations)
    with keras_configured(precision):
        keras.utils.set_random_seed(3)
        model = build_model(info, Everything(precision == "float32"), normalize=True)
        steps = build_augmentations(augmentations)
        metrics = {"top_k_1": TopK(1)}
        optimizer = keras.optimizers.Adam(0.01)
        loss = loss or (Crossentropy() if mixes else None)
        compile_model(model, info, optimizer, loss, metrics, mixes_labels=mixes)
        if steps:
            augment(model, steps, classes, by_class)
        each = None if by_class is None else by_class[labels]
        history = model.fit(
            images, labels, 8, epochs=2, shuffle=False, sample_weight=each, verbose=0
        ).history
    return model, history


def assert_same(
    one: tuple[keras.Model, dict[str, list[float]]], other: tuple[keras.Model, Any]
) -> None:
    for mine, theirs in zip(one[0].get_weights(), other[0].get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert one[1] == other[1]


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_a_step_with_an_augmentation_that_changes_nothing_is_the_plain_step(
    precision: str,
) -> None:
    """No loss of a layer is lost or doubled, averages move, dropout draws the same."""
    plain = trained(3, precision=precision)
    augmented = trained(3, Nothing(), Nothing(), precision=precision)
    assert_same(plain, augmented)
    assert SEEN[-1].dtype == tf.float32
    assert SEEN[-1].shape[1:] == (8, 8, 1)
    moving = [each for each in plain[0].non_trainable_variables if "moving" in each.path]
    assert all(np.ptp(each.numpy()) > 0 for each in moving)
    assert len(plain[0].losses) == (3 if precision == "float32" else 1)


@pytest.mark.slow
@pytest.mark.parametrize("classes", [2, 3])
def test_mixed_labels_that_are_not_mixed_train_as_the_plain_ones(classes: int) -> None:
    """Also with class weights, for both heads: loss and accuracy mean the same."""
    weights = (0.5, 1.5, 1.0)[:classes]
    plain = trained(classes, weights=weights, loss=Crossentropy())
    mixing = trained(classes, Nothing(mixing=True), weights=weights)
    assert SEEN[-1]["labels"].dtype == tf.float32
    assert SEEN[-1]["labels"].shape[1] == classes
    assert isinstance(mixing[0].loss, OneFormLoss)
    for name, values in plain[1].items():
        np.testing.assert_allclose(mixing[1][name], values, rtol=2e-5, err_msg=name)
    for mine, theirs in zip(plain[0].get_weights(), mixing[0].get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-3, atol=1e-5)


def test_weights_of_mixed_labels_are_mixed() -> None:
    model, _ = trained(2, Nothing(mixing=True), weights=(0.5, 1.5))
    augmenting = vars(model)["_augmenting"]
    labels = np.array([[1, 0], [0.5, 0.5], [0, 1]], np.float32)
    _, _, weights = augmenting(np.zeros((3, 8, 8, 1), np.uint8), labels, None)
    np.testing.assert_allclose(weights, [0.5, 1, 1.5])


@pytest.mark.slow
def test_random_states_are_those_of_the_layers_and_the_model_is_the_same() -> None:
    model, _ = trained(3, Flip(), MixUp())
    plain, _ = trained(3)
    states = augmentation_variables(model)
    assert len(states) == 2
    assert augmentation_variables(plain) == []
    assert not {id(each) for each in states} & {id(each) for each in model.variables}
    assert [each.shape for each in model.variables] == [each.shape for each in plain.variables]
    assert type(model).__name__ == type(plain).__name__
    config = model.get_config()
    assert [each["class_name"] for each in config["layers"]] == [
        each["class_name"] for each in plain.get_config()["layers"]
    ]
    images, labels = data(3)
    model.set_weights(plain.get_weights())
    np.testing.assert_array_equal(
        model.predict(images, verbose=0), plain.predict(images, verbose=0)
    )
    assert model.evaluate(images, labels, verbose=0) == plain.evaluate(images, labels, verbose=0)


def test_what_is_no_layer_is_the_plugins_fault() -> None:
    with pytest.raises(BrokenPlugin, match=r"Wrong\.build returned 'no layer'"):
        build_augmentations([Wrong()])
