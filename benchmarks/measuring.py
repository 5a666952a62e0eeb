"""Measures commands side by side, each in its own process, in several rounds.

The order is A B C A B C ..., so that a machine that becomes slower slows all sides alike. The
results are medians over the rounds. A ratio compares two runs of the same round. The first round
may read from a cold disk, which does not affect the median of three rounds or more.

Linux adds the memory of the process that starts another to the peak of the other, so nothing here
imports NumPy or TensorFlow.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ZOOKIT = str(Path(sys.executable).with_name("zookit"))
SIDES = Path(__file__).parent / "sides"
"""The scripts to measure."""

_PACKAGES = ("zookit", "tensorflow", "keras", "torch", "jax", "jaxlib", "numpy", "pillow")
_BYTES_OF_MAXRSS = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Command:
    """The words of a command, and environment variables to add."""

    words: Sequence[str]
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Side:
    """One side of a comparison.

    `command` returns the command for a round, counted from 0. `report` returns what the command
    reports in its output. `needs` are modules that must be installed.
    """

    name: str
    command: Callable[[int], Command]
    report: Callable[[str], dict[str, Any]] = lambda _output: {}
    needs: Sequence[str] = ()


@dataclass(frozen=True)
class Run:
    """One process: wall and CPU seconds, peak memory in MB, and what it reported."""

    wall: float
    cpu: float
    memory: float
    report: Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """A column of the table: a number for each run, summarized over the rounds."""

    title: str
    value: Callable[[Run], float]
    digits: int = 2
    ratio: bool = False
    over_rounds: Callable[[Sequence[float]], float] = statistics.median


WALL = Column("whole wall s", lambda run: run.wall, ratio=True)
CPU = Column("whole CPU s", lambda run: run.cpu, ratio=True)
MEMORY = Column("peak MB", lambda run: run.memory, digits=0)


def later_epochs(run: Run, kind: str) -> float:
    """Return the median of a run's epochs after the first, in `wall` or `cpu` seconds."""
    return float(statistics.median(epoch[kind] for epoch in run.report["epochs"][1:]))


def last_line(output: str) -> dict[str, Any]:
    """Return the report that a script in `sides` prints as its last line."""
    report: dict[str, Any] = json.loads(output.splitlines()[-1])
    return report


def parser(description: str | None, rounds: int) -> argparse.ArgumentParser:
    """Return a parser with the options of all benchmarks."""
    made = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--rounds", type=int, default=rounds, help="[%(default)s]")
    made.add_argument(
        "--sides", nargs="+", metavar="SIDE", help="measure only these; the first is the base"
    )
    made.add_argument("--json", type=Path, metavar="FILE", help="save all numbers there")
    return made


def data_folder(options: argparse.Namespace, name: str) -> Path:
    """Return the folder of this data set in the data folder."""
    if options.data is None:
        raise SystemExit(f"Name a folder that contains {name} with --data or ZOOKIT_DATA_DIR.")
    folder = Path(options.data, name).absolute()
    if not folder.is_dir():
        raise SystemExit(f"{folder} is not a folder.")
    return folder


def add_data(to: argparse.ArgumentParser, what: str) -> None:
    """Add the option for the data folder, whose default is zookit's variable."""
    to.add_argument(
        "--data",
        default=os.environ.get("ZOOKIT_DATA_DIR"),
        metavar="FOLDER",
        help=f"contains {what} [$ZOOKIT_DATA_DIR]",
    )


def measure(side: Side, at: int) -> Run:
    """Run a side's command of round `at` in its own process."""
    command = side.command(at)
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        began = time.perf_counter()
        with subprocess.Popen(
            command.words,
            env={**os.environ, **command.variables},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
        ) as process:
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - began
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            raise SystemExit(
                f"{side.name} failed with exit code {process.returncode}: "
                f"{' '.join(command.words)}\n{errors.read()[-4000:]}"
            )
        output.seek(0)
        report = side.report(output.read())
    cpu = usage.ru_utime + usage.ru_stime
    return Run(wall, cpu, usage.ru_maxrss * _BYTES_OF_MAXRSS / 1e6, report)


