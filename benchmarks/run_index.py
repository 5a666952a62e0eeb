"""Listing, comparing and naming runs in folders of many runs.

    python benchmarks/run_index.py

The folders have 1,000, 3,000 and 10,000 runs, whose files are those of a real run with other
parameters, settings and results; three runs of each experiment differ in the seed. Sides:

    zookit --version   start-up, of which the other sides are a multiple
    runs, compare      zookit runs and zookit compare, written to a file
    latest             the look-up that every command does for a run that is called `latest`
    completion         completion of zookit compare 2026
    cold               the first zookit runs in a folder, which reads all runs and writes the index

"""

import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from made_run_folders import make_run_folders
from measuring import CPU, MEMORY, WALL, ZOOKIT, Column, Command, Side, compare, measure, parser

_COMPLETION = {"_ZOOKIT_COMPLETE": "complete_bash", "COMP_CWORD": "4"}
_SETTLED = 3
"""Seconds after which files count as unchanged; the index has no younger ones."""


def main() -> None:
    """Create the runs and measure."""
    asked = parser(__doc__, rounds=5)
    asked.add_argument("--runs", type=int, nargs="+", default=[1000, 3000, 10_000], metavar="N")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        real = _real_run(work)
        sides = [Side("zookit --version", lambda _: Command([ZOOKIT, "--version"]))]
        for count in options.runs:
            runs = work / f"{count}-runs"
            make_run_folders(real, runs, count)
            time.sleep(_SETTLED)
            sides += _sides(runs, f"{count:,} runs")
        columns = [Column(each.title, each.value, 3, ratio=True) for each in (WALL, CPU)]
        compare(sides, [*columns, MEMORY], options)


def _real_run(work: Path) -> Path:
    words = ["run", "mnist", "dense:8", "--data", "sample", "--epochs", "3", "--validation", "0.2"]
    variables = {"ZOOKIT_CACHE_DIR": str(work / "cache")}
    train = Command([ZOOKIT, *words, "--runs-dir", str(work / "real")], variables)
    measure(Side("zookit run", lambda _: train), 0)
    return next(each for each in (work / "real").iterdir() if each.is_dir())


def _sides(runs: Path, many: str) -> list[Side]:
    in_runs = ["--runs-dir", str(runs)]
    line = f"zookit compare --runs-dir {runs} 2026"
    latest = "import sys; from pathlib import Path; from zookit.runs.naming import find_run"
    words = [sys.executable, "-c", f"{latest}; find_run('latest', Path(sys.argv[1]))", str(runs)]
    commands = {
        "runs": Command([ZOOKIT, "runs", *in_runs]),
        "compare": Command([ZOOKIT, "compare", *in_runs]),
        "latest": Command(words),
        "completion": Command([ZOOKIT], {**_COMPLETION, "COMP_WORDS": line}),
    }
    cold = Side(f"cold, {many}", partial(_without_index, runs, commands["runs"]))
    return [
        cold,
        *(Side(f"{name}, {many}", partial(_same, each)) for name, each in commands.items()),
    ]


def _same(command: Command, _round: int) -> Command:
    return command


def _without_index(runs: Path, command: Command, _round: int) -> Command:
    for index in runs.glob(".zookit-index*"):
        index.unlink()
    return command


if __name__ == "__main__":
    main()
