"""A graph computes with its inputs and known variables alone, or with more."""

from collections.abc import Callable
from functools import cache
from typing import Any

import keras
import pytest
import tensorflow as tf

from zookit.modeling.graphs import computes_with


@cache
def variable(name: str) -> keras.Variable:
    return keras.Variable(1.0, name=name)


@cache
def tensor() -> tf.Tensor:
    with tf.init_scope():
        return tf.constant([1.0])


def in_loop(compute: Callable[[Any], Any]) -> tf.Graph:
    """Trace a function in a loop, as a training step is."""

    def loop(start: Any) -> Any:
        return tf.while_loop(lambda at: at < 3.0, lambda at: (compute(at),), [start])

    return (
        tf.function(loop, autograph=False)
        .get_concrete_function(tf.TensorSpec((), tf.float32))
        .graph
    )


@pytest.mark.parametrize(
    ("compute", "expected"),
    [
        (lambda at: at + variable("known"), True),
        (lambda at: at + tf.random.stateless_uniform((), [1, 2]), True),
        (lambda at: at + variable("other"), False),
        (lambda at: at + tensor()[0], False),
        (lambda at: at + tf.random.uniform(()), False),
        (lambda at: at + tf.reshape(tf.numpy_function(float, [1.0], tf.float32), ()), False),
    ],
)
def test_what_a_graph_computes_with(compute: Callable[[Any], Any], expected: bool) -> None:
    known, _ = variable("known"), variable("other")  # created before the graph
    assert computes_with(in_loop(compute), [known]) is expected
