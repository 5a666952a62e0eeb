"""A model whose training step changes the images first, and their labels if they are mixed.

The augmentations are no layers of the model, which predicts, and is saved, without them. Imports
Keras.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import keras
import tensorflow as tf
from keras.src.models.functional import Functional  # Keras has no public name for it

from zookit.core import Augmentation
from zookit.core.calling import call_declared
from zookit.modeling.one_form import as_labels
from zookit.registry.blame import check_returned, values_refused

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Step = tuple[Augmentation, keras.layers.Layer]


def build_augmentations(augmentations: Sequence[Augmentation]) -> tuple[Step, ...]:
    """Return each augmentation with a new layer.

    Raises BadParameter if an augmentation refuses a value, and BrokenPlugin if it builds something
    else.
    """
    steps = []
    for each in augmentations:
        with values_refused(each):
            layer = call_declared(each.build)
        check_returned(each, "build", layer, keras.layers.Layer, "keras.layers.Layer")
        steps.append((each, layer))
    return tuple(steps)


def augment(
    model: keras.Model,
    steps: Sequence[Step],
    classes: int,
    class_weights: "npt.NDArray[np.float32] | None" = None,
) -> None:
    """Let the training step of a model apply augmentations, in their order.

    `class_weights`, float32 (classes,), weight mixed labels; those of other images come with the
    batch.
    """
    model.__class__ = _AugmentedModel
    pixels = model.operations[1].output  # after the input: the images as float32
    from_pixels = keras.Model(pixels, model.outputs)
    from_pixels.autocast = False  # pixels need float32, whatever the layers compute in
    # Not tracked by Keras, which would save them with the model.
    object.__setattr__(model, "_augmenting", _Augmenting(tuple(steps), classes, class_weights))
    object.__setattr__(model, "_from_pixels", from_pixels)


def augmented(
    steps: Sequence[Step],
    images: "npt.NDArray[np.uint8]",
    labels: "npt.NDArray[np.int64]",
    classes: int,
) -> "tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]":
    """Return images after augmentations, rounded, and the shares of the classes (N, classes)."""
    changed, mixed, _ = _Augmenting(tuple(steps), classes)(images, labels, None)
    pixels = tf.cast(tf.round(tf.clip_by_value(changed, 0, 255)), tf.uint8)
    return pixels.numpy(), as_labels(mixed, classes).numpy()


def augmentation_variables(model: keras.Model) -> "list[keras.Variable]":
    """Return the random states of a model's augmentations."""
    augmenting = vars(model).get("_augmenting")
    if augmenting is None:
        return []
    return [each for _, layer in augmenting.steps for each in layer.variables]


def augmenting_parts(model: keras.Model) -> tuple[Any, ...]:
    """Return what a model's training step has beside the model."""
    return tuple(vars(model).get(name) for name in ("_augmenting", "_from_pixels"))


class _Augmenting:
    """What an augmented training step does before the model's own."""

    def __init__(
        self,
        steps: tuple[Step, ...],
        classes: int,
        class_weights: "npt.NDArray[np.float32] | None" = None,
    ) -> None:
        self.steps = steps
        self._classes = classes
        self._class_weights = class_weights
        self._mixes = any(each.mixes_labels for each, _ in steps)

    def __call__(self, images: Any, labels: Any, weights: Any) -> tuple[Any, Any, Any]:
        images = tf.cast(images, tf.float32)
        if self._mixes:
            labels = as_labels(labels, self._classes)
        for augmentation, layer in self.steps:
            if augmentation.mixes_labels:
                mixed = layer({"images": images, "labels": labels}, training=True)
                images, labels = mixed["images"], mixed["labels"]
            else:
                images = layer(images, training=True)
        if self._mixes and self._class_weights is not None:
            weights = tf.linalg.matvec(labels, tf.constant(self._class_weights))
        return images, labels, weights


class _AugmentedModel(Functional):
    """A functional model with another training step."""

    def train_step(self, data: Any) -> Any:
        """Train on a batch of raw images, augmented."""
        images, labels, weights = keras.utils.unpack_x_y_sample_weight(data)
        return super().train_step(self._augmenting(images, labels, weights))

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        # Only the training step above has pixels as floats.
        if kwargs.get("training") and tf.is_tensor(inputs) and inputs.dtype == tf.float32:
            return self._from_pixels(inputs, *args, **kwargs)
        return super().__call__(inputs, *args, **kwargs)


for _name in ("__module__", "__name__", "__qualname__"):
    setattr(_AugmentedModel, _name, getattr(Functional, _name))
