"""The architecture `keras_application`."""

import io
import logging
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_types import Gt

from zookit.core import (
    Architecture,
    DataUnavailable,
    Doc,
    ImageShapeRefused,
    Preference,
    reason_of,
    say,
)

if TYPE_CHECKING:
    import keras

Model = Literal[
    "ConvNeXtTiny",
    "ConvNeXtSmall",
    "ConvNeXtBase",
    "ConvNeXtLarge",
    "ConvNeXtXLarge",
    "DenseNet121",
    "DenseNet169",
    "DenseNet201",
    "EfficientNetB0",
    "EfficientNetB1",
    "EfficientNetB2",
    "EfficientNetB3",
    "EfficientNetB4",
    "EfficientNetB5",
    "EfficientNetB6",
    "EfficientNetB7",
    "EfficientNetV2B0",
    "EfficientNetV2B1",
    "EfficientNetV2B2",
    "EfficientNetV2B3",
    "EfficientNetV2S",
    "EfficientNetV2M",
    "EfficientNetV2L",
    "InceptionResNetV2",
    "InceptionV3",
    "MobileNet",
    "MobileNetV2",
    "MobileNetV3Large",
    "MobileNetV3Small",
    "NASNetLarge",
    "NASNetMobile",
    "ResNet50",
    "ResNet101",
    "ResNet152",
    "ResNet50V2",
    "ResNet101V2",
    "ResNet152V2",
    "VGG16",
    "VGG19",
    "Xception",
]
"""The names of the models in keras.applications."""

_MINIMUM = {"InceptionResNetV2": 75, "InceptionV3": 75, "Xception": 71}
_MINIMUM_OF_OTHERS = 32
"""The smallest height and width in pixels that keras.applications accepts."""

_WITHOUT_DEPTHWISE = ("DenseNet", "Inception", "ResNet", "VGG")

_PUBLISHED = {"MobileNet": (128, 160, 192, 224), "MobileNetV2": (96, 128, 160, 192, 224)}
_PUBLISHED_OF_OTHERS = (224,)
"""Image sides for which weights are published; Keras warns about others."""

_TIMEOUT = 20.0
"""Seconds without data after which a download fails."""


