"""Real trainings on made images, small enough for a check."""

from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from zookit.core import (
    Architecture,
    Callback,
    Dataset,
    DatasetInfo,
    Doc,
    Result,
    Split,
    Splits,
)
from zookit.training.listeners import Listening
from zookit.training.resolve import compose
from zookit.training.session import train

if TYPE_CHECKING:
    import keras

    from zookit.core.data import Source

_CLASSES = ("dark", "middling", "bright")


@dataclass(frozen=True)
class Shades(Dataset):
    """Noise of three brightnesses, a class each."""

    height: Annotated[int, Doc("In pixels.")] = 8
    width: Annotated[int, Doc("In pixels.")] = 8
    channels: Annotated[int, Doc("1 or 3.")] = 1

    @property
    def info(self) -> DatasetInfo:
        """Known beforehand."""
        return DatasetInfo((self.height, self.width, self.channels), _CLASSES)

    def load(self, source: "Source") -> Splits:
        """48 images to train, 12 each to validate and to test."""
        del source
        drawn = np.random.default_rng(0)
        train, test, validation = (self._split(size, drawn) for size in (48, 12, 12))
        return Splits(train, test, validation)

    def _split(self, size: int, drawn: np.random.Generator) -> Split:
        labels = np.arange(size) % len(_CLASSES)
        noise = drawn.integers(0, 80, (size, *self.info.image_shape))
        return Split((noise + 80 * labels.reshape(-1, 1, 1, 1)).astype(np.uint8), labels)


@dataclass(frozen=True)
class Brightness(Architecture):
    """The mean of each channel, through a few units."""

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        """(N, H, W, C) to (N, 4)."""
        from keras import layers

        return layers.Dense(4)(layers.GlobalAveragePooling2D()(images))


@dataclass(frozen=True)
class Failing(Callback):
    """Raises at the end of the first epoch."""

    def build(self) -> "keras.callbacks.Callback":
        """A Keras callback that does so."""
        import keras

        def fail(epoch: int, logs: Any = None) -> None:
            del epoch, logs
            raise RuntimeError("meant to fail")

        return keras.callbacks.LambdaCallback(on_epoch_end=fail)


def small_training(
    architecture: Architecture | None = None,
    callbacks: tuple[Callback, ...] = (),
    listening: tuple[Listening, ...] = (),
    shape: tuple[int, int, int] = (8, 8, 1),
    epochs: int = 2,
) -> Result:
    """Train on shades in a folder that is thrown away, which is the current one meanwhile."""
    composition = compose(
        Shades(*shape), architecture or Brightness(), callbacks, {"epochs": epochs, "batch_size": 4}
    )
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder, chdir(folder):
        return train(composition, Path("runs"), listening, quiet=True)
