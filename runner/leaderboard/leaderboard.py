"""The leaderboard: kept runs ranked, those on the same data among each other.

    import zookit
    from zookit.leaderboard.leaderboard import leaderboard

    for table in leaderboard(zookit.list_runs("runs")).tables:
        best = table.rows[0]
        print(table.heading, dict(best.varying), best.validation_accuracy or best.test_accuracy)

Imports neither TensorFlow nor any plugin.
"""

import math
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

from zookit.core.declaration import text_of
from zookit.leaderboard.columns import RESULTS, Value, varying_in
from zookit.runs.environment import Data
from zookit.runs.run import Ending, RunRecord

Measure = Literal["validation", "test"]


@dataclass(frozen=True)
class Mean:
    """A mean over the seeds of equal experiments.

    `spread` is the sample standard deviation, None of a single seed. Exact repetitions of a seed
    count once.
    """

    value: float
    spread: float | None
    seeds: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """The mean of one value a seed; of at least one."""
        if len(values) == 1:
            return cls(values[0], None, 1)
        return cls(statistics.mean(values), statistics.stdev(values), len(values))

    def __str__(self) -> str:
        """`0.8931 ± 0.0021`."""
        return f"{self.value:.4f}" + ("" if self.spread is None else f" ± {self.spread:.4f}")


@dataclass(frozen=True, eq=False)
class Row:
    """One experiment: the runs that are equal but for the seed.

    `rank` begins at 1; equal accuracies share one. `varying` has a value for each of the table's
    columns that this experiment has: `units` of a dense body stays empty for a convolutional one.
    Accuracies (0 to 1) and losses are means over seeds, those of validation after the last whole
    epoch, and None where there are none. `epochs` are the whole epochs its runs came to, ascending
    and each once, of the `asked_epochs`; fewer where a callback stopped them. `seconds` is the mean
    of the training's wall-clock time. `runs`, sorted by name, may be more than `seeds`.
    """

    rank: int
    varying: Mapping[str, Value]
    validation_accuracy: Mean | None
    validation_loss: float | None
    test_accuracy: Mean | None
    test_loss: float | None
    epochs: tuple[int, ...]
    asked_epochs: int
    seconds: float
    seeds: tuple[int, ...]
    runs: tuple[RunRecord, ...]

    def plain(self) -> dict[str, Any]:
        """The same as text, numbers, lists and tables; of runs their names."""
        validation, test = self.validation_accuracy, self.test_accuracy
        return {
            "rank": self.rank,
            "varying": dict(self.varying),
            "validation_accuracy": validation and validation.value,
            "validation_accuracy_spread": validation and validation.spread,
            "validation_loss": self.validation_loss,
            "test_accuracy": test and test.value,
            "test_accuracy_spread": test and test.spread,
            "test_loss": self.test_loss,
            "epochs": list(self.epochs),
            "asked_epochs": self.asked_epochs,
            "seconds": self.seconds,
            "seeds": list(self.seeds),
            "runs": [run.name for run in self.runs],
        }


@dataclass(frozen=True, eq=False)
class Table:
    """Experiments on the same data, best first, all ranked by the same measure.

    `title` is what they have in common, `data` what they were trained on, and `by` the accuracy
    they are ranked by: `validation` of those that kept images for it, else `test`. `columns` names
    what differs between them.
    """

    title: str
    data: Data
    by: Measure
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def heading(self) -> str:
        """The title, which data it is, and what the table is ranked by."""
        why = "" if self.by == "validation" else ", as there is no validation"
        return (
            f"{self.title} ({self.data.origin}, data {self.data.hash[:8]}), "
            f"by {self.by} accuracy{why}"
        )

    def cells(self) -> list[dict[str, str]]:
        """The rows as text to be shown, by heading; every row has the same headings."""
        repeated = any(len(row.runs) > 1 for row in self.rows)
        return [self._cells(row, repeated) for row in self.rows]

    def _cells(self, row: Row, repeated: bool) -> dict[str, str]:
        if self.by == "validation":
            accuracies = {
                "validation accuracy": str(row.validation_accuracy),
                "loss": _shown(row.validation_loss),
                "test accuracy": str(row.test_accuracy or ""),
            }
        else:
            accuracies = {
                "test accuracy": str(row.test_accuracy),
                "loss": _shown(row.test_loss),
            }
        epochs = "-".join(map(str, dict.fromkeys((row.epochs[0], row.epochs[-1]))))
        early = "" if row.epochs[0] == row.asked_epochs else f" of {row.asked_epochs}"
        seeds, runs = len(row.seeds), len(row.runs)
        again = "" if seeds == runs else f" in {runs} runs"
        return {
            "#": str(row.rank),
            **{name: text_of(row.varying.get(name, "")) for name in self.columns},
            **accuracies,
            "epochs": epochs + early,
            "seconds": f"{row.seconds:.1f}",
            **({"seeds": f"{seeds}{again}"} if repeated else {}),
            "runs": "\n".join(run.name for run in row.runs),
        }

    def plain(self) -> dict[str, Any]:
        """The same as text, numbers, lists and tables."""
        return {
            "title": self.title,
            "data_origin": self.data.origin,
            "data_hash": self.data.hash,
            "ranked_by": f"{self.by}_accuracy",
            "columns": list(self.columns),
            "rows": [row.plain() for row in self.rows],
        }


