"""The share of a training's time that checkpoints take.

    python benchmarks/checkpoints.py --data FOLDER [--architecture WORDS]... [--epochs 5]

FOLDER contains `fashion-mnist`. Each training is a process of its own. A callback measures how long
training pauses for a checkpoint, including `os.fsync`. zookit writes one after an epoch if all of
them take at most a twentieth of the time, and always after the last epoch.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

SIDE = Path(__file__).parent / "sides" / "checkpoints_zookit.py"


def main() -> None:
    """Train each architecture in turn, several rounds, and print a line for each training."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="contains fashion-mnist")
    parser.add_argument("--architecture", action="append", help="words, such as dense:512")
    parser.add_argument("--epochs", default="5")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(
        f"{'architecture':16}{'MB':>8}{'written':>9}{'seconds':>9}{'of training':>13}{'share':>8}"
    )
    for _ in range(options.rounds):
        for words in options.architecture or ["dense", "dense:512+512"]:
            with tempfile.TemporaryDirectory() as folder:
                print(line(words, _train(words, options.epochs, folder, options.data)))


def line(words: str, report: dict[str, Any]) -> str:
    """Return the line of a training."""
    return (
        f"{words:16}{report['megabytes']:8.1f}{report['count']:9d}{report['checkpoints']:9.3f}"
        f"{report['training']:13.2f}{report['checkpoints'] / report['training']:8.3f}"
    )


def _train(words: str, epochs: str, folder: str, data: Path) -> dict[str, Any]:
    variables = {**os.environ, "ZOOKIT_DATA_DIR": str(data.absolute())}
    command = [sys.executable, str(SIDE), words, epochs, folder]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=True)
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report


if __name__ == "__main__":
    main()
