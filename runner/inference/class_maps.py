"""What a model computes so that it can be explained: see `zookit.inference.explanation`."""

from typing import TYPE_CHECKING

from zookit.core import BadParameter
from zookit.core.errors import quoted

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

    from zookit.modeling.layer_calls import LayerCall


class MapsOrScores:
    """Computes where a model looks, or the classes' scores if it has no feature maps for that.

    `method` is None in the latter case; it is known once `of` has been traced.
    """

    def __init__(self, model: "keras.Model") -> None:
        self.method: str | None = None
        self._model = model

    def of(self, images: "tf.Tensor", labels: "tf.Tensor") -> "tf.Tensor":
        """Return maps, float32 (N, H, W), or scores, float32 (N,)."""
        import tensorflow as tf

        from zookit.modeling.layer_calls import layer_calls  # imports Keras

        *body, head = layer_calls(self._model, images)
        scores = tf.gather(_scores_of_classes(head), labels, axis=1, batch_dims=1)
        last = _last_maps(body)
        (gradient,) = [None] if last is None else tf.gradients(scores, last)
        if gradient is None:
            return scores
        self.method = "Grad-CAM" if _are_averaged(last, body) else "HiResCAM"
        weighted = tf.cast(gradient, tf.float32) * tf.cast(last, tf.float32)
        cam = tf.nn.relu(tf.reduce_sum(weighted, 3, keepdims=True))
        return tf.image.resize(cam, images.shape[1:3])[..., 0]


def _scores_of_classes(head: "LayerCall") -> "tf.Tensor":
    """Return the inputs of softmax or sigmoid, float32 (N, classes). Raises BadParameter."""
    import keras
    import tensorflow as tf

    dense = head.operation
    known = (keras.activations.softmax, keras.activations.sigmoid)
    if not isinstance(dense, keras.layers.Dense) or dense.activation not in known:
        raise BadParameter(
            f"the last layer of the model is {quoted(dense)}, expected a Dense layer with softmax "
            "or sigmoid, as in the model of a run."
        )
    scores = tf.matmul(tf.cast(head.inputs, tf.float32), dense.kernel) + dense.bias
    return tf.concat([-scores, scores], 1) if scores.shape[-1] == 1 else scores


def _last_maps(calls: "list[LayerCall]") -> "tf.Tensor | None":
    """Return the last output of the size of the last convolution with more than one pixel."""
    from zookit.modeling.layer_calls import convolutions_in  # imports Keras

    last, size = None, None
    for call in calls:
        shape = getattr(call.output, "shape", ())
        if len(shape) != 4 or 1 in shape[1:3]:
            continue
        if convolutions_in(call.operation):
            size = shape[1:3]
        if shape[1:3] == size:
            last = call.output
    return last


def _are_averaged(maps: "tf.Tensor", calls: "list[LayerCall]") -> bool:
    """Whether a model only averages feature maps, so that all pixels have the same gradient.

    The weights of Grad-CAM and of HiResCAM are the same then.
    """
    import keras

    # At prediction, layers such as Dropout return the tensor that they receive.
    uses = [call.operation for call in calls if call.inputs is maps and call.output is not maps]
    return all(isinstance(each, keras.layers.GlobalAveragePooling2D) for each in uses) and any(uses)
