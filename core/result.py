"""The result of a run, which listeners receive when it has ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from zookit.core import html
from zookit.core.evaluation import Evaluation
from zookit.core.experiment import Experiment

if TYPE_CHECKING:
    import keras

Status = Literal["finished", "interrupted", "failed", "pruned"]
"""`pruned`: a search stopped it early, because others did better."""


@dataclass(frozen=True, eq=False, repr=False)
class Result:
    """A run that has ended.

    Args:
        experiment: what was trained.
        folder: the run folder.
        status: how the run ended.
        history: for each logged name, one value per epoch.
        seconds: the wall-clock time of each epoch.
        metrics: loss and metrics on the test split; empty unless the run is finished.
        environment: the versions, the machine and the data that the run used.
        model: the trained model.
        evaluation: the predictions on the test split; None unless the run is finished.
        stopped_by: the callback that ended the training; empty if none did, or it is not known.
        restored_epoch: the epoch, counted from 1, whose weights a callback restored at the end;
            None if the weights are those of the last epoch.
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
    stopped_by: str = ""
    restored_epoch: int | None = None

    @property
    def epochs(self) -> int:
        """The number of complete epochs."""
        return len(self.seconds)

    def __repr__(self) -> str:
        values = "".join(f", {name} {value}" for name, value in self._facts().items())
        return f"<Result: {self.status}{values}>"

    def _repr_html_(self) -> str:
        return html.table((), [("status", self.status), *self._facts().items()])

    def _facts(self) -> dict[str, str]:
        metrics = {f"test {name}": f"{value:.4f}" for name, value in self.metrics.items()}
        return {"epochs": str(self.epochs), **metrics, "folder": str(self.folder)}
