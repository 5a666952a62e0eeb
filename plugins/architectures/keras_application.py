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
"""Height and width in pixels that keras.applications asks for at least."""

_WITHOUT_DEPTHWISE = ("DenseNet", "Inception", "ResNet", "VGG")

_PUBLISHED = {"MobileNet": (128, 160, 192, 224), "MobileNetV2": (96, 128, 160, 192, 224)}
_PUBLISHED_OF_OTHERS = (224,)
"""Sides of the images for which there are weights; Keras warns of others."""

_SILENCE = 20.0
"""Seconds after which a server that says nothing counts as unreachable."""


@dataclass(frozen=True)
class KerasApplication(Architecture):
    """A body of keras.applications, from nothing or with weights trained on ImageNet.

    Grey images become three equal channels, and images smaller than the body takes are scaled up,
    inside the model. Each body has its own preprocessing.
    """

    model: Annotated[Model, Doc("The body, by the name that Keras gives it.")] = "MobileNet"
    weights: Annotated[
        Literal["none", "imagenet"],
        Doc("imagenet begins with the weights that Keras publishes, downloaded once."),
    ] = "none"
    frozen: Annotated[
        bool, Doc("Keep the published weights as they are and train the head alone.")
    ] = False
    size: Annotated[
        int | None,
        Gt(0),
        Doc("Pixels to scale the shorter side to; as it is, or what the body asks for, if none."),
    ] = None

    def __post_init__(self) -> None:
        """Refuse a size that the body does not take, and freezing what chance has made."""
        if self.size is not None and self.size < self._minimum:
            raise ValueError(
                f"parameter 'size': {self.model} takes images of {self._minimum} pixels or more, "
                f"not {self.size}"
            )
        if self.frozen and self.weights == "none":
            raise ValueError(
                "parameter 'frozen': a body that is kept as it begins needs weights to begin with; "
                "add weights=imagenet"
            )

    @property
    def _minimum(self) -> int:
        return _MINIMUM.get(self.model, _MINIMUM_OF_OTHERS)

    def check(self, image_shape: tuple[int, int, int]) -> None:
        """Refuse images that are neither grey nor in colour."""
        if image_shape[2] not in (1, 3):
            raise ImageShapeRefused(
                f"keras_application: images of {image_shape[2]} channels do not fit; {self.model} "
                "takes 3, and 1 becomes 3. Bring the images to one of these."
            )

    def preference(self, image_shape: tuple[int, int, int], batch_size: int) -> Preference:
        """No XLA, which makes convolutions slower; bfloat16 but for depthwise convolutions.

        On a CPU with bfloat16 a step of ResNet50 took 0.8 of its time at float32, one of MobileNet
        1.4.
        """
        del image_shape, batch_size
        return Preference(bfloat16=self.model.startswith(_WITHOUT_DEPTHWISE))

    def normalize(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        """The body's own preprocessing, of pixels 0 to 255 (N, H, W, 1 or 3) to (N, H, W, 3)."""
        from keras import applications

        images = _in_colour(images)
        if self.model.startswith("EfficientNetB"):
            # Keras has it in the body, partly as weights and partly as a layer that is there only
            # with published weights. Here it is whole; the division by 255 is what the body does
            # to it without them.
            return applications.imagenet_utils.preprocess_input(images, mode="torch") * 255.0
        # Of others that have it inside it leaves the images as they are.
        return _family(self.model).preprocess_input(images)

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        """The body and the mean over its last maps: (N, H, W, 1 or 3) to (N, maps)."""
        import keras

        images = _in_colour(images)
        height, width = images.shape[1:3]
        shorter = min(height, width)
        side = self.size or max(shorter, self._minimum)
        if side != shorter:
            height, width = (max(side, round(each * side / shorter)) for each in (height, width))
            # float32 whatever the precision: bfloat16 cannot hold the pixels.
            images = keras.layers.Resizing(
                height, width, antialias=side < shorter, dtype="float32", name="scale"
            )(images)
        body = self._body(None, (height, width, 3))
        if self.frozen:
            body.trainable = False  # which also has batch normalisation act as in prediction
            for layer in body.layers:
                if isinstance(layer, keras.layers.Dropout):
                    layer.rate = 0.0  # training=False would not: Keras's train_step overrules it
        return body(images)

    def pretrained(self, model: "keras.Model") -> None:
        """Give the body Keras's published weights, where they are asked for.

        Raises DataUnavailable where they cannot be had.
        """
        import keras

        if self.weights == "none":
            return
        (body,) = (layer for layer in model.layers if isinstance(layer, keras.Model))
        sides = _PUBLISHED.get(self.model, _PUBLISHED_OF_OTHERS)
        side = min(sides, key=lambda each: abs(each - min(body.input_shape[1:3])))
        say(
            f"keras_application: taking the weights that Keras publishes for {self.model}, which "
            "are downloaded where they are not in ~/.keras/models."
        )
        with _refused_told(self.model):
            published = self._body(self.weights, (side, side, 3))
            # Layer by layer, and not by name: Keras counts some names on from body to body.
            for ours, theirs in zip(_weighted(body), _weighted(published), strict=True):
                ours.set_weights(theirs.get_weights())

    def _body(self, weights: str | None, shape: tuple[int, int, int]) -> "keras.Model":
        from keras import applications

        build = getattr(applications, self.model)
        return build(include_top=False, weights=weights, input_shape=shape, pooling="avg")


def _in_colour(images: "keras.KerasTensor") -> "keras.KerasTensor":
    """Images with three channels, equal where there was one."""
    from keras import ops

    return ops.repeat(images, 3, axis=-1) if images.shape[-1] == 1 else images


def _family(model: str) -> Any:
    """The module of keras.applications that has the body's preprocessing."""
    from keras import applications

    return getattr(applications, getattr(applications, model).__module__.rpartition(".")[2])


def _weighted(body: "keras.Model") -> "list[keras.layers.Layer]":
    """The layers that have weights, but for normalisations, which `normalize` stands for."""
    import keras

    return [
        layer
        for layer in body.layers
        if layer.weights and not isinstance(layer, keras.layers.Normalization)
    ]


@contextmanager
def _refused_told(model: str) -> Iterator[None]:
    """Give up Keras's download once the server is silent, and show its bar only to a person.

    Raises DataUnavailable where the download fails.
    """
    import tensorflow as tf

    watched = sys.stderr.isatty() and logging.getLogger("zookit").isEnabledFor(logging.INFO)
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_SILENCE)
    try:
        # stdout is for the run's own lines.
        with redirect_stdout(sys.stderr if watched else io.StringIO()):
            yield
    except (MemoryError, tf.errors.OpError):
        raise
    except Exception as error:  # which is what Keras itself raises
        raise DataUnavailable(
            f"keras_application: Keras's published weights of {model} cannot be had: "
            f"{reason_of(error)}. Put the file into ~/.keras/models (or into models in "
            "KERAS_HOME) in place of what may be there, try again with a network, or begin from "
            "nothing with weights=none."
        ) from error
    finally:
        socket.setdefaulttimeout(before)
