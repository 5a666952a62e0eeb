"""Converts a Keras model to ONNX, with what tf2onnx leaves out.

tf2onnx lacks some operations, among them the one in Keras's GELU. It makes an input of a constant
that a layer keeps as a tensor, as Keras's Normalization does. And it leaves the calls of functions
that XLA compiles, such as Keras's grouped convolution, in the graph.
"""

from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

INPUT = "images"
"""The name of the input of exported models."""
_XLA = "_XlaMustCompile"
"""TensorFlow's mark of functions and calls for XLA."""


def convert_to_onnx(model: "keras.Model") -> Any:
    """Return the model as an `onnx.ModelProto`, in inference mode, for any number of images."""
    import tensorflow as tf
    import tf2onnx
    from onnx import checker, numpy_helper

    _register_operations()
    signature = [tf.TensorSpec((None, *model.input_shape[1:]), tf.uint8, INPUT)]
    predict = tf.function(lambda images: model(images, training=False), autograph=False)
    graph = predict.get_concrete_function(*signature).graph
    _inline_compiled_functions(graph)
    converted, _ = tf2onnx.convert.from_function(predict, signature)
    constants = {inner.name: outer for outer, inner in graph.captures}
    for extra in [each for each in converted.graph.input if each.name != INPUT]:
        value = constants[extra.name].numpy()
        converted.graph.initializer.append(numpy_helper.from_array(value, extra.name))
        converted.graph.input.remove(extra)
    checker.check_model(converted)  # tf2onnx only logs operations that ONNX does not have
    return converted


def _inline_compiled_functions(graph: "tf.Graph") -> None:
    """Let the graph's definition say nothing of XLA: functions for XLA stay calls otherwise.

    To run functions eagerly instead would be a switch for all threads, also for one that trains.
    """
    as_graph_def = graph.as_graph_def

    def without_xla(*args: Any, **keywords: Any) -> Any:
        definition = as_graph_def(*args, **keywords)
        functions = definition.library.function
        nodes = (each.node_def for each in functions)
        for part in chain(definition.node, functions, *nodes):
            if _XLA in part.attr:
                del part.attr[_XLA]
        return definition

    graph.as_graph_def = without_xla


@cache
def _register_operations() -> None:
    """Teach tf2onnx the operations of TensorFlow that it lacks."""
    from tf2onnx.handler import tf_op

    @tf_op("Erfc")
    class Erfc:
        """1 - erf(x)."""

        @classmethod
        def version_9(cls, graph: Any, node: Any, **_: Any) -> None:
            erf = graph.make_node("Erf", node.input[:1]).output[0]
            _replace(graph, node, "Sub", [_one(graph, node), erf])

    @tf_op("Expm1")
    class Expm1:
        """exp(x) - 1, in SELU and CELU."""

        @classmethod
        def version_7(cls, graph: Any, node: Any, **_: Any) -> None:
            exp = graph.make_node("Exp", node.input[:1]).output[0]
            _replace(graph, node, "Sub", [exp, _one(graph, node)])

    @tf_op("Log1p")
    class Log1p:
        """log(1 + x)."""

        @classmethod
        def version_7(cls, graph: Any, node: Any, **_: Any) -> None:
            more = graph.make_node("Add", [node.input[0], _one(graph, node)]).output[0]
            _replace(graph, node, "Log", [more])


def _one(graph: Any, node: Any) -> str:
    import numpy as np
    from tf2onnx import utils

    dtype = utils.map_onnx_to_numpy_type(graph.get_dtype(node.input[0]))
    name: str = graph.make_const(utils.make_name(node.name), np.ones(1, dtype)).output[0]
    return name


def _replace(graph: Any, node: Any, operation: str, inputs: list[str]) -> None:
    shapes, dtypes = node.output_shapes, [graph.get_dtype(node.output[0])]
    graph.remove_node(node.name)
    graph.make_node(
        operation, inputs, outputs=node.output, name=node.name, shapes=shapes, dtypes=dtypes
    )
