"""Where the time of a whole `zookit run` goes, from the start of the process to its end.

    python benchmarks/phases.py --data FOLDER

FOLDER contains `fashion-mnist` with the four IDX .gz files. The data is prepared. The moments
between the phases are measured inside the process, its end outside.
"""

import json
import tempfile
import time
from pathlib import Path
from statistics import median
from sys import executable
from typing import Any

from measuring import SIDES, Command, Run, Side, add_data, data_folder, measure, parser, prepare

FIRST_STEPS = "trace and compile the steps, run the first"
REST = "the rest of the first epoch"
FURTHER = "each further epoch"


def main() -> None:
    """Measure and print a table."""
    asked = parser(__doc__, rounds=5)
    asked.add_argument("--epochs", type=int, default=5, help="[%(default)s]")
    add_data(asked, "fashion-mnist")
    options = asked.parse_args()
    folder = data_folder(options, "fashion-mnist")
    with tempfile.TemporaryDirectory() as work:
        variables = {"ZOOKIT_CACHE_DIR": f"{work}/cache", "ZOOKIT_DATA_DIR": str(folder.parent)}
        prepare("fashion_mnist", variables)
        words = ["run", "fashion_mnist", "dense", "--epochs", str(options.epochs), "--quiet"]
        words += ["--precision", "float32", "--data", "full", "--runs-dir", str(Path(work, "runs"))]
        side = Side("zookit run", lambda _: _command(words, variables), _moments)
        runs = [measure(side, at) for at in range(options.rounds)]
    phases = [_phases(run) for run in runs]
    _print(phases)
    if options.json:
        options.json.write_text(json.dumps(phases, indent=2) + "\n", encoding="utf-8")


def _command(words: list[str], variables: dict[str, str]) -> Command:
    script = str(SIDES / "phases_zookit.py")
    return Command([executable, script, str(time.time()), *words], variables)


def _moments(output: str) -> dict[str, Any]:
    return {"moments": json.loads(output.splitlines()[-1])}


def _phases(run: Run) -> dict[str, tuple[float, float]]:
    """Return wall and CPU seconds of each phase; those of later executions are in their epoch."""
    phases: dict[str, tuple[float, float]] = {}
    wall = cpu = 0.0
    for name, now, used in [*run.report["moments"], ("exit", run.wall, run.cpu)]:
        if name == FIRST_STEPS and name in phases:
            continue
        phase = FURTHER if name == REST and REST in phases else name
        phases[phase] = now - wall, used - cpu
        wall, cpu = now, used
    return phases | {"whole": (run.wall, run.cpu)}


def _print(rounds: list[dict[str, tuple[float, float]]]) -> None:
    print(f"| median of {len(rounds)} rounds | wall s | CPU s |")
    print("| --- | ---: | ---: |")
    for phase in rounds[0]:
        wall, cpu = (median(each[phase][at] for each in rounds) for at in (0, 1))
        print(f"| {phase} | {wall:.2f} | {cpu:.2f} |")


if __name__ == "__main__":
    main()