def prepare(dataset: str, variables: Mapping[str, str]) -> None:
    """Let zookit prepare a data set, so that the next run is not the first."""
    fetch = Command([ZOOKIT, "data", "fetch", dataset], variables)
    measure(Side("zookit data fetch", lambda _: fetch), 0)


def compare(sides: Sequence[Side], columns: Sequence[Column], options: argparse.Namespace) -> None:
    """Measure all sides in turn, print a table as Markdown, and save the numbers if asked to.

    Sides whose packages are missing are skipped with a message. Ratios compare with the first side.
    """
    selected = _select(sides, options.sides)
    machine = _machine()  # before the measurement, so that the load is that of other programs
    runs = _in_turn(selected, options.rounds)
    summaries = {name: _summary(columns, of, runs[selected[0].name]) for name, of in runs.items()}
    rounds = f"{options.rounds} round{'' if options.rounds == 1 else 's'}"
    print(_table(f"median of {rounds}", summaries))
    if options.json:
        elsewhere = ("data", "json")  # where files are is not part of the measurement
        settings = {name: value for name, value in vars(options).items() if name not in elsewhere}
        found = {
            "format": 1,
            "benchmark": Path(sys.argv[0]).stem,
            "settings": settings,
            "machine": machine,
            "base": selected[0].name,
            "sides": {
                name: {
                    "summary": {column.title: asdict(cell) for column, cell in cells.items()},
                    "runs": [asdict(run) for run in runs[name]],
                }
                for name, cells in summaries.items()
            },
        }
        options.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


@dataclass(frozen=True)
class _Cell:
    value: float
    ratio: float | None


def _select(sides: Sequence[Side], names: Sequence[str] | None) -> list[Side]:
    by_name = {side.name: side for side in sides}
    unknown = [name for name in names or () if name not in by_name]
    if unknown:
        raise SystemExit(f"no side named {unknown[0]!r}. Available: {', '.join(by_name)}.")
    selected = []
    for side in [by_name[name] for name in names] if names else sides:
        missing = [module for module in side.needs if find_spec(module) is None]
        if missing:
            print(f"{side.name} is skipped: {missing[0]} is not installed.", file=sys.stderr)
        else:
            selected.append(side)
    if not selected:
        raise SystemExit("no side can be measured.")
    return selected


def _in_turn(sides: Sequence[Side], rounds: int) -> dict[str, list[Run]]:
    runs: dict[str, list[Run]] = {side.name: [] for side in sides}
    for at in range(rounds):
        for side in sides:
            run = measure(side, at)
            runs[side.name].append(run)
            print(f"round {at + 1}/{rounds}  {side.name}  {run.wall:.2f} s", file=sys.stderr)
    return runs


def _summary(
    columns: Sequence[Column], runs: Sequence[Run], base: Sequence[Run]
) -> dict[Column, _Cell]:
    cells = {}
    for column in columns:
        values = [column.value(run) for run in runs]
        ratio = _ratio(values, [column.value(run) for run in base]) if column.ratio else None
        cells[column] = _Cell(column.over_rounds(values), ratio)
    return cells


def _ratio(values: Sequence[float], base: Sequence[float]) -> float:
    return statistics.median(value / of for value, of in zip(values, base, strict=True))


def _table(corner: str, summaries: Mapping[str, Mapping[Column, _Cell]]) -> str:
    rows = [[corner]]
    for column in next(iter(summaries.values())):
        rows[0] += [column.title, "ratio"] if column.ratio else [column.title]
    for name, cells in summaries.items():
        row = [name]
        for column, cell in cells.items():
            row.append(f"{cell.value:,.{column.digits}f}")
            if cell.ratio is not None:
                row.append(f"{cell.ratio:.3f}")
        rows.append(row)
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    rows.insert(1, ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])])
    return "\n".join(_line(row, widths) for row in rows)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    numbers = (f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True))
    return f"| {' | '.join([f'{row[0]:{widths[0]}}', *numbers])} |"


def _machine() -> dict[str, Any]:
    versions = {}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    affinity = getattr(os, "sched_getaffinity", None)  # Linux alone has it
    return {
        "platform": platform.platform(),
        "python": platform.python_version(),
        "processors": len(affinity(0)) if affinity else os.cpu_count(),
        "load": os.getloadavg()[0],
        "versions": versions,
    }
