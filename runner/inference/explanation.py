"""Where in an image a model looked for a class."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from zookit.core import BadParameter
from zookit.core.errors import quoted
from zookit.inference.predict import batch_size, check_finite, check_images

if TYPE_CHECKING:
    from collections.abc import Iterator

    import keras
    import numpy.typing as npt
    import tensorflow as tf

    from zookit.modeling.layer_calls import LayerCall

    Pixels = npt.NDArray[np.uint8]
    Labels = npt.NDArray[np.int64]
    Maps = npt.NDArray[np.float32]

GRAD_CAM = "Grad-CAM"
OCCLUSION = "occlusion"

_HIDDEN = 5
"""A hidden square has this part of the shorter side of the image as its side."""
_COLOURS = "inferno"
_OPAQUE = 0.75
"""How far the colours cover the image where a map is 1."""


class Explainer:
    """Shows where in images a model looks for classes.

    `method` is "Grad-CAM" for a model with convolutions. The last feature maps of the size of the
    last convolution that returns more than one pixel are added up, each weighted by the mean of the
    gradient of the class's score with respect to it; what is negative becomes 0 (Selvaraju et al.:
    Grad-CAM: Visual explanations from deep networks via gradient-based localization. 2017,
    https://arxiv.org/abs/1610.02391, equations 1 and 2). The result is enlarged to the size of the
    image, bilinearly. It is as coarse as those maps.

    For other models, `method` is "occlusion": a square of the image's mean colour hides each part
    of the image in turn, and a pixel has the mean fall of the score over the squares that hide it;
    a rise counts as 0 (Zeiler and Fergus: Visualizing and understanding convolutional networks.
    2014, https://arxiv.org/abs/1311.2901, section 4.2, which has the probability in place of the
    score, and grey). The square's side is a fifth of the shorter side of the image. This predicts
    80 to 170 images for each one.

    The score is the input of softmax or sigmoid; of two classes, the first has the negated input.
    """

    def __init__(self, model: "keras.Model") -> None:
        """Trace what is computed.

        Args:
            model: a model of a run, which takes uint8 (N, H, W, C).

        Raises:
            BadParameter: the model does not end with a dense layer of class probabilities.
        """
        import tensorflow as tf

        self._shape: tuple[int, ...] = tuple(model.input_shape[1:])
        self._classes = max(2, model.output_shape[-1])
        self._batch_size = batch_size(self._shape)
        self._model = model  # the traced function does not keep its variables
        # Gives the maps if it can, otherwise the scores. Traced once, as a Predictor is.
        self._run = tf.function(
            lambda images, labels: _maps_or_scores(model, images, labels), autograph=False
        ).get_concrete_function(
            tf.TensorSpec((None, *self._shape), tf.uint8), tf.TensorSpec((None,), tf.int64)
        )
        gives_maps = len(self._run.structured_outputs.shape) > 1
        self.method = GRAD_CAM if gives_maps else OCCLUSION

    def __call__(self, images: "Pixels", labels: "Labels") -> "Maps":
        """Return where the model looks for a class in each image, float32 (N, H, W), 0 to 1.

        Each map is divided by its largest value. It is 0 everywhere if nothing in the image raises
        the score of the class.

        Args:
            images: uint8 (N, H, W, C), 0 to 255, of the model's shape.
            labels: whole numbers (N,), one class for each image.

        Raises:
            BadParameter: the images or the labels are not of that form.
            BadRun: the weights of the model are not finite.
        """
        check_images(images, self._shape)
        chosen = _checked_labels(labels, len(images), self._classes)
        maps = np.empty(images.shape[:3], np.float32)
        if self.method == GRAD_CAM:
            for at in range(0, len(images), self._batch_size):
                part = slice(at, at + self._batch_size)
                maps[part] = self._numbers(images[part], chosen[part])
        else:
            for at, (image, label) in enumerate(zip(images, chosen, strict=True)):
                maps[at] = self._occlusion(image, label)
        check_finite(maps)
        largest = maps.max((1, 2), initial=0, keepdims=True)
        return np.divide(maps, largest, out=np.zeros_like(maps), where=largest > 0)

    def _numbers(self, images: "Pixels", labels: "Labels") -> "Maps":
        found: Maps = self._run(np.ascontiguousarray(images), labels).numpy()
        return found

    def _occlusion(self, image: "Pixels", label: "np.int64") -> "npt.NDArray[np.float64]":
        colour = np.rint(image.mean((0, 1))).astype(np.uint8)
        squares = list(_squares(*image.shape[:2]))
        (whole,) = self._numbers(image[None], np.array([label]))
        falls, counts = np.zeros(image.shape[:2]), np.zeros(image.shape[:2])
        for at in range(0, len(squares), self._batch_size):
            part = squares[at : at + self._batch_size]
            hidden = np.repeat(image[None], len(part), 0)
            for pixels, square in zip(hidden, part, strict=True):
                pixels[square] = colour
            scores = self._numbers(hidden, np.full(len(part), label))
            for square, score in zip(part, scores, strict=True):
                falls[square] += whole - score
                counts[square] += 1
        return np.maximum(falls / counts, 0)


def overlay(image: "Pixels", where: "Maps") -> "Pixels":
    """Return an image in grey with a map over it in colours, uint8 (H, W, 3).

    Low values are dark and transparent, high values bright yellow. Their order is the same for
    readers who see few colours.

    Args:
        image: uint8 (H, W, C).
        where: float32 (H, W), 0 to 1.
    """
    from matplotlib import colormaps

    from zookit.core.contact_sheet import image_of

    grey = np.asarray(image_of(image).convert("L"), np.float64)[..., None]
    colours = colormaps[_COLOURS](where)[..., :3] * 255
    opacity = _OPAQUE * np.asarray(where, np.float64)[..., None]
    return np.rint(grey * (1 - opacity) + colours * opacity).astype(np.uint8)


def _checked_labels(labels: Any, count: int, classes: int) -> "Labels":
    """Return labels as int64. Raises BadParameter unless they are `count` classes."""
    given = np.asarray(labels)
    if given.shape != (count,) or (count and given.dtype.kind not in "iu"):
        raise BadParameter(
            f"labels have dtype {given.dtype} and shape {given.shape}, expected one whole number "
            f"for each of {count} images."
        )
    wrong = given[(given < 0) | (given >= classes)]
    if len(wrong):
        raise BadParameter(f"label {wrong[0]} is no class, expected 0 to {classes - 1}.")
    return given.astype(np.int64)


def _squares(height: int, width: int) -> "Iterator[tuple[slice, slice]]":
    """Yield squares that cover an image, each half beside the one before it."""
    side = max(1, round(min(height, width) / _HIDDEN))
    for top in _starts(height, side):
        for left in _starts(width, side):
            yield slice(top, top + side), slice(left, left + side)


def _starts(length: int, side: int) -> list[int]:
    count = 1 + math.ceil((length - side) / max(1, side // 2))
    return np.linspace(0, length - side, count).round().astype(int).tolist()


def _maps_or_scores(model: "keras.Model", images: "tf.Tensor", labels: "tf.Tensor") -> "tf.Tensor":
    """Return the maps of Grad-CAM, float32 (N, H, W), or the classes' scores, float32 (N,).

    The latter if the model has no feature maps, or if the score has no gradient there.
    """
    import tensorflow as tf

    from zookit.modeling.layer_calls import layer_calls  # imports Keras

    *body, head = layer_calls(model, images)
    scores = tf.gather(_scores_of_classes(head), labels, axis=1, batch_dims=1)
    last = _last_maps(body)
    (gradient,) = [None] if last is None else tf.gradients(scores, last)
    if gradient is None:
        return scores
    weights = tf.reduce_mean(tf.cast(gradient, tf.float32), (1, 2), keepdims=True)
    cam = tf.nn.relu(tf.reduce_sum(weights * tf.cast(last, tf.float32), 3, keepdims=True))
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
    from zookit.modeling.layer_calls import is_convolution  # imports Keras

    last, size = None, None
    for call in calls:
        shape = getattr(call.output, "shape", ())
        if len(shape) != 4 or 1 in shape[1:3]:
            continue
        if is_convolution(call.operation):
            size = shape[1:3]
        if shape[1:3] == size:
            last = call.output
    return last
