"""What checkpoints cost a training: the share of its time that writing them takes.

    python benchmarks/checkpoints.py --data FOLDER [--architecture dense|cnn]... [--epochs 5]

Each training is a process of its own, in which the writing is timed, `os.fsync` with it, beside
the whole of `fit`; there is a checkpoint after each epoch that the pace allows, as in any run. The
share that it allows is a twentieth, but for the last checkpoint, which is always written.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

_TIMED = """
import json, sys, time
from zookit import fitting, run

spent = {"checkpoints": 0.0, "count": 0, "training": 0.0}

def timed(method, name):
    def call(self, *arguments, **named):
        began = time.monotonic()
        try:
            return method(self, *arguments, **named)
        finally:
            spent[name] += time.monotonic() - began
            spent["count"] += name == "checkpoints"
    return call

fitting.Training.keep = timed(fitting.Training.keep, "checkpoints")
fitting.Training._fit = timed(fitting.Training._fit, "training")
words, epochs, folder = sys.argv[1:]
result = run("fashion_mnist", words, epochs=int(epochs), runs_dir=folder, quiet=True)
spent["megabytes"] = (result.folder / "checkpoint.safetensors").stat().st_size / 1e6
print(json.dumps(spent))
"""


def main() -> None:
    """Train each in turn, several rounds, and print a line for each training."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="holds fashion-mnist")
    parser.add_argument("--architecture", action="append", help="words, such as dense:512")
    parser.add_argument("--epochs", default="5")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    print(
        f"{'architecture':16}{'MB':>8}{'written':>9}{'seconds':>9}{'of training':>13}{'share':>8}"
    )
    for _ in range(given.rounds):
        for words in given.architecture or ["dense", "dense:512+512"]:
            with tempfile.TemporaryDirectory() as folder:
                spent = json.loads(_training(words, given.epochs, folder, given.data))
            print(
                f"{words:16}{spent['megabytes']:8.1f}{spent['count']:9d}"
                f"{spent['checkpoints']:9.3f}{spent['training']:13.2f}"
                f"{spent['checkpoints'] / spent['training']:8.3f}"
            )


def _training(words: str, epochs: str, folder: str, data: Path) -> str:
    variables = {**os.environ, "ZOOKIT_DATA_DIR": str(data.absolute())}
    command = [sys.executable, "-c", _TIMED, words, epochs, folder]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1]


if __name__ == "__main__":
    main()
