"""A table of the leaderboard: experiments on the same data, best first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from zookit.core.declaration import text_of
from zookit.core.messages import counted, printable
from zookit.leaderboard.columns import Value
from zookit.leaderboard.mean import Mean
from zookit.leaderboard.ranking import ACCURACY, Measure
from zookit.runs.environment import Data
from zookit.runs.run import RunRecord
from zookit.runs.summary import RunSummary

_NUMBERS = (
    *("#", "training accuracy", "validation accuracy", "loss", "test accuracy"),
    *("epochs", "seconds", "seeds"),
)
"""The headings of `Table.cells` whose columns are numbers."""
_SHOWN = (ACCURACY, "loss")
"""What every table shows, so that it needs no further columns if it ranks the runs."""


@dataclass(frozen=True, eq=False)
class Row:
    """One experiment: its runs differ in nothing but the seed and threads.

    Attributes:
        rank: 1 for the best. Experiments of equal accuracy share a rank.
        values: the value of each of the table's columns that this experiment has. For example, a
            convolutional network has no `units`.
        training_accuracy: the mean over seeds in the last whole epoch, 0 to 1. Overfitting if it is
            far above the others.
        validation_accuracy: the mean over seeds after the last whole epoch, 0 to 1. None without
            validation.
        validation_loss: likewise the mean loss.
        test_accuracy: the mean over seeds on the test split, 0 to 1.
        test_loss: likewise the mean loss.
        epochs: the different numbers of whole epochs that the runs trained, ascending. A callback
            may stop a run before the last one.
        epochs_requested: the number of epochs in the settings.
        seconds: the mean duration of the training.
        seeds: the different seeds, ascending.
        runs: the runs, sorted by name. There may be several of one seed. The leaderboard of a
            folder reads them when they are asked for.
        names: the names of the runs.
        validation_value: the mean over seeds, after the last whole epoch, of what ranks the table.
        test_value: likewise on the test split.
    """

    rank: int
    values: Mapping[str, Value]
    training_accuracy: float | None
    validation_accuracy: Mean | None
    validation_loss: float | None
    test_accuracy: Mean | None
    test_loss: float | None
    epochs: tuple[int, ...]
    epochs_requested: int
    seconds: float
    seeds: tuple[int, ...]
    summaries: tuple[RunSummary, ...]
    open_run: Callable[[Path], RunRecord]
    validation_value: Mean | None = None
    test_value: Mean | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the runs, sorted."""
        return tuple(run.name for run in self.summaries)

    @cached_property
    def runs(self) -> tuple[RunRecord, ...]:
        """The runs, sorted by name."""
        return tuple(self.open_run(run.folder) for run in self.summaries)

    def plain(self, metric: str = ACCURACY) -> dict[str, Any]:
        """Return the row as text, numbers, lists and tables, with the names of its runs.

        `metric` is what ranks the table.
        """
        validation, test = self.validation_accuracy, self.test_accuracy
        return {
            "rank": self.rank,
            "values": dict(self.values),
            "training_accuracy": self.training_accuracy,
            "validation_accuracy": validation and validation.value,
            "validation_accuracy_spread": validation and validation.spread,
            "validation_loss": self.validation_loss,
            "test_accuracy": test and test.value,
            "test_accuracy_spread": test and test.spread,
            "test_loss": self.test_loss,
            "epochs": list(self.epochs),
            "epochs_requested": self.epochs_requested,
            "seconds": self.seconds,
            "seeds": list(self.seeds),
            "runs": list(self.names),
            **({} if metric in _SHOWN else self._plain_values(metric)),
        }

    def _plain_values(self, metric: str) -> dict[str, Any]:
        validation, test = self.validation_value, self.test_value
        return {
            f"validation_{metric}": validation and validation.value,
            f"validation_{metric}_spread": validation and validation.spread,
            f"test_{metric}": test and test.value,
            f"test_{metric}_spread": test and test.spread,
        }


@dataclass(frozen=True, eq=False, repr=False)
class Table:
    """Experiments on the same data, best first.

    Attributes:
        title: what the experiments have in common.
        data: the data they were trained on.
        by: the split that ranks them. It is `test` for experiments without validation.
        columns: the names of the parameters and settings in which they differ.
        rows: the experiments.
        metric: what ranks them: `accuracy`, `loss` or a metric.
    """

    title: str
    data: Data
    by: Measure
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    metric: str = ACCURACY

    @property
    def numbers(self) -> tuple[str, ...]:
        """The headings of `cells` whose columns are numbers."""
        return (*_NUMBERS, f"validation {self.metric}", f"test {self.metric}")

    @property
    def heading(self) -> str:
        """The title, the data and what ranks the experiments."""
        why = "" if self.by == "validation" else " (no validation)"
        return (
            f"{self.title} ({self.data.origin}, data {self.data.hash[:8]}), "
            f"by {self.by} {self.metric}{why}"
        )

    def __repr__(self) -> str:
        """Return the heading and the number of experiments in one line."""
        return f"<Table {printable(self.heading)}: {counted(len(self.rows), 'experiment')}>"

    def cells(self) -> list[dict[str, str]]:
        """Return the rows as text by heading. All rows have the same headings."""
        repeated = any(len(row.summaries) > 1 for row in self.rows)
        return [self._cells(row, repeated) for row in self.rows]

    def _cells(self, row: Row, repeated: bool) -> dict[str, str]:
        if self.by == "validation":
            accuracies = {
                "validation accuracy": str(row.validation_accuracy),
                "loss": _text(row.validation_loss),
                "test accuracy": str(row.test_accuracy or ""),
            }
        else:
            accuracies = {
                "test accuracy": str(row.test_accuracy or ""),
                "loss": _text(row.test_loss),
            }
        return {
            "#": str(row.rank),
            **{name: text_of(row.values.get(name, "")) for name in self.columns},
            **({} if self.metric in _SHOWN else self._ranking_cells(row)),
            "training accuracy": _text(row.training_accuracy),
            **accuracies,
            "epochs": _epochs(row.epochs, row.epochs_requested),
            "seconds": f"{row.seconds:.1f}",
            **({"seeds": _seeds(row)} if repeated else {}),
        }

    def _ranking_cells(self, row: Row) -> dict[str, str]:
        on_test = {f"test {self.metric}": str(row.test_value or "")}
        if self.by == "test":
            return on_test
        return {f"validation {self.metric}": str(row.validation_value), **on_test}


def _epochs(trained: Sequence[int], requested: int) -> str:
    numbers = "-".join(map(str, dict.fromkeys((trained[0], trained[-1]))))
    return numbers if trained[0] == requested else f"{numbers} of {requested}"


def _seeds(row: Row) -> str:
    seeds, runs = len(row.seeds), len(row.summaries)
    return f"{seeds}" if seeds == runs else f"{seeds} in {runs} runs"


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