@dataclass(frozen=True)
class KerasApplication(Architecture):
    """A model of keras.applications, with random weights or with weights trained on ImageNet.

    Grey images are repeated to three channels, and images that are too small are scaled up. Both
    happen inside the model, as does the preprocessing that each model needs.
    """

    model: Annotated[Model, Doc("Name of the model in keras.applications.")] = "MobileNet"
    weights: Annotated[
        Literal["none", "imagenet"],
        Doc("Initial weights: random (none), or trained on ImageNet, which are downloaded."),
    ] = "none"
    frozen: Annotated[
        bool, Doc("Train the head only, and keep the ImageNet weights unchanged.")
    ] = False
    size: Annotated[
        int | None,
        Gt(0),
        Doc("Pixels to scale the shorter side to; by default the image size, if large enough."),
    ] = None

    def __post_init__(self) -> None:
        """Raise ValueError for a size that is too small, and for frozen random weights."""
        if self.size is not None and self.size < self._minimum:
            raise ValueError(
                f"size must be at least {self._minimum} for {self.model}, got {self.size}"
            )
        if self.frozen and self.weights == "none":
            raise ValueError(
                "frozen needs pretrained weights, because random weights must be trained; add "
                "weights=imagenet"
            )

    @property
    def _minimum(self) -> int:
        return _MINIMUM.get(self.model, _MINIMUM_OF_OTHERS)

    def check(self, image_shape: tuple[int, int, int]) -> None:
        """Raise ImageShapeRefused unless images have one or three channels."""
        if image_shape[2] not in (1, 3):
            raise ImageShapeRefused(
                f"keras_application: {self.model} needs images with 1 or 3 channels, got "
                f"{image_shape[2]}. Convert the images to grey or RGB."
            )

    def preference(self, image_shape: tuple[int, int, int], batch_size: int) -> Preference:
        """Prefer bfloat16, except for models with depthwise convolutions.

        Measured on a CPU: with bfloat16 a step of ResNet50 took 0.8 times as long as with float32,
        a step of MobileNet 1.4 times. XLA slows convolutions down.
        """
        del image_shape, batch_size
        return Preference(bfloat16=self.model.startswith(_WITHOUT_DEPTHWISE))

    def normalize(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        """Return the images after the model's own preprocessing, (N, H, W, 3)."""
        from keras import applications

        images = _in_colour(images)
        if self.model.startswith("EfficientNetB"):
            # Keras does this inside the model, in part only with published weights. Without them
            # the model divides by 255, which is undone here.
            return applications.imagenet_utils.preprocess_input(images, mode="torch") * 255.0
        # For other models that preprocess inside, this function changes nothing.
        return _family(self.model).preprocess_input(images)

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        """Return the mean of each of the last feature maps, (N, maps)."""
        import keras

        images = _in_colour(images)
        height, width = images.shape[1:3]
        shorter = min(height, width)
        side = self.size or max(shorter, self._minimum)
        if side != shorter:
            height, width = (max(side, round(each * side / shorter)) for each in (height, width))
            # float32 at any precision: bfloat16 cannot represent all pixel values.
            images = keras.layers.Resizing(
                height, width, antialias=side < shorter, dtype="float32", name="scale"
            )(images)
        body = self._body(None, (height, width, 3))
        if self.frozen:
            body.trainable = False  # which also puts batch normalization into inference mode
            for layer in body.layers:
                if isinstance(layer, keras.layers.Dropout):
                    layer.rate = 0.0  # Keras's train_step would override training=False
        return body(images)

    def pretrained(self, model: "keras.Model") -> None:
        """Load Keras's ImageNet weights, unless `weights` is "none".

        Raises DataUnavailable if the download fails.
        """
        import keras

        if self.weights == "none":
            return
        (body,) = (layer for layer in model.layers if isinstance(layer, keras.Model))
        sides = _PUBLISHED.get(self.model, _PUBLISHED_OF_OTHERS)
        side = min(sides, key=lambda each: abs(each - min(body.input_shape[1:3])))
        say(
            f"keras_application: loading Keras's ImageNet weights of {self.model} from "
            "~/.keras/models; they are downloaded first if needed."
        )
        with _downloading(self.model):
            published = self._body(self.weights, (side, side, 3))
            # By position, because Keras numbers some layer names across models.
            for ours, theirs in zip(_weighted(body), _weighted(published), strict=True):
                ours.set_weights(theirs.get_weights())

    def _body(self, weights: str | None, shape: tuple[int, int, int]) -> "keras.Model":
        from keras import applications

        build = getattr(applications, self.model)
        return build(include_top=False, weights=weights, input_shape=shape, pooling="avg")


def _in_colour(images: "keras.KerasTensor") -> "keras.KerasTensor":
    """Return the images with three channels; a single channel is repeated."""
    from keras import ops

    return ops.repeat(images, 3, axis=-1) if images.shape[-1] == 1 else images


def _family(model: str) -> Any:
    """Return the module of keras.applications that has the model's preprocessing."""
    from keras import applications

    return getattr(applications, getattr(applications, model).__module__.rpartition(".")[2])


def _weighted(body: "keras.Model") -> "list[keras.layers.Layer]":
    """Return the layers with weights, except for normalization, which `normalize` does."""
    import keras

    return [
        layer
        for layer in body.layers
        if layer.weights and not isinstance(layer, keras.layers.Normalization)
    ]


@contextmanager
def _downloading(model: str) -> Iterator[None]:
    """Let Keras download with a timeout, and with a progress bar only on a terminal.

    Raises DataUnavailable if the download fails.
    """
    import tensorflow as tf

    show_bar = sys.stderr.isatty() and logging.getLogger("zookit").isEnabledFor(logging.INFO)
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_TIMEOUT)
    try:
        # Keras prints the bar to stdout, which is for the command's own output. zookit would escape
        # its colours and movements of the cursor.
        drawn = getattr(sys.stderr, "rich_proxied_file", sys.stderr)
        with redirect_stdout(drawn if show_bar else io.StringIO()):
            yield
    except (MemoryError, tf.errors.OpError):
        raise
    except Exception as error:  # Keras raises a plain Exception
        raise DataUnavailable(
            f"keras_application: cannot load Keras's ImageNet weights of {model}: "
            f"{reason_of(error)}. Try again with a network connection, put the file into "
            "~/.keras/models (or KERAS_HOME/models), or use weights=none."
        ) from error
    finally:
        socket.setdefaulttimeout(before)
