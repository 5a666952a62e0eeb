"""What each layer of a model receives and returns, also inside nested models. Imports Keras."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
from keras.src.models.functional import (  # Keras has no public names for them
    Functional,
    operation_fn,
)


@dataclass(frozen=True, eq=False)
class LayerCall:
    """A call of a layer or of another operation: its first input and its output, as tensors."""

    operation: keras.Operation
    inputs: Any
    output: Any


def layer_calls(model: keras.Model, images: Any) -> list[LayerCall]:
    """Compute a functional model for prediction, and return the calls of its layers in order.

    A functional or sequential model inside the model counts as its layers, unless its class has a
    `call` of its own. What a layer of another kind computes inside is one call.

    Args:
        model: the model.
        images: a tensor of the shape and dtype of the model's input.
    """
    calls: list[LayerCall] = []
    _run(model, images, calls)
    return calls


def _run(model: keras.Model, inputs: Any, calls: list[LayerCall]) -> Any:
    if isinstance(model, keras.Sequential):
        for layer in model.layers:
            inputs = _recorded(layer, calls)(inputs)
        return inputs
    # As Functional.call does it, which does not let others see the tensors in between.
    standard = model._standardize_inputs(inputs)  # noqa: SLF001
    return model._run_through_graph(  # noqa: SLF001
        standard, operation_fn=lambda operation: _recorded(operation, calls)
    )


def _recorded(operation: keras.Operation, calls: list[LayerCall]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        if _has_layers(operation):
            return _run(operation, args[0] if args else kwargs["inputs"], calls)
        output = operation_fn(operation, training=False)(*args, **kwargs)
        calls.append(LayerCall(operation, args[0] if args else None, output))
        return output

    return call


def _has_layers(operation: keras.Operation) -> bool:
    """Whether an operation is a model that does nothing but call its layers."""
    return getattr(type(operation), "call", None) in (Functional.call, keras.Sequential.call)


def convolutions_in(operation: keras.Operation) -> list[keras.Layer]:
    """Return the convolutions of images that an operation is or contains."""
    if not isinstance(operation, keras.Layer):
        return []
    kinds = (
        keras.layers.Conv2D,
        keras.layers.Conv2DTranspose,
        keras.layers.DepthwiseConv2D,
        keras.layers.SeparableConv2D,
    )
    inside = operation._flatten_layers()  # noqa: SLF001 - Keras has no public name for it
    return [each for each in inside if isinstance(each, kinds)]
