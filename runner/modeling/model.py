"""The whole network around an architecture's body: input, head, loss, metrics."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zookit.core import Architecture, BrokenPlugin, DatasetInfo, Loss, Metric
from zookit.registry.blame import check_returned, describe, plugins_blamed

if TYPE_CHECKING:
    import keras


HEAD = "head"
"""The name of the output layer."""
_BATCH = "keras.KerasTensor (N, height, width, channels), the output of a layer"
_FEATURES = "keras.KerasTensor (N, features), the output of a layer"


@dataclass(frozen=True)
class Head:
    """The output layer, which depends only on the number of classes."""

    classes: int

    @property
    def is_binary(self) -> bool:
        """Whether the output is one probability, that of the second of two classes."""
        return self.classes == 2

    @property
    def units(self) -> int:
        """One unit for two classes, otherwise one unit for each class."""
        return 1 if self.is_binary else self.classes

    @property
    def activation(self) -> str:
        """The activation that turns the units into probabilities."""
        return "sigmoid" if self.is_binary else "softmax"

    @property
    def loss(self) -> str:
        """The Keras name of the loss."""
        return "binary_crossentropy" if self.is_binary else "sparse_categorical_crossentropy"

    def __str__(self) -> str:
        return f"Dense({self.units}, {self.activation})"


def build_model(
    info: DatasetInfo,
    architecture: Architecture,
    normalize: bool,
) -> "keras.Model":
    """Return an uncompiled model that maps raw images, uint8 (N, H, W, C), to probabilities.

    Normalization is a part of the model, so that training and prediction cannot differ. Raises
    BrokenPlugin if the architecture does not return features (N, F).
    """
    import keras

    head = Head(len(info.class_names))
    inputs = keras.Input(info.image_shape, dtype="uint8", name="images")
    outputs = keras.ops.cast(inputs, "float32")
    with plugins_blamed(architecture):
        outputs = _features(architecture, outputs, normalize=normalize)
    # float32 at every precision, since probabilities and the loss need it.
    outputs = keras.layers.Dense(
        head.units, activation=head.activation, dtype="float32", name=HEAD
    )(outputs)
    try:
        return keras.Model(inputs, outputs)
    except ValueError as error:
        raise BrokenPlugin(
            f"{describe(architecture)}: features returned a tensor that is not computed "
            "from the images alone. Return the output of layers that begin with the images."
        ) from error


def _features(
    architecture: Architecture, images: "keras.KerasTensor", *, normalize: bool
) -> "keras.KerasTensor":
    import keras

    if normalize:
        images = architecture.normalize(images)
        check_returned(architecture, "normalize", images, keras.KerasTensor, _BATCH)
    features = architecture.features(images)
    check_returned(architecture, "features", features, keras.KerasTensor, _FEATURES)
    if len(features.shape) != 2:
        raise BrokenPlugin(
            f"{describe(architecture)}: {type(architecture).__qualname__}.features "
            f"returned shape {tuple(features.shape)}, expected (N, features). Flatten or pool the "
            "output."
        )
    return features


def compile_model(
    model: "keras.Model",
    info: DatasetInfo,
    optimizer: "keras.optimizers.Optimizer",
    loss: Loss | None = None,
    metrics: Mapping[str, Metric] | None = None,
    *,
    mixes_labels: bool = False,
    can_use_xla: bool = True,
) -> None:
    """Give a model its optimizer, loss and metrics.

    Args:
        model: the model.
        info: the info of the data set.
        optimizer: the optimizer.
        loss: the loss; None for the crossentropy of the model's head, which takes no mixed labels.
        metrics: what to measure in addition to loss and accuracy, by name.
        mixes_labels: whether the labels of training are mixed, float32 (N, classes).
        can_use_xla: whether XLA may compile the model, also its evaluation.

    Raises:
        BrokenPlugin: a component builds something unexpected.
    """
    import keras

    head = Head(len(info.class_names))
    accuracy = (
        keras.metrics.BinaryAccuracy(name="accuracy")
        if head.is_binary
        else keras.metrics.SparseCategoricalAccuracy(name="accuracy")
    )
    jit_compile = "auto" if can_use_xla else False
    if loss is None and not metrics:
        model.compile(
            optimizer=optimizer, loss=head.loss, metrics=[accuracy], jit_compile=jit_compile
        )
        return
    from zookit.modeling.one_form import OneFormLoss, OneFormMetric, StrongerAccuracy

    further = (OneFormMetric(each, name, head.classes) for name, each in (metrics or {}).items())
    model.compile(
        optimizer=optimizer,
        loss=head.loss if loss is None else OneFormLoss(loss, head.classes),
        metrics=[StrongerAccuracy() if mixes_labels else accuracy, *further],
        jit_compile=jit_compile,
    )
