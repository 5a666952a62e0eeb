"""The result of a run that has ended, as listeners receive it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from zookit.core.evaluation import Evaluation
from zookit.core.experiment import Experiment

if TYPE_CHECKING:
    import keras

Status = Literal["finished", "interrupted", "failed"]


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
