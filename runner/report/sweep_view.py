"""What the page shows of a sweep: plain values, ready for the template."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from zookit.core.messages import counted, listed, printable
from zookit.core.search import point_words
from zookit.report.comparison import RankedTable, ranked
from zookit.report.grid import DATASET, SEED, Best, Grid, GridCell, GridStatus
from zookit.report.heat_map import MOST as MOST_MAPS
from zookit.report.heat_map import HeatMap, heat_maps
from zookit.report.numbers import duration, number_of
from zookit.report.parallel import Parallel, parallel_of

_DATASETS = 2
"""The most data sets that the title names."""
_ROWS = 100
"""The most rows of a table of the leaderboard."""
_RUNS = 3
"""The most runs that a row names."""
_VALUES = 12
"""The most values that are listed of something that varies."""
_REASONS, _CELLS = 30, 10
"""The most reasons that are listed, and the most cells of each."""
_TILES: tuple[tuple[str, str], ...] = (
    ("finished", "Finished"),
    ("failed", "Failed"),
    ("pruned", "Pruned"),
    ("interrupted", "Interrupted"),
    ("running", "Running"),
    ("waiting", "Waiting"),
)
_HEADINGS: tuple[tuple[str, tuple[GridStatus, ...]], ...] = (
    ("Failed", ("failed",)),
    ("Do not fit together", ("misfit",)),
    ("Stopped early by the search", ("pruned",)),
    ("Not trained to the end", ("interrupted", "running", "waiting")),
)

Tile = tuple[str, str, str]


@dataclass(frozen=True)
class BestView:
    """The best combination on a data set, and the command that predicts with it."""

    heading: str
    text: str
    command: str


@dataclass(frozen=True)
class RankedRows:
    """A table of the leaderboard, which may have more `rows` than are shown."""

    table: RankedTable
    rows: int


@dataclass(frozen=True)
class Reason:
    """Why so many cells have no result; `more` of them are not named."""

    text: str
    count: int
    names: list[str]
    more: int


@dataclass(frozen=True)
class Missing:
    """Cells without a result; `more` is the number of reasons that are not listed."""

    heading: str
    count: int
    reasons: list[Reason]
    more: int


@dataclass(frozen=True)
class SweepView:
    """A sweep as the page shows it. `maps_left_out` is the number of heat maps left out."""

    title: str
    measure: str
    tiles: list[Tile]
    varied: list[tuple[str, str]]
    bests: list[BestView]
    tables: list[RankedRows]
    maps: list[HeatMap]
    maps_left_out: int
    marks: dict[str, str]
    parallel: Parallel | None
    has_datasets: bool
    missing: list[Missing]


def view_of_sweep(grid: Grid) -> SweepView:
    """Return the view of a sweep."""
    trained = sum(each.status != "misfit" for each in grid.cells)
    maps = heat_maps(grid)
    return SweepView(
        title=_title(grid, trained),
        measure=grid.measure,
        tiles=list(_tiles(grid, trained)),
        varied=list(_varied(grid)),
        bests=[_best(grid, each) for each in grid.bests],
        tables=[_shortened(each) for each in map(ranked, grid.board.tables)],
        maps=maps[:MOST_MAPS],
        maps_left_out=len(maps[MOST_MAPS:]),
        marks={mark: meaning for each in maps[:MOST_MAPS] for mark, meaning in each.marks.items()},
        parallel=parallel_of(grid, "parallel"),
        has_datasets=len({each.data for each in grid.combinations}) > 1,
        missing=list(_missing(grid)),
    )


def _title(grid: Grid, trained: int) -> str:
    datasets = list(dict.fromkeys(each.values.get(DATASET, "") for each in grid.combinations))
    several = len(datasets) > _DATASETS
    names = counted(len(datasets), "data set") if several else " and ".join(datasets)
    return printable(f"Sweep of {counted(trained, 'cell')} on {names}")


def _tiles(grid: Grid, trained: int) -> Iterator[Tile]:
    seeds = {each.values[SEED] for each in grid.cells if SEED in each.values}
    combinations = sum(
        any(cell.status != "misfit" for cell in each.cells) for each in grid.combinations
    )
    over = f", {counted(len(seeds), 'seed')}" if len(seeds) > 1 else ""
    yield "Cells", f"{trained:,}", f"{counted(combinations, 'combination')}{over}"
    for status, name in _TILES:
        found = [each for each in grid.cells if each.status == status]
        if found:
            seconds = sum(each.run.seconds for each in found if each.run)
            yield name, f"{len(found):,}", f"{duration(seconds)} of training" if seconds else ""
    misfits = len(grid.cells) - trained
    if misfits:
        yield "Left out", f"{misfits:,}", "do not fit together"


def _varied(grid: Grid) -> Iterator[tuple[str, str]]:
    seeds = dict.fromkeys(each.values[SEED] for each in grid.cells if SEED in each.values)
    for name, values in (*grid.varied.items(), (SEED, tuple(seeds))):
        if name != SEED or len(values) > 1:
            yield printable(name), printable(_listed(values))


def _listed(values: Sequence[str]) -> str:
    if len(values) <= _VALUES:
        return ", ".join(value or "none" for value in values)
    if all(number_of(each) is not None for each in values):
        return f"{values[0]} to {values[-1]}, {len(values):,} values"
    return listed(values, _VALUES)


def _best(grid: Grid, best: Best) -> BestView:
    combination = best.combination
    result = combination.result
    assert result is not None
    over = f" over {counted(result.seeds, 'seed')}" if result.seeds > 1 else ""
    test = best.run.test.get("accuracy")
    tested = (
        f"; test accuracy of the best run {test:.4f}"
        if test is not None and grid.by != "test"
        else ""
    )
    rest = point_words({k: v for k, v in combination.values.items() if k != DATASET})
    return BestView(
        printable(combination.data),
        printable(f"{rest}: {grid.measure} {result}{over}{tested}."),
        printable(best.command),
    )


def _shortened(table: RankedTable) -> RankedRows:
    rows = [[*row[:-1], _few(row[-1])] for row in table.rows[:_ROWS]]
    return RankedRows(replace(table, rows=rows), len(table.rows))


def _few(lines: list[str]) -> list[str]:
    more = len(lines) - _RUNS
    return lines if more <= 0 else [*lines[:_RUNS], f"and {more:,} more"]


def _missing(grid: Grid) -> Iterator[Missing]:
    for heading, statuses in _HEADINGS:
        cells = [each for each in grid.cells if each.status in statuses]
        if cells:
            yield _missing_of(heading, cells)
    unranked = [
        cell
        for each in grid.combinations
        if each.result is None
        for cell in each.cells
        if cell.status == "finished"
    ]
    if unranked:
        yield _missing_of(f"Finished without {grid.measure}", unranked)


def _missing_of(heading: str, cells: Sequence[GridCell]) -> Missing:
    by_reason: dict[str, list[GridCell]] = {}
    for each in cells:
        by_reason.setdefault(each.reason, []).append(each)
    common = sorted(by_reason.items(), key=lambda pair: -len(pair[1]))
    reasons = [
        Reason(
            printable(text),
            len(found),
            [printable(each.words) for each in found[:_CELLS]],
            max(len(found) - _CELLS, 0),
        )
        for text, found in common[:_REASONS]
    ]
    return Missing(heading, len(cells), reasons, max(len(common) - _REASONS, 0))
