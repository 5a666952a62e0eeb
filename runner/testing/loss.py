"""The contract of losses."""

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from zookit.core import BadParameter, Loss
from zookit.core.calling import call_declared
from zookit.testing.check import compiled, require, require_fresh
from zookit.testing.predictions import Predictions, accepted_classes
from zookit.testing.target import NotApplicable, Target
from zookit.testing.trial_training import small_training

if TYPE_CHECKING:
    import keras

Value = Callable[..., Any]
"""The value of a loss for labels, probabilities and perhaps weights."""


def builds_fresh_losses(target: Target) -> None:
    """`build` returns a keras.losses.Loss, a new one each time, for two classes and for more."""
    import keras

    for classes in _classes(target):
        require_fresh(partial(_built, target, classes), keras.losses.Loss, "keras.losses.Loss")


def its_value_is_the_mean_over_the_images(target: Target) -> None:
    """For a batch its value is one finite number, the mean of the values for its images."""
    for classes in _classes(target):
        batch = Predictions.random(classes)
        loss = _built(target, classes)
        whole = _value(loss, batch)
        mean = float(np.mean([_value(loss, each) for each in batch.one_by_one()]))
        _require_close(
            whole, mean, f"for {classes} classes, it is {whole:g}, and {mean:g} is the mean"
        )


def better_predictions_have_lower_values(target: Target) -> None:
    """The more probable the true classes are, the lower its value."""
    for classes in _classes(target):
        batch = Predictions.random(classes)
        tried = batch.right(0.9), batch.right(0.6), batch.wrong(0.6), batch.wrong(0.9)
        values = [_value(_built(target, classes), each) for each in tried]
        require(
            all(better < worse for better, worse in pairwise(values)),
            f"for {classes} classes, and predictions of falling quality, it is "
            f"{', '.join(f'{each:g}' for each in values)}",
        )


def gradients_are_finite(target: Target) -> None:
    """Its value and its gradient are finite, also if a probability is exactly 0 or 1.

    For wrong predictions the gradient is not 0.
    """
    import tensorflow as tf

    for classes in _classes(target):
        batch = Predictions.random(classes)
        for what, each in (
            ("wrong", batch.wrong(0.8)),
            ("certain and right", batch.right(1.0)),
            ("certain and wrong", batch.wrong(1.0)),
        ):
            labels, probabilities = each.tensors()
            with tf.GradientTape() as tape:
                tape.watch(probabilities)
                value = _built(target, classes)(labels, probabilities)
            gradient = tape.gradient(value, probabilities)
            where = f"for {classes} classes, if the predictions are {what},"
            require(gradient is not None, "it does not depend on the probabilities")
            require(np.isfinite(float(value)), f"{where} it is {float(value)}")
            require(np.all(np.isfinite(gradient)), f"{where} its gradient is not finite")
            require(what != "wrong" or np.any(gradient), f"{where} its gradient is 0")


def weights_of_images_count(target: Target) -> None:
    """With weights, as --class-weights gives them, its value is the mean of the weighted values."""
    for classes in _classes(target):
        batch = Predictions.random(classes)
        loss = _built(target, classes)
        values = np.array([_value(loss, each) for each in batch.one_by_one()])
        weights = np.linspace(0, 2, len(values), dtype=np.float32)
        found = _value(loss, batch, weights)
        means = float(np.mean(weights * values)), float(np.average(values, weights=weights))
        require(
            any(np.isclose(found, each, rtol=1e-4, atol=1e-6) for each in means),
            f"for {classes} classes, with weights it is {found:g}, and {means[0]:g} is the mean of "
            "the weighted values",
        )


def mixed_labels_count(target: Target) -> None:
    """A label that mixes two classes gives another value than the label of the stronger class."""
    for classes in _classes(target):
        hard = Predictions.random(classes)
        loss = _built(target, classes)
        one, other = _value(loss, hard), _value(loss, hard.mixed())
        require(np.isfinite(other), f"for {classes} classes, with mixed labels it is {other}")
        require(
            not np.isclose(one, other, rtol=1e-4),
            f"for {classes} classes, it is {one:g} for the mixed labels and the stronger classes",
        )


def compiles(target: Target) -> None:
    """TensorFlow can compile it for batches of any size, and so can XLA unless its `xla` is false.

    Its value stays the same.
    """
    for xla in (False, True) if target.component.xla else (False,):
        for classes in _classes(target):
            loss = _built(target, classes)
            function = compiled(loss, (None, classes), (None, classes), xla=xla)
            for batch in (Predictions.random(classes), Predictions.random(classes, 7)):
                one, other = _value(loss, batch), _value(function, batch)
                how = "with XLA" if xla else "compiled"
                _require_close(one, other, f"for {classes} classes, it is {one:g}, {other:g} {how}")


def works_during_training(target: Target) -> None:
    """Training with it runs to the end, and the loss stays finite."""
    try:
        small_training(loss=target.component)
    except BadParameter as error:
        raise NotApplicable(str(error)) from error


def _classes(target: Target) -> tuple[int, int]:
    return accepted_classes(target.component)


def _built(target: Target, classes: int) -> "keras.losses.Loss":
    loss: Loss = target.component
    return call_declared(loss.build, classes=classes)


def _value(loss: Value, batch: Predictions, weights: Any = None) -> float:
    labels, probabilities = batch.tensors()
    given = () if weights is None else (weights,)
    value = np.asarray(loss(labels, probabilities, *given))
    require(value.shape == (), f"its value has the shape {value.shape}, expected one number")
    require(np.isfinite(value), f"its value is {value}")
    return float(value)


def _require_close(one: float, other: float, found: str) -> None:
    require(np.isclose(one, other, rtol=1e-4, atol=1e-6), found)


CHECKS = (
    builds_fresh_losses,
    its_value_is_the_mean_over_the_images,
    better_predictions_have_lower_values,
    gradients_are_finite,
    weights_of_images_count,
    mixed_labels_count,
    compiles,
    works_during_training,
)
