"""Commands side by side: each in a process of its own, in turn, several rounds.

A B C A B C ..., so that a machine that grows slower slows all alike. Medians are taken over the
rounds, and ratios too, each against the base's run of the same round. The first round may read cold
files; the median of three rounds or more passes over it.

Linux counts what the process that starts another holds into the other's peak, so nothing here
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
"""The scripts that are measured."""

_PACKAGES = ("zookit", "tensorflow", "keras", "torch", "jax", "jaxlib", "numpy", "pillow")
_BYTES_OF_MAXRSS = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Command:
    """What to start, and the variables it is given beside those of this process."""

    words: Sequence[str]
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Side:
    """One of those compared.

    `command` makes the command of a round, counted from 0. `report` reads from its output what it
    tells of itself. `needs` are modules that must be installed.
    """

    name: str
    command: Callable[[int], Command]
    report: Callable[[str], dict[str, Any]] = lambda _output: {}
    needs: Sequence[str] = ()


@dataclass(frozen=True)
class Run:
    """One process: wall and CPU seconds, peak memory in MB, and what it told of itself."""

    wall: float
    cpu: float
    memory: float
    report: Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """A column of the table: a number of each run, summed up over the rounds."""

    title: str
    value: Callable[[Run], float]
    digits: int = 2
    ratio: bool = False
    over_rounds: Callable[[Sequence[float]], float] = statistics.median


WALL = Column("whole wall s", lambda run: run.wall, ratio=True)
CPU = Column("whole CPU s", lambda run: run.cpu, ratio=True)
MEMORY = Column("peak MB", lambda run: run.memory, digits=0)


def later_epochs(run: Run, kind: str) -> float:
    """The median epoch of a run but for its first, in `wall` or `cpu` seconds."""
    return float(statistics.median(epoch[kind] for epoch in run.report["epochs"][1:]))


def last_line(output: str) -> dict[str, Any]:
    """The report that a script of `sides` prints as its last line."""
    told: dict[str, Any] = json.loads(output.splitlines()[-1])
    return told


def parser(description: str | None, rounds: int) -> argparse.ArgumentParser:
    """A parser with the options that all benchmarks have."""
    made = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--rounds", type=int, default=rounds, help="[%(default)s]")
    made.add_argument("--sides", nargs="+", metavar="SIDE", help="only these, the first as base")
    made.add_argument("--json", type=Path, metavar="FILE", help="keep all numbers there")
    return made


def data_folder(options: argparse.Namespace, name: str) -> Path:
    """The folder of this data set within the one that was named."""
    if options.data is None:
        raise SystemExit(f"Name a folder that holds {name}: --data, or ZOOKIT_DATA_DIR.")
    folder = Path(options.data, name).absolute()
    if not folder.is_dir():
        raise SystemExit(f"{folder} is no folder.")
    return folder


def add_data(to: argparse.ArgumentParser, what: str) -> None:
    """Let the data be named, by an option or by zookit's own variable."""
    to.add_argument(
        "--data",
        default=os.environ.get("ZOOKIT_DATA_DIR"),
        metavar="FOLDER",
        help=f"holds {what} [$ZOOKIT_DATA_DIR]",
    )


def measure(side: Side, at: int) -> Run:
    """A side's run of the round `at`, in a process of its own."""
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
                f"{side.name} ended with {process.returncode}: {' '.join(command.words)}\n"
                f"{errors.read()[-4000:]}"
            )
        output.seek(0)
        report = side.report(output.read())
    cpu = usage.ru_utime + usage.ru_stime
    return Run(wall, cpu, usage.ru_maxrss * _BYTES_OF_MAXRSS / 1e6, report)


def prepare(dataset: str, variables: Mapping[str, str]) -> None:
    """Let zookit prepare a data set, so that the run that follows is not its first."""
    fetch = Command([ZOOKIT, "data", "fetch", dataset], variables)
    measure(Side("zookit data fetch", lambda _: fetch), 0)


def compare(sides: Sequence[Side], columns: Sequence[Column], options: argparse.Namespace) -> None:
    """Measure all in turn, print the table as Markdown, and keep the numbers if asked.

    Sides whose packages are missing are left out with a word. Ratios are against the first side.
    """
    taken = _taken(sides, options.sides)
    machine = _machine()  # before the measuring, so that the load is that of others
    runs = _in_turn(taken, options.rounds)
    summaries = {name: _summary(columns, of, runs[taken[0].name]) for name, of in runs.items()}
    rounds = f"{options.rounds} round{'' if options.rounds == 1 else 's'}"
    print(_table(f"median of {rounds}", summaries))
    if options.json:
        elsewhere = ("data", "json")  # where a person keeps files is no part of what was measured
        settings = {name: value for name, value in vars(options).items() if name not in elsewhere}
        found = {
            "format": 1,
            "benchmark": Path(sys.argv[0]).stem,
            "settings": settings,
            "machine": machine,
            "base": taken[0].name,
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


def _taken(sides: Sequence[Side], names: Sequence[str] | None) -> list[Side]:
    by_name = {side.name: side for side in sides}
    unknown = [name for name in names or () if name not in by_name]
    if unknown:
        raise SystemExit(f"no side {unknown[0]!r}. Sides: {', '.join(by_name)}.")
    taken = []
    for side in [by_name[name] for name in names] if names else sides:
        missing = [module for module in side.needs if find_spec(module) is None]
        if missing:
            print(f"{side.name} is left out: {missing[0]} is not installed.", file=sys.stderr)
        else:
            taken.append(side)
    if not taken:
        raise SystemExit("no side is left to measure.")
    return taken


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