@dataclass(frozen=True)
class Unranked:
    """A run that cannot be ranked, and why: `killed after 2 epochs`."""

    run: RunRecord
    reason: str


@dataclass(frozen=True)
class Leaderboard:
    """Tables by data and measure, and the runs that stand in none of them."""

    tables: tuple[Table, ...]
    unranked: tuple[Unranked, ...]

    def plain(self) -> dict[str, Any]:
        """The same as text, numbers, lists and tables."""
        return {
            "tables": [table.plain() for table in self.tables],
            "unranked": [{"run": each.run.name, "reason": each.reason} for each in self.unranked],
        }

    def flat(self) -> list[dict[str, Any]]:
        """All tables' rows, each with the same keys, as CSV or a data frame has them.

        What an experiment does not have is None; several values are one text with blanks between.
        """
        varying = dict.fromkeys(name for table in self.tables for name in table.columns)
        return [
            {
                "title": table.title,
                "data_origin": table.data.origin,
                "data_hash": table.data.hash,
                "ranked_by": f"{table.by}_accuracy",
                "rank": row.rank,
                **{name: row.varying.get(name) for name in varying},
                **{
                    name: " ".join(map(str, value)) if isinstance(value, list) else value
                    for name, value in row.plain().items()
                    if name in RESULTS
                },
            }
            for table in self.tables
            for row in table.rows
        ]


def leaderboard(runs: Iterable[RunRecord]) -> Leaderboard:
    """Rank runs, in whatever order they come.

    Only runs on data with the same hash are ranked together, by the validation accuracy of the last
    whole epoch; those without validation stand in a table of their own, ranked by test accuracy.
    Runs that are equal but for the seed form one row. Runs that did not finish are not ranked.
    """
    ranked: dict[tuple[str, Measure], list[RunRecord]] = {}
    unranked = []
    once = {run.folder: run for run in runs}
    for run in sorted(once.values(), key=lambda run: (run.name, str(run.folder))):
        status, measure = run.status, _measure(run)
        if status != "finished":
            plural = "" if run.epochs == 1 else "s"
            unranked.append(Unranked(run, f"{status} after {run.epochs} epoch{plural}"))
        elif measure is None:
            unranked.append(Unranked(run, "finished without an accuracy from 0 to 1"))
        else:
            ranked.setdefault((run.environment.data.hash, measure), []).append(run)
    tables = [_table(measure, found) for (_, measure), found in ranked.items()]
    tables.sort(key=lambda table: (table.data.hash, table.by != "validation"))
    firsts = {table.data.hash: table.title for table in reversed(tables)}
    tables.sort(key=lambda table: firsts[table.data.hash])
    return Leaderboard(tuple(tables), tuple(unranked))


def _measure(run: RunRecord) -> Measure | None:
    if run.ending is None:
        return None
    if _validation_accuracy(run.ending) is not None:
        return "validation"
    return None if _test_accuracy(run.ending) is None else "test"


def _accuracy(values: Mapping[str, float], name: str) -> float | None:
    found = values.get(name)
    return found if found is not None and 0 <= found <= 1 else None


def _validation_accuracy(ending: Ending) -> float | None:
    return _accuracy(ending.last_epoch, "val_accuracy")


def _test_accuracy(ending: Ending) -> float | None:
    return _accuracy(ending.test, "accuracy")


def _table(by: Measure, runs: Sequence[RunRecord]) -> Table:
    groups: dict[str, list[RunRecord]] = {}
    for run in runs:
        groups.setdefault(run.environment.group, []).append(run)
    title, columns, varying = varying_in([equal[0] for equal in groups.values()])
    rows = sorted(map(_row, groups.values(), varying), key=lambda row: _order(row, by))
    scores = [_order(row, by)[0] for row in rows]
    return Table(
        title,
        runs[0].environment.data,
        by,
        tuple(columns),
        tuple(replace(row, rank=scores.index(_order(row, by)[0]) + 1) for row in rows),
    )


def _order(row: Row, by: Measure) -> tuple[float, float, str]:
    accuracy = row.validation_accuracy if by == "validation" else row.test_accuracy
    loss = row.validation_loss if by == "validation" else row.test_loss
    assert accuracy is not None
    return -accuracy.value, math.inf if loss is None else loss, row.runs[0].name


def _row(runs: Sequence[RunRecord], varying: Mapping[str, Value]) -> Row:
    def mean(value: Callable[[Ending], float | None]) -> Mean | None:
        by_seed: dict[int, list[float]] = {}
        for run in runs:
            found = value(run.ending) if run.ending else None
            if found is not None:
                by_seed.setdefault(run.experiment.settings.seed, []).append(found)
        # Repetitions are equal on one machine; on different ones a seed still counts once.
        values = [Mean.of(repeated).value for repeated in by_seed.values()]
        return Mean.of(values) if values else None

    def loss(value: Callable[[Ending], float | None]) -> float | None:
        found = mean(value)
        return None if found is None else found.value

    return Row(
        0,
        varying,
        mean(_validation_accuracy),
        loss(lambda ending: ending.last_epoch.get("val_loss")),
        mean(_test_accuracy),
        loss(lambda ending: ending.test.get("loss")),
        tuple(sorted({run.epochs for run in runs})),
        runs[0].experiment.settings.epochs,
        Mean.of([sum(run.seconds) for run in runs]).value,
        tuple(sorted({run.experiment.settings.seed for run in runs})),
        tuple(runs),
    )


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
