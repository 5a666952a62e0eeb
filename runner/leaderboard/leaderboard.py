"""The leaderboard: runs ranked against the other runs on the same data.

    import zookit

    for table in zookit.compare(zookit.list_runs("runs")).tables:
        best = table.rows[0]
        print(table.heading, dict(best.values), best.validation_accuracy or best.test_accuracy)

It imports neither TensorFlow nor plugins.
"""

import io
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from zookit.core.messages import counted, warn
from zookit.leaderboard.columns import Value, differences_of
from zookit.leaderboard.html import html_of
from zookit.leaderboard.mean import Mean
from zookit.leaderboard.names import under_newest_names
from zookit.leaderboard.ranking import ACCURACY, Measure, Ranking, ranking_by
from zookit.leaderboard.table import Row, Table
from zookit.leaderboard.unranked import Unranked
from zookit.runs.metrics import accuracies_differ
from zookit.runs.run import Ending, RunRecord


@dataclass(frozen=True, repr=False)
class Leaderboard:
    """One table for each data set and measure, and the runs that are in none of them."""

    tables: tuple[Table, ...]
    unranked: tuple[Unranked, ...]

    def plain(self) -> dict[str, Any]:
        """Return everything as text, numbers, lists and tables."""
        return {
            "tables": [
                {
                    **_about(table),
                    "columns": list(table.columns),
                    "rows": [row.plain(table.metric) for row in table.rows],
                }
                for table in self.tables
            ],
            "unranked": [{"run": each.run.name, "reason": each.reason} for each in self.unranked],
        }

    def flat(self) -> list[dict[str, Any]]:
        """Return the rows of all tables with the same keys, as for CSV or a data frame.

        A value that an experiment does not have is None. Several values are one text, separated by
        spaces.
        """
        columns = dict.fromkeys(name for table in self.tables for name in table.columns)
        return [
            {
                **_about(table),
                "rank": row.rank,
                **{name: row.values.get(name) for name in columns},
                **{
                    name: " ".join(map(str, value)) if isinstance(value, list) else value
                    for name, value in row.plain(table.metric).items()
                    if name not in ("rank", "values")
                },
            }
            for table in self.tables
            for row in table.rows
        ]

    def __repr__(self) -> str:
        """Return the best result of each table, in one line."""
        best = [
            f"{table.title}: best {table.by} {table.metric} {_ranking(table.rows[0], table.by)} "
            f"of {counted(len(table.rows), 'experiment')}"
            for table in self.tables
        ]
        if self.unranked:
            best.append(f"{counted(len(self.unranked), 'run')} not ranked")
        return f"<Leaderboard {'; '.join(best) or 'of no runs'}>"

    def __str__(self) -> str:
        """Return the tables as text."""
        # These bring Rich in, which ranking does not need.
        from zookit.leaderboard.text import print_leaderboard
        from zookit.tables import output

        text = io.StringIO()
        console = output(file=text)
        print_leaderboard(console, self.tables, self.unranked, {})
        return "\n".join(line.rstrip() for line in text.getvalue().splitlines())

    def _repr_html_(self) -> str:
        """Return the tables as HTML, for notebooks."""
        return html_of(self.tables, self.unranked)


def leaderboard(runs: Iterable[RunRecord], by: str = ACCURACY) -> Leaderboard:
    """Rank runs, given in any order, by the accuracy, the loss or a metric.

    Only runs on data with the same hash are ranked against each other, by the validation accuracy
    of the last whole epoch. Runs without validation have a table of their own, ranked by test
    accuracy. Runs that differ only in seed and threads form one row. Runs that did not finish are
    not ranked. Warns of equal runs with different results. Raises BadParameter if no run has
    measured what ranks them.
    """
    ranked: dict[tuple[str, Measure], list[RunRecord]] = {}
    unranked = []
    once = {run.folder: run for run in runs}
    newest = under_newest_names(list(once.values()))
    ranking = ranking_by(by, list(once.values()), newest) if once else Ranking()
    named = dict(zip(once, newest, strict=True))
    for run in sorted(once.values(), key=lambda run: (run.name, str(run.folder))):
        status, measure = run.status, ranking.measure(named[run.folder])
        if status != "finished":
            unranked.append(Unranked(run, f"{status} after {counted(run.epochs, 'epoch')}"))
        elif measure is None:
            missing = "an accuracy from 0 to 1" if by == ACCURACY else ranking.name
            unranked.append(Unranked(run, f"finished without {missing}"))
        else:
            ranked.setdefault((run.environment.data.hash, measure), []).append(run)
    tables = [_table(ranking, split, found, named) for (_, split), found in ranked.items()]
    tables.sort(key=lambda table: (table.data.hash, table.by != "validation"))
    firsts = {table.data.hash: table.title for table in reversed(tables)}
    tables.sort(key=lambda table: firsts[table.data.hash])
    return Leaderboard(tuple(tables), tuple(unranked))


