"""Exporters: file formats for trained models."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from zookit.core.component import Component

if TYPE_CHECKING:
    import keras
    import numpy as np
    import numpy.typing as npt

    Predict = Callable[[npt.NDArray[np.uint8]], npt.NDArray[np.float32]]
    """From raw images, uint8 (N, H, W, C), to probabilities."""


@dataclass(frozen=True)
class Exporter(Component, ABC):
    """Base class of exporters.

    Give the class attribute `packages` the packages that the export imports; without them, it is
    refused with the command that installs them.
    """

    suffix: ClassVar[str]
    """The suffix of the file or folder, such as `.onnx`."""
    is_folder: ClassVar[bool] = False
    """Whether the export is a folder."""
    holds_any_model: ClassVar[bool] = False
    """Whether the format holds every model. Others lack some operations, which is no fault."""

    @abstractmethod
    def export(self, model: "keras.Model", path: Path, info: Mapping[str, Any]) -> None:
        """Write a model to `path`, which does not exist.

        Args:
            model: a functional model in float32 that maps raw images, uint8 (N, H, W, C), for any
                N, to probabilities, float32 (N, 1) for two classes and (N, classes) otherwise. If
                it is called without the argument `training`, it predicts.
            path: the file or folder to write.
            info: what to store beside the model, as plain values: `format`, which is 1,
                `class_names`, `input` and `output`, tables with `dtype`, `shape` and `meaning`, and
                `run`, the name of the run.

        Raises:
            Exception: the format cannot hold the model; zookit reports the message.
        """

    @abstractmethod
    def load(self, path: Path) -> "Predict | None":
        """Return a function that computes the probabilities of images with what was written.

        zookit compares them with those of the model, so that no export is silently wrong. Return
        None if the runtime of the format is not installed.

        Args:
            path: the file or folder that `export` wrote.
        """
