"""How long the commands that should be instant take, against `import tensorflow`.

    python benchmarks/startup.py [--rounds 7]

Runs `zookit --help`, `zookit list` and the completion of a name in turn with `python -c "import
tensorflow"`, each in a fresh process, and prints medians and the ratio of wall and of CPU time.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

ZOOKIT = str(Path(sys.executable).with_name("zookit"))
BASE = "import tensorflow"
COMMANDS: dict[str, tuple[list[str], dict[str, str]]] = {
    BASE: ([sys.executable, "-c", "import tensorflow"], {}),
    "zookit --help": ([ZOOKIT, "--help"], {}),
    "zookit list": ([ZOOKIT, "list"], {}),
    "completion of 'zookit run fash'": (
        [ZOOKIT],
        {
            "_ZOOKIT_COMPLETE": "complete_bash",
            "COMP_WORDS": "zookit run fash",
            "COMP_CWORD": "2",
        },
    ),
}


def measure(command: list[str], more: dict[str, str]) -> tuple[float, float]:
    """Wall and CPU seconds of one run in a process of its own."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, env={**os.environ, **more}, capture_output=True, check=True)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def main() -> None:
    """Measure all in turn, several times, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    for command, more in COMMANDS.values():
        measure(command, more)  # the first run of each reads cold files
    times = _in_turn(rounds)
    base_wall, base_cpu = (statistics.median(column) for column in zip(*times[BASE], strict=True))
    print(f"{'median of ' + str(rounds):34} {'wall s':>8} {'ratio':>7} {'CPU s':>8} {'ratio':>7}")
    for name, pairs in times.items():
        wall, cpu = (statistics.median(column) for column in zip(*pairs, strict=True))
        print(f"{name:34} {wall:8.3f} {wall / base_wall:7.3f} {cpu:8.3f} {cpu / base_cpu:7.3f}")


def _in_turn(rounds: int) -> dict[str, list[tuple[float, float]]]:
    """A B C A B C ..., so that a machine that grows slower slows all alike."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in COMMANDS}
    for _ in range(rounds):
        for name, (command, more) in COMMANDS.items():
            times[name].append(measure(command, more))
    return times


if __name__ == "__main__":
    main()
