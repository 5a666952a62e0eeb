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
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from zookit.core.messages import counted, warn
from zookit.leaderboard.columns import Value, differences_of
from zookit.leaderboard.html import html_of
from zookit.leaderboard.mean import Mean, mean_of
from zookit.leaderboard.names import summaries_under_newest_names
from zookit.leaderboard.ranking import ACCURACY, Measure, Ranking, ranking_by
from zookit.leaderboard.table import Row, Table
from zookit.leaderboard.unranked import Unranked
from zookit.runs.metrics import accuracies_differ
from zookit.runs.run import RunRecord
from zookit.runs.summary import RunSummary, summary_of

OpenRun = Callable[[Path], RunRecord]
_MEASURES: tuple[Measure, ...] = ("validation", "test")


class _Named(NamedTuple):
    """A run, and the same run under the newest names."""

    run: RunSummary
    now: RunSummary

    def order(self) -> tuple[str, str]:
        return self.run.name, f"{self.run.parent}/{self.run.name}"


class _Means(NamedTuple):
    """The means over the seeds of a row, as in `Row`."""

    validation_accuracy: Mean | None
    validation_loss: float | None
    test_accuracy: Mean | None
    test_loss: float | None
    validation_value: Mean | None
    test_value: Mean | None


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
            "unranked": [{"run": each.name, "reason": each.reason} for each in self.unranked],
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
    summaries = [(summary_of(run), run) for run in {run.folder: run for run in runs}.values()]
    by_folder = {summary.folder: run for summary, run in summaries}
    return leaderboard_of([each for each, _ in summaries], by, by_folder.__getitem__)


def leaderboard_of(runs: Sequence[RunSummary], by: str, open_run: OpenRun) -> Leaderboard:
    """Rank runs as `leaderboard` does; `open_run` reads a run whose row is asked for it."""
    ranked: dict[tuple[str, Measure], list[_Named]] = {}
    unranked = []
    newest = summaries_under_newest_names(runs)
    ranking = ranking_by(by, runs, newest) if runs else Ranking()
    named = [_Named(*pair) for pair in zip(runs, newest, strict=True)]
    for each in sorted(named, key=_Named.order):
        run, measure = each.run, ranking.measure(each.now)
        if run.status != "finished":
            reason = f"{run.status} after {counted(run.epochs, 'epoch')}"
            unranked.append(Unranked(run.folder, reason, open_run))
        elif measure is None:
            missing = "an accuracy from 0 to 1" if by == ACCURACY else ranking.name
            unranked.append(Unranked(run.folder, f"finished without {missing}", open_run))
        else:
            ranked.setdefault((run.recipe.data.hash, measure), []).append(each)
    tables = [_table(ranking, split, found, open_run) for (_, split), found in ranked.items()]
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


def _table(ranking: Ranking, by: Measure, runs: Sequence[_Named], open_run: OpenRun) -> Table:
    groups: dict[str, list[_Named]] = {}
    for each in runs:
        groups.setdefault(each.now.group, []).append(each)
    for equal in groups.values():
        _warn_of_contradictions([each.now for each in equal])
    differences = differences_of([[each.now for each in equal] for equal in groups.values()])
    unsorted = [
        (_means(ranking, equal), equal, values)
        for equal, values in zip(groups.values(), differences.values, strict=True)
    ]
    unsorted.sort(key=lambda row: _order(row[0], row[1][0].run.name, by, ranking))
    ranks: dict[float, int] = {}
    for at, (means, _, _) in enumerate(unsorted, start=1):
        ranks.setdefault(_ranking(means, by).value, at)
    rows = (
        _row(
            ranks[_ranking(means, by).value], means, [each.run for each in equal], values, open_run
        )
        for means, equal, values in unsorted
    )
    return Table(
        differences.title,
        runs[0].run.recipe.data,
        by,
        differences.columns,
        tuple(rows),
        ranking.name,
    )


def _warn_of_contradictions(runs: Sequence[RunSummary]) -> None:
    """Warn of the first two runs with one identity whose results differ by more than rounding."""
    first: dict[str, RunSummary] = {}
    for run in runs:
        before = first.setdefault(run.identity, run)
        if before is run:
            continue
        then, now = (each.test.get("accuracy", math.nan) for each in (before, run))
        if accuracies_differ(then, now, run.recipe.data.sizes.get("test", 1)):
            pairs = zip(before.recipe.components, run.recipe.components, strict=False)
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


def _ranking(row: Row | _Means, by: Measure) -> Mean:
    """Return the value that ranks the row."""
    value = row.validation_value if by == "validation" else row.test_value
    assert value is not None
    return value


def _order(row: _Means, name: str, by: Measure, ranking: Ranking) -> tuple[float, float, str]:
    loss = row.validation_loss if by == "validation" else row.test_loss
    best = ranking.order(_ranking(row, by).value)
    return best, math.inf if loss is None else loss, name


def _means(ranking: Ranking, equal: Sequence[_Named]) -> _Means:
    runs, now = [each.run for each in equal], [each.now for each in equal]
    accuracy = Ranking()
    validation, test = (_by_seed(runs, accuracy, by) for by in _MEASURES)
    same = ranking == accuracy
    return _Means(
        validation,
        _mean(_values(runs, lambda run: run.last_epoch.get("val_loss"))),
        test,
        _mean(_values(runs, lambda run: run.test.get("loss"))),
        validation if same else _by_seed(now, ranking, "validation"),
        test if same else _by_seed(now, ranking, "test"),
    )


def _row(
    rank: int,
    means: _Means,
    runs: Sequence[RunSummary],
    values: Mapping[str, Value],
    open_run: OpenRun,
) -> Row:
    return Row(
        rank=rank,
        values=values,
        training_accuracy=_mean(_values(runs, _training_accuracy)),
        epochs=tuple(sorted({run.epochs for run in runs})),
        epochs_requested=runs[0].recipe.experiment.settings.epochs,
        seconds=mean_of([run.seconds for run in runs]),
        seeds=tuple(sorted({run.seed for run in runs})),
        summaries=tuple(runs),
        open_run=open_run,
        **means._asdict(),
    )


def _training_accuracy(run: RunSummary) -> float | None:
    found = run.last_epoch.get("accuracy")
    return found if found is not None and 0 <= found <= 1 else None


def _by_seed(runs: Sequence[RunSummary], ranking: Ranking, by: Measure) -> Mean | None:
    values = _values(runs, lambda run: ranking.value(run, by))
    return Mean.of(values) if values else None


def _mean(values: Sequence[float]) -> float | None:
    return mean_of(values) if values else None


def _values(runs: Sequence[RunSummary], value: Callable[[RunSummary], float | None]) -> list[float]:
    """Return a value of each seed's end, for the seeds that have it."""
    found = [(run.seed, each) for run in runs if (each := value(run)) is not None]
    by_seed: dict[int, list[float]] = {}
    for seed, each in found:
        by_seed.setdefault(seed, []).append(each)
    if len(by_seed) == len(found):
        return [each for _, each in found]
    # Repetitions are equal on one machine. On different machines a seed still counts once.
    return [mean_of(repeated) for repeated in by_seed.values()]
