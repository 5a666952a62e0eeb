"""The contract of metrics."""

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from zookit.core import BadParameter, Metric
from zookit.core.calling import call_declared
from zookit.testing.check import compiled, require, require_fresh
from zookit.testing.predictions import Predictions, accepted_classes
from zookit.testing.target import NotApplicable, Target
from zookit.testing.trial_training import small_training

if TYPE_CHECKING:
    import keras

_MANY = 100
"""Enough classes for a metric that is the same for all predictions of few classes."""


def builds_fresh_metrics(target: Target) -> None:
    """`build` returns a keras.metrics.Metric, a new one each time, for two classes and for more."""
    import keras

    for classes in _classes(target):
        require_fresh(
            partial(_built, target, classes), keras.metrics.Metric, "keras.metrics.Metric"
        )


def its_value_is_one_finite_number(target: Target) -> None:
    """Its result is one finite number, for right, wrong and any other predictions."""
    for classes in _classes(target):
        batch = Predictions.random(classes)
        for each in (batch, batch.right(1.0), batch.wrong(1.0)):
            _value(_built(target, classes), each)


def better_predictions_have_better_values(target: Target) -> None:
    """Its value is better for right than for wrong predictions, in the direction that it states.

    Its `higher_is_better` says whether a higher value is better.
    """
    metric: Metric = target.component
    values = []
    for classes in (*_classes(target), _MANY):
        batch = Predictions.random(classes)
        pair = (batch.right(0.98), batch.wrong(0.98))
        right, wrong = (_value(_built(target, classes), each) for each in pair)
        better = right >= wrong if metric.higher_is_better else right <= wrong
        found = f"for {classes} classes, it is {right:g} if all are right, {wrong:g} if none is"
        require(better, f"{found}, and higher_is_better is {metric.higher_is_better}")
        values.append((right, wrong))
    require(any(right != wrong for right, wrong in values), f"{found}")


def the_order_of_batches_does_not_matter(target: Target) -> None:
    """Its result is of all batches since the last `reset_state`, in whatever order."""
    for classes in _classes(target):
        one, other = Predictions.random(classes), Predictions.random(classes, 7, seed=1).right(0.9)
        metric = _built(target, classes)
        forwards = _value(metric, one, other)
        metric.reset_state()
        backwards = _value(metric, other, one)
        require(
            np.isclose(forwards, backwards, rtol=1e-4, atol=1e-6),
            f"for {classes} classes, after two batches and reset_state it is {backwards:g} for the "
            f"same batches in the opposite order, and was {forwards:g}",
        )


def reset_forgets_everything(target: Target) -> None:
    """After `reset_state`, it is as if it had just been built."""
    for classes in _classes(target):
        batch = Predictions.random(classes)
        metric = _built(target, classes)
        _value(metric, batch.wrong(0.7))
        metric.reset_state()
        found, expected = _value(metric, batch), _value(_built(target, classes), batch)
        require(
            np.isclose(found, expected, rtol=1e-5, atol=1e-7),
            f"for {classes} classes, after reset_state it is {found:g}, and {expected:g} at first",
        )


def state_is_in_its_variables(target: Target) -> None:
    """Another metric that receives its variables continues exactly like it."""
    for classes in _classes(target):
        batch = Predictions.random(classes)
        one, two = _built(target, classes), _built(target, classes)
        _value(one, batch.wrong(0.7))
        _value(two, batch)  # some create their variables only now
        for mine, its in zip(two.variables, one.variables, strict=True):
            mine.assign(its)
        values = [_value(each, batch) for each in (one, two)]
        require(
            values[0] == values[1],
            f"for {classes} classes, it is {values[0]:g} after two batches, and {values[1]:g} if "
            "its variables are given to another one in between",
        )


def compiles(target: Target) -> None:
    """TensorFlow can compile it for batches of any size, and so can XLA unless its `xla` is false.

    Its value stays the same.
    """
    for xla in (False, True) if target.component.xla else (False,):
        for classes in _classes(target):
            metric = _built(target, classes)
            batches = Predictions.random(classes), Predictions.random(classes, 7)
            _value(metric, *batches)  # some create their variables only now
            metric.reset_state()
            update = compiled(partial(_update, metric), (None, classes), (None, classes), xla=xla)
            for each in batches:
                update(*each.tensors())
            found = float(compiled(metric.result, xla=xla)())
            expected = _value(_built(target, classes), *batches)
            how = "with XLA" if xla else "compiled"
            require(
                np.isclose(found, expected, rtol=1e-4, atol=1e-6),
                f"for {classes} classes, it is {expected:g}, and {found:g} {how}",
            )


def works_during_training(target: Target) -> None:
    """Training with it and with a validation split runs to the end."""
    try:
        small_training(metrics=target.component)
    except BadParameter as error:
        raise NotApplicable(str(error)) from error


def _classes(target: Target) -> tuple[int, int]:
    return accepted_classes(target.component)


def _built(target: Target, classes: int) -> "keras.metrics.Metric":
    metric: Metric = target.component
    return call_declared(metric.build, classes=classes)


def _update(metric: "keras.metrics.Metric", labels: Any, probabilities: Any) -> None:
    metric.update_state(labels, probabilities, None)  # as zookit calls it, without weights


def _value(metric: "keras.metrics.Metric", *batches: Predictions) -> float:
    """Add batches and return the result, which must be one finite number."""
    for each in batches:
        _update(metric, *each.tensors())
    value = metric.result()
    shape = getattr(value, "shape", None)
    require(shape == (), f"its result is {value!r}, expected one number")
    require(np.isfinite(float(value)), f"its result is {float(value)}")
    return float(value)


CHECKS = (
    builds_fresh_metrics,
    its_value_is_one_finite_number,
    better_predictions_have_better_values,
    the_order_of_batches_does_not_matter,
    reset_forgets_everything,
    state_is_in_its_variables,
    compiles,
    works_during_training,
)
