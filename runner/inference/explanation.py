"""Where in an image a model looked for a class."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from zookit.core import BadParameter
from zookit.core.messages import counted
from zookit.core.progress import Advance, ignore
from zookit.inference.class_maps import MapsOrScores
from zookit.inference.predict import Predictor, batch_size, check_finite, check_images
from zookit.inference.rebuild import rebuild_model

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import keras
    import numpy.typing as npt

    from zookit.core import Architecture
    from zookit.runs.run import RunRecord

    Pixels = npt.NDArray[np.uint8]
    Labels = npt.NDArray[np.int64]
    Maps = npt.NDArray[np.float32]

_HIDDEN = 5
"""A hidden square has this part of the shorter side of the image as its side."""
_COLOURS = "inferno"
_DIMMED = 0.6
_OPACITY = 0.15, 0.9
"""How far the colours cover the dimmed image where a map is 0, and where it is 1."""


@dataclass(frozen=True, eq=False, repr=False)
class Explanation:
    """Where a model looked for a class in each of some images.

    `method` is `Explainer.method`. `labels`, int64 (N,), are the classes, and `maps`, float32
    (N, H, W), 0 to 1, show where in the images the model looked for them.
    """

    method: str
    labels: "Labels"
    maps: "Maps"

    def __repr__(self) -> str:
        """Return the method and the number of images in one line."""
        return f"<Explanation: {self.method} of {counted(len(self.labels), 'image')}>"


class Explainer:
    """Shows where in images a model looks for classes.

    The score of a class is the input of softmax or sigmoid; of two classes, the first has the
    negated input. `method` says how the model is explained:

    - "Grad-CAM" for a model with convolutions that averages its last feature maps. The maps are
      added up, each weighted by the gradient of the score with respect to it; what is negative
      becomes 0 (Selvaraju et al.: Grad-CAM: Visual explanations from deep networks via
      gradient-based localization. 2017, https://arxiv.org/abs/1610.02391, equations 1 and 2). These
      are the last maps of the size of the last convolution that returns more than one pixel. The
      result is enlarged to the size of the image, bilinearly, and as coarse as those maps.
    - "HiResCAM" for other models with convolutions, such as those that flatten the last feature
      maps. There the gradient differs from pixel to pixel, so each pixel of a map is weighted by
      its own, not by their mean (Draelos and Carin: Use HiResCAM instead of Grad-CAM for faithful
      explanations of convolutional neural networks. 2020, https://arxiv.org/abs/2011.08891).
    - "occlusion" for models without convolutions. A square of the image's mean colour hides each
      part of the image in turn, and a pixel has the mean fall of the score over the squares that
      hide it; a rise counts as 0 (Zeiler and Fergus: Visualizing and understanding convolutional
      networks. 2014, https://arxiv.org/abs/1311.2901, section 4.2, which has the probability in
      place of the score, and grey). The square's side is a fifth of the shorter side of the image.
      Each square is one more image to predict.
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
        computed = MapsOrScores(model)
        # Traced once, as by a Predictor.
        self._run = tf.function(computed.of, autograph=False).get_concrete_function(
            tf.TensorSpec((None, *self._shape), tf.uint8), tf.TensorSpec((None,), tf.int64)
        )
        self._gives_maps = computed.method is not None
        self.method: str = computed.method or "occlusion"

    def __call__(
        self,
        images: "Pixels",
        labels: "npt.ArrayLike",
        advance: Advance = ignore,
    ) -> "Maps":
        """Return where the model looks for a class in each image, float32 (N, H, W), 0 to 1.

        Each map is divided by its largest value. It is 0 everywhere if nothing in the image raises
        the score of the class.

        Args:
            images: uint8 (N, H, W, C), 0 to 255, of the model's shape.
            labels: whole numbers (N,), one class for each image.
            advance: called with each number of images that are explained.

        Raises:
            BadParameter: the images or the labels are not of that form.
            BadRun: the weights of the model are not finite.
        """
        check_images(images, self._shape)
        chosen = _checked_labels(labels, len(images), self._classes)
        maps = np.empty(images.shape[:3], np.float32)
        if self._gives_maps:
            for at in range(0, len(images), self._batch_size):
                part = slice(at, at + self._batch_size)
                maps[part] = self._numbers(images[part], chosen[part])
                advance(len(chosen[part]))
        else:
            for at, (image, label) in enumerate(zip(images, chosen, strict=True)):
                maps[at] = self._occlusion(image, label)
                advance(1)
        check_finite(maps)
        largest = maps.max((1, 2), initial=0, keepdims=True)
        scaled: Maps = np.divide(maps, largest, out=np.zeros_like(maps), where=largest > 0)
        return scaled

    def explanation(
        self,
        images: "Pixels",
        labels: "npt.ArrayLike",
        advance: Advance = ignore,
    ) -> Explanation:
        """Return where the model looks for a class in each image; see `__call__`."""
        maps = self(images, labels, advance)
        return Explanation(self.method, np.asarray(labels, np.int64), maps)

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


def explain(
    run: "RunRecord",
    images: "Pixels",
    labels: "npt.ArrayLike | None" = None,
    architecture: "Architecture | None" = None,
) -> Explanation:
    """Return where a run's model looks for classes in images.

    Args:
        run: a run that has ended.
        images: uint8 (N, H, W, C), 0 to 255, of the shape that the run was trained on.
        labels: a class for each image; by default the most probable one.
        architecture: the instance that the run was trained with, if no entry point names its class.

    Raises:
        BadParameter: the images or the labels are not of that form.
        BadRun: the model cannot be rebuilt.
    """
    model = rebuild_model(run, architecture)
    chosen = Predictor(model)(images).argmax(1) if labels is None else labels
    return Explainer(model).explanation(images, chosen)


def joined(explanations: "Sequence[Explanation]") -> Explanation:
    """Return one explanation of the images of several, at least one, of the same model."""
    return Explanation(
        explanations[0].method,
        np.concatenate([each.labels for each in explanations]),
        np.concatenate([each.maps for each in explanations]),
    )


def overlay(image: "Pixels", where: "Maps") -> "Pixels":
    """Return an image in dark grey with a map over it in colours, uint8 (H, W, 3).

    Where the map is 0, the image is hardly covered; where it is 1, it is bright yellow. Higher
    values are always lighter, so that readers who see few colours see the same order.

    Args:
        image: uint8 (H, W, C).
        where: float32 (H, W), 0 to 1.
    """
    from matplotlib import colormaps

    from zookit.core.contact_sheet import image_of

    grey = np.asarray(image_of(image).convert("L"), np.float64)[..., None] * _DIMMED
    colours = colormaps[_COLOURS](where)[..., :3] * 255
    least, most = _OPACITY
    opacity = least + (most - least) * np.asarray(where, np.float64)[..., None]
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
        raise BadParameter(f"label {wrong[0]} is not a class, expected 0 to {classes - 1}.")
    return given.astype(np.int64)


def _squares(height: int, width: int) -> "Iterator[tuple[slice, slice]]":
    """Yield squares that cover an image, each half beside the one before it."""
    side = max(1, round(min(height, width) / _HIDDEN))
    for top in _starts(height, side):
        for left in _starts(width, side):
            yield slice(top, top + side), slice(left, left + side)


def _starts(length: int, side: int) -> list[int]:
    count = 1 + math.ceil((length - side) / max(1, side // 2))
    return [int(each) for each in np.linspace(0, length - side, count).round()]