def _about(table: Table) -> dict[str, str]:
    return {
        "title": table.title,
        "data_origin": table.data.origin,
        "data_hash": table.data.hash,
        "ranked_by": f"{table.by}_{table.metric}",
    }


def _table(
    ranking: Ranking, by: Measure, runs: Sequence[RunRecord], named: Mapping[Path, RunRecord]
) -> Table:
    """Return the table of runs; `named` has each of them under the newest names."""
    groups: dict[str, list[RunRecord]] = {}
    for run in runs:
        groups.setdefault(named[run.folder].environment.group, []).append(run)
    rows_named = [[named[run.folder] for run in equal] for equal in groups.values()]
    for equal in rows_named:
        _warn_of_contradictions(equal)
    differences = differences_of(rows_named)
    unsorted = (
        _row(ranking, *each)
        for each in zip(groups.values(), rows_named, differences.values, strict=True)
    )
    rows = sorted(unsorted, key=lambda row: _order(row, by, ranking))
    scores = [_ranking(row, by).value for row in rows]
    return Table(
        differences.title,
        runs[0].environment.data,
        by,
        differences.columns,
        tuple(replace(row, rank=scores.index(_ranking(row, by).value) + 1) for row in rows),
        ranking.name,
    )


def _warn_of_contradictions(runs: Sequence[RunRecord]) -> None:
    """Warn of the first two runs with one identity whose results differ by more than rounding."""
    first: dict[str, RunRecord] = {}
    for run in runs:
        before = first.setdefault(run.environment.identity, run)
        then, now = (each.metrics.get("accuracy", math.nan) for each in (before, run))
        if accuracies_differ(then, now, run.environment.data.sizes.get("test", 1)):
            pairs = zip(before.environment.components, run.environment.components, strict=False)
            changed = [
                one.name
                for one, other in pairs
                if (one.owner, one.code) != (other.owner, other.code)
            ]
            reason = f"the code of {' and '.join(changed)}" if changed else "something not recorded"
            warn(
                f"{before.name} and {run.name} are the same experiment, but have the test "
                f"accuracies {then:.4f} and {now:.4f}: {reason} has changed. The row has the mean."
            )
            return


def _ranking(row: Row, by: Measure) -> Mean:
    """Return the value that ranks the row."""
    value = row.validation_value if by == "validation" else row.test_value
    assert value is not None
    return value


def _order(row: Row, by: Measure, ranking: Ranking) -> tuple[float, float, str]:
    loss = row.validation_loss if by == "validation" else row.test_loss
    best = ranking.order(_ranking(row, by).value)
    return best, math.inf if loss is None else loss, row.runs[0].name


def _row(
    ranking: Ranking,
    runs: Sequence[RunRecord],
    named: Sequence[RunRecord],
    values: Mapping[str, Value],
) -> Row:
    """Return the row of runs; `named` are the same under the newest names."""
    accuracy = Ranking()
    training = _mean(runs, _training_accuracy)
    validation_loss = _mean(runs, lambda ending: ending.last_epoch.get("val_loss"))
    test_loss = _mean(runs, lambda ending: ending.test.get("loss"))
    return Row(
        rank=0,
        values=values,
        training_accuracy=None if training is None else training.value,
        validation_accuracy=_mean(runs, lambda ending: accuracy.value(ending, "validation")),
        validation_loss=None if validation_loss is None else validation_loss.value,
        test_accuracy=_mean(runs, lambda ending: accuracy.value(ending, "test")),
        test_loss=None if test_loss is None else test_loss.value,
        epochs=tuple(sorted({run.epochs for run in runs})),
        epochs_requested=runs[0].experiment.settings.epochs,
        seconds=Mean.of([sum(run.seconds) for run in runs]).value,
        seeds=tuple(sorted({run.experiment.settings.seed for run in runs})),
        runs=tuple(runs),
        validation_value=_mean(named, lambda ending: ranking.value(ending, "validation")),
        test_value=_mean(named, lambda ending: ranking.value(ending, "test")),
    )


def _training_accuracy(ending: Ending) -> float | None:
    found = ending.last_epoch.get("accuracy")
    return found if found is not None and 0 <= found <= 1 else None


def _mean(runs: Sequence[RunRecord], value: Callable[[Ending], float | None]) -> Mean | None:
    """Return the mean over seeds of a value of each run's end, or None if no run has it."""
    by_seed: dict[int, list[float]] = {}
    for run in runs:
        found = value(run.ending) if run.ending else None
        if found is not None:
            by_seed.setdefault(run.experiment.settings.seed, []).append(found)
    # Repetitions are equal on one machine. On different machines a seed still counts once.
    values = [Mean.of(repeated).value for repeated in by_seed.values()]
    return Mean.of(values) if values else None
