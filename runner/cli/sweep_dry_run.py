"""`zookit sweep --dry-run`: what would be trained."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zookit.cli.json_output import print_json
from zookit.core import BadExperiment, BadParameter, Choice, Range
from zookit.core.messages import counted
from zookit.sweeps.cells import Cell, CellTrials, without_validation
from zookit.sweeps.located import located
from zookit.sweeps.measured import check_measured
from zookit.sweeps.request import CALLBACKS, SEED, SweepRequest
from zookit.sweeps.starts import Starts
from zookit.sweeps.vary import range_words
from zookit.tables import facts, output, table

if TYPE_CHECKING:
    from zookit.console import Console
    from zookit.sweeps.options import SweepOptions

_MOST_ROWS = 48
"""The most cells that are listed."""
_PLURALS = {"dataset": "data sets", "architecture": "architectures"}


def check_dry_run(
    request: SweepRequest, options: "SweepOptions", *, by: str, report: Path | None, as_csv: bool
) -> None:
    """Raise ZookitError if options ask for results, or the sweep could not be run with them."""
    for name, given in (("--report", report), ("--csv", as_csv)):
        if given:
            raise BadParameter(
                f"got both --dry-run and {name}. A dry run has no results: remove one of them. To "
                "list the combinations for a program, write --dry-run --json."
            )
    options.check()
    check_measured(by, request)


def show_dry_run(request: SweepRequest, runs_dir: Path, *, full: bool, as_json: bool) -> None:
    """Print the cells of a request, and which combinations are left out and why.

    `runs_dir` has the runs that the request names.

    Raises ZookitError if a word of the request is not valid, and BadExperiment if no combination
    fits.
    """
    from zookit.terminal import messages_shown

    with messages_shown(quiet=False):
        starts = Starts(runs_dir)
        request = located(request, starts)
        trials = CellTrials(request, starts)
        first = trials.ask() if trials.learns else None  # results decide what it asks for next
        _check_validated(first.cells if first else ())
        cells = [] if trials.learns else _all(trials)
    parameters: Mapping[Cell, int | str] = {}
    if full:
        from zookit.sweeps.parameter_counts import parameter_counts
        from zookit.terminal import waiting

        with waiting("building the models", quiet=as_json):
            parameters = parameter_counts(cells)
    if as_json:
        print_json(_plain(trials, cells, parameters))
    else:
        console = output()
        console.print(facts(_summary(request, trials, cells)))
        _print_cells(console, cells, parameters)
        for line in _left_out(trials):
            console.print(line, soft_wrap=True)
    if not (cells or first) and trials.misfits:
        raise BadExperiment(
            "there is nothing to train: none of the combinations fits. The reasons are above."
        )


def _check_validated(cells: Sequence[Cell]) -> None:
    """Raise BadExperiment if cells of a search that learns are known to have no validation."""
    for each in (cell.composition for cell in cells):
        sizes = each.dataset.info.sizes if each else {}
        if each and sizes and "validation" not in sizes and not each.experiment.settings.validation:
            raise without_validation(each.experiment)


def _all(trials: CellTrials) -> list[Cell]:
    cells: list[Cell] = []
    while trial := trials.ask():
        cells += trial.cells
    return cells


def _summary(
    request: SweepRequest, trials: CellTrials, cells: Sequence[Cell]
) -> Iterator[tuple[str, str | list[str]]]:
    if trials.learns:
        count = trials.space.count
        of = f"up to {count:,.0f} combinations" if count < 1e15 else "any number of combinations"
        yield "search", f"{request.search}, which chooses from {of}"
    else:
        left_out = [
            f"{count:,} {reason}"
            for count, reason in (
                (len(trials.misfits), "do not fit"),
                (trials.excluded, "excluded"),
                (len(trials.same), "the same as others"),
            )
            if count
        ]
        yield "runs", "; left out: ".join(filter(None, (f"{len(cells):,}", ", ".join(left_out))))
        yield from ([("search", request.search)] if request.search != "grid" else [])
    for each in trials.space.varied:
        if isinstance(each, Range) or each.name != CALLBACKS or any(each.values):
            yield _PLURALS.get(each.name, each.name), _values(each)
    yield "seeds", ", ".join(map(str, request.seeds))
    for name, value in request.options.items():
        yield name, " ".join(value) if isinstance(value, list | tuple) else str(value)


def _values(varied: Choice | Range) -> str:
    if isinstance(varied, Range):
        return range_words(varied)
    return ", ".join(each or "(none)" for each in varied.values)


def _print_cells(
    console: "Console", cells: Sequence[Cell], parameters: Mapping[Cell, int | str]
) -> None:
    """Print a table of the cells; of many, with a row for each model if these were built."""
    if len(cells) > _MOST_ROWS and parameters:
        rows = {
            (cell.values["dataset"], _architecture(cell)): _count(parameters[cell])
            for cell in cells
        }
        console.print()
        console.print(
            table(
                ("dataset", "architecture", "parameters"),
                [(*names, count) for names, count in rows.items()],
                numbers=("parameters",),
            )
        )
    elif 0 < len(cells) <= _MOST_ROWS:
        names = _differing(cells)
        columns = (*names, "parameters") if parameters else tuple(names)
        rows_ = [
            (
                *(cell.values.get(name) or "-" for name in names),
                *([_count(parameters[cell])] if parameters else []),
            )
            for cell in cells
        ]
        console.print()
        console.print(table(columns, rows_, numbers={SEED, "parameters"} & set(columns)))
    elif cells:
        console.print(
            f"These are too many to list: --dry-run --json prints all {len(cells):,}.",
            soft_wrap=True,
        )


def _differing(cells: Iterable[Cell]) -> list[str]:
    """Return the names of what differs between cells; the first names if nothing does."""
    values: dict[str, set[str | None]] = {}
    for cell in cells:
        for name in cell.values:
            values.setdefault(name, set())
    for name, found in values.items():
        found.update(cell.values.get(name) for cell in cells)
    return [n for n, found in values.items() if len(found) > 1] or list(values)[:2]


def _architecture(cell: Cell) -> str:
    assert cell.composition is not None
    return cell.composition.experiment.architecture.short_words


def _count(parameters: int | str) -> str:
    return f"{parameters:,}" if isinstance(parameters, int) else parameters


def _left_out(trials: CellTrials) -> Iterator[str]:
    """Yield a line for each reason for which combinations are left out."""
    reasons: dict[str, list[Cell]] = {}
    for cell in trials.misfits:
        reasons.setdefault(cell.misfit, []).append(cell)
    for reason, cells in reasons.items():
        yield f"does not fit: {_common(cells)} ({counted(len(cells), 'run')}): {reason}"
    same = Counter(map(_pair_words, trials.same))
    for pair, count in same.items():
        yield f"the same experiment: {pair} ({counted(count, 'run')} left out)"


def _pair_words(pair: tuple[Cell, Cell]) -> str:
    names = _differing(pair)
    return " and ".join(" ".join(each.values.get(n) or "-" for n in names) for each in pair)


def _common(cells: Sequence[Cell]) -> str:
    """Return the values that all cells have in common, but for the seed."""
    first = cells[0].values
    shared = {
        name: value
        for name, value in first.items()
        if name != SEED and value and all(c.values.get(name) == value for c in cells)
    }
    return ", ".join(f"{name}={value}" for name, value in shared.items()) or "various"


def _plain(
    trials: CellTrials, cells: Sequence[Cell], parameters: Mapping[Cell, int | str]
) -> dict[str, Any]:
    return {
        "format": 1,
        "cells": [
            {
                "values": dict(each.values),
                **({"parameters": parameters[each]} if each in parameters else {}),
            }
            for each in cells
        ],
        "misfits": [{"values": dict(c.values), "reason": c.misfit} for c in trials.misfits],
        "same": [[dict(each.values) for each in pair] for pair in trials.same],
        "excluded": trials.excluded,
    }
