"""Small real trainings on generated images."""

import logging
from collections.abc import Sequence
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from zookit.core import (
    Architecture,
    Callback,
    CallbackRun,
    ComponentSpec,
    Dataset,
    DatasetInfo,
    Doc,
    Experiment,
    Optimizer,
    Split,
    Splits,
)
from zookit.core.messages import logger
from zookit.core.run_files import RunFiles
from zookit.core.source import Source
from zookit.training.listeners import AttachedListener
from zookit.training.resolve import compose
from zookit.training.session import View, train

if TYPE_CHECKING:
    import keras

_CLASSES = ("dark", "middling", "bright")


@dataclass(frozen=True)
class Shades(Dataset):
    """Noise of three brightnesses, one for each class."""

    height: Annotated[int, Doc("In pixels.")] = 8
    width: Annotated[int, Doc("In pixels.")] = 8
    channels: Annotated[int, Doc("1 or 3.")] = 1

    @property
    def info(self) -> DatasetInfo:
        """The shape given by the parameters, and three classes."""
        return DatasetInfo((self.height, self.width, self.channels), _CLASSES)

    def load(self, source: Source) -> Splits:
        """Return 48 training images and 12 each for validation and test."""
        del source
        random = np.random.default_rng(0)
        train, test, validation = (self._split(size, random) for size in (48, 12, 12))
        return Splits(train, test, validation)

    def _split(self, size: int, random: np.random.Generator) -> Split:
        labels = np.arange(size) % len(_CLASSES)
        noise = random.integers(0, 80, (size, *self.info.image_shape))
        return Split((noise + 80 * labels.reshape(-1, 1, 1, 1)).astype(np.uint8), labels)


@dataclass(frozen=True)
class Brightness(Architecture):
    """The mean of each channel, followed by a few units."""

    def features(self, images: "keras.KerasTensor") -> "keras.KerasTensor":
        """(N, H, W, C) to (N, 4)."""
        from keras import layers

        return layers.Dense(4)(layers.GlobalAveragePooling2D()(images))


def trial_run(folder: Path) -> CallbackRun:
    """Return a run on Shades, with a folder for the files of a callback."""
    data = Shades()
    splits = data.load(Source("full", None, None, "generated"))
    experiment = Experiment(ComponentSpec("shades"), ComponentSpec("brightness"))
    return CallbackRun(
        experiment=experiment,
        class_names=data.info.class_names,
        image_shape=data.info.image_shape,
        splits=splits,
        run_files=RunFiles(folder),
    )


@dataclass(frozen=True)
class Averaging(Optimizer):
    """Gradient descent with averages of the weights."""

    averages_weights = True

    def build(self, learning_rate: Any) -> "keras.optimizers.Optimizer":
        """Return SGD."""
        import keras

        return keras.optimizers.SGD(learning_rate or 0.01, use_ema=True)


@dataclass(frozen=True)
class Failing(Callback):
    """Raises an error at the end of the first epoch."""

    def build(self) -> "keras.callbacks.Callback":
        """Return a Keras callback that raises RuntimeError."""
        import keras

        def fail(epoch: int, logs: Any = None) -> None:
            del epoch, logs
            raise RuntimeError("this failure is part of the check")

        return keras.callbacks.LambdaCallback(on_epoch_end=fail)


def small_training(
    architecture: Architecture | None = None,
    callbacks: Sequence[Callback] = (),
    listeners: Sequence[AttachedListener] = (),
    shape: tuple[int, ...] = (8, 8, 1),
    **options: Any,
) -> None:
    """Train for two epochs on Shades in a temporary folder, which is the current one meanwhile.

    `options` are further ones of `zookit.run`, such as an optimizer. Its messages are hidden:
    advice about the result of so small a training does not help.
    """
    later = [each.unfreezing.epoch for each in callbacks if each.unfreezing is not None]
    options = {"epochs": max([2, *later]), "batch_size": 4, **options}
    if later:
        options["freeze"] = "body"
    if any(each.needs_averages for each in callbacks):
        options["optimizer"] = Averaging()
    composition = compose(Shades(*shape), architecture or Brightness(), callbacks, options)
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder, chdir(folder):
        logger.addFilter(_hide)
        try:
            train(composition, Path("runs"), listeners=listeners, view=View(quiet=True))
        finally:
            logger.removeFilter(_hide)


def _hide(record: logging.LogRecord) -> bool:
    del record
    return False
