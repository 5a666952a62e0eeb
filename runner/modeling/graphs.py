"""What a traced graph computes with."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import keras
    import tensorflow as tf

_CALLS_PYTHON = ("PyFunc", "EagerPyFunc", "PyFuncStateless")


def computes_with(graph: "tf.Graph", variables: "Iterable[keras.Variable]") -> bool:
    """Return whether a graph computes with its inputs and some of these variables alone.

    It does not if it draws random numbers with a state or a seed of its own, calls Python, or has
    another variable or tensor from outside.
    """
    from tensorflow.python.framework import op_def_registry  # there is no public name

    known = {id(each.value.handle) for each in variables}
    if any(id(outer) not in known for outer, _ in graph.captures):
        return False
    definition = graph.as_graph_def()
    nodes = [
        *definition.node,
        *(node for each in definition.library.function for node in each.node_def),
    ]
    kinds = {node.op for node in nodes}
    if not kinds.isdisjoint(_CALLS_PYTHON):
        return False
    registered = (op_def_registry.get(kind) for kind in kinds)
    return not any(
        each is not None and each.is_stateful and any(attr.name == "seed" for attr in each.attr)
        for each in registered
    )
