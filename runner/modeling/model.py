"""The whole network around an architecture's body: input, augmentation, head, loss, metric."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zookit.core import Architecture, BrokenPlugin, DatasetInfo, Settings, Words
from zookit.core.errors import quoted
from zookit.modeling.optimizers import build_optimizer

if TYPE_CHECKING:
    from collections.abc import Callable

    import keras


@dataclass(frozen=True)
class Head:
    """What stands on the body, decided by the number of classes alone."""

    classes: int

    @property
    def is_binary(self) -> bool:
        """Whether one probability says it all."""
        return self.classes == 2

    @property
    def units(self) -> int:
        """One unit for two classes, otherwise one a class."""
        return 1 if self.is_binary else self.classes

    @property
    def activation(self) -> str:
        """What makes probabilities of the units."""
        return "sigmoid" if self.is_binary else "softmax"

    @property
    def loss(self) -> str:
        """The loss that belongs to it, by its Keras name."""
        return "binary_crossentropy" if self.is_binary else "sparse_categorical_crossentropy"

    def __str__(self) -> str:
        return f"Dense({self.units}, {self.activation})"


def build_model(info: DatasetInfo, architecture: Architecture, settings: Settings) -> "keras.Model":
    """The network from raw pixels, uint8 (N, H, W, C), to probabilities; not compiled.

    Normalisation is inside, so that training and prediction cannot differ.
    """
    import keras

    head = Head(len(info.class_names))
    inputs = keras.Input(info.image_shape, dtype="uint8", name="images")
    outputs = keras.ops.cast(inputs, "float32")
    for layer in _augmentation(settings):
        outputs = layer(outputs)
    if settings.normalize:
        outputs = architecture.normalize(outputs)
    outputs = _features(architecture, outputs)
    # float32 whatever the precision, since probabilities and the loss need it.
    outputs = keras.layers.Dense(
        head.units, activation=head.activation, dtype="float32", name="head"
    )(outputs)
    return keras.Model(inputs, outputs)


def _features(architecture: Architecture, images: "keras.KerasTensor") -> "keras.KerasTensor":
    name = f"{type(architecture).__module__}:{type(architecture).__qualname__}"
    try:
        features = architecture.features(images)
    except SystemExit as error:
        raise BrokenPlugin(
            f"{name}.features ended the program ({error}). Tell that package's author."
        ) from error
    shape = getattr(features, "shape", None)
    if shape is None:
        raise BrokenPlugin(
            f"{name}.features gave {quoted(features)}, expected a tensor (N, features). Return "
            "what the last layer gives, not a layer or a model; tell that package's author."
        )
    if len(shape) != 2:
        raise BrokenPlugin(
            f"{name}.features gave shape {tuple(shape)}, expected (N, features). Flatten or pool "
            "at its end; tell that package's author."
        )
    return features


def compile_model(model: "keras.Model", info: DatasetInfo, settings: Settings) -> None:
    """Give the network its optimizer, loss and metric. Raises BadParameter for the optimizer."""
    import keras

    head = Head(len(info.class_names))
    metric = (
        keras.metrics.BinaryAccuracy(name="accuracy")
        if head.is_binary
        else keras.metrics.SparseCategoricalAccuracy(name="accuracy")
    )
    model.compile(
        optimizer=build_optimizer(Words.parse(settings.optimizer), settings.learning_rate),
        loss=head.loss,
        metrics=[metric],
    )


def _augmentation(settings: Settings) -> "list[keras.layers.Layer]":
    """Keras's own layers, on pixels 0 to 255, active in training only.

    Always in this order, whatever order they were named in.
    """
    import keras
    from keras import layers

    # float32 whatever the precision: bfloat16 cannot hold the pixels between two whole numbers.
    made: dict[str, Callable[[], keras.layers.Layer]] = {
        "flip": lambda: layers.RandomFlip("horizontal", dtype="float32"),
        "rotation": lambda: layers.RandomRotation(0.1, dtype="float32"),
        "zoom": lambda: layers.RandomZoom(0.2, dtype="float32"),
        "translation": lambda: layers.RandomTranslation(0.1, 0.1, dtype="float32"),
        "contrast": lambda: layers.RandomContrast(0.2, value_range=(0, 255), dtype="float32"),
    }
    return [make() for name, make in made.items() if name in settings.augment]
