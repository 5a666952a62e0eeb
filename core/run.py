"""A run, as it is told to listeners and returned to the caller."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from zookit.core.experiment import Experiment

if TYPE_CHECKING:
    import keras
    import numpy as np
    import numpy.typing as npt

Status = Literal["finished", "interrupted", "failed"]


@dataclass(frozen=True)
class Run:
    """A run that is about to train.

    `composed` describes what was fitted together (data, shape, classes, head, loss, parameters);
    `environment` what it runs on and where everything came from. Both hold plain values.
    """

    experiment: Experiment
    folder: Path
    composed: Mapping[str, Any]
    environment: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What a model says of each of a split's N images.

    `labels` and `predicted` are classes, int64 (N,); `probability`, float32 (N,), 0 to 1, is that
    of the predicted one. `mistakes_at`, int64 (M,), are the places of the surest mistakes in the
    split, surest first, and `mistakes` their images, uint8 (M, h, w, C), large ones thinned out.
    """

    labels: "npt.NDArray[np.int64]"
    predicted: "npt.NDArray[np.int64]"
    probability: "npt.NDArray[np.float32]"
    mistakes_at: "npt.NDArray[np.int64]"
    mistakes: "npt.NDArray[np.uint8]"


@dataclass(frozen=True, eq=False)
class Result:
    """A run that has ended.

    `history` has for each logged name one value an epoch; `seconds` one wall-clock time an epoch;
    `metrics` the test split's loss and accuracy, empty where the run did not finish, and
    `evaluation` what the model says of that split, None then; `environment` is the run's.
    """

    experiment: Experiment
    folder: Path
    status: Status
    history: Mapping[str, tuple[float, ...]]
    seconds: tuple[float, ...]
    metrics: Mapping[str, float]
    environment: Mapping[str, Any]
    model: "keras.Model"
    evaluation: Evaluation | None = None

    @property
    def epochs(self) -> int:
        """The number of epochs that were trained to their end."""
        return len(self.seconds)
