"""A grid of trainings: `zookit sweep` against the scripts that people write, one after the other.

    python benchmarks/sweep.py --data FOLDER

FOLDER contains `fashion-mnist` and `mnist` with the four IDX .gz files, and every side reads them.
The grid has both data sets, the architectures and the seeds. Sides:

    keras      the script of the tutorials, once for each cell
    runs       `zookit run`, once for each cell
    sweep      `zookit sweep`
    one        `zookit sweep` with one worker
    again      `zookit sweep` once more, when all is trained

All zookit sides have prepared data, and `--threads` threads a cell if that is given.
"""

import argparse
import json
import sys
import tempfile
from itertools import product
from pathlib import Path

from measuring import (
    CPU,
    SIDES,
    WALL,
    ZOOKIT,
    Command,
    Side,
    add_data,
    compare,
    data_folder,
    parser,
    prepare,
)

DATASETS = ("mnist", "fashion_mnist")


def main() -> None:
    """Prepare the data and compare."""
    asked = parser(__doc__, rounds=3)
    asked.add_argument(
        "--architectures", nargs="+", default=["dense", "dense:256", "dense:512"], metavar="WORDS"
    )
    asked.add_argument("--seeds", type=int, default=2, metavar="N", help="[%(default)s]")
    asked.add_argument("--epochs", type=int, default=2, metavar="N", help="[%(default)s]")
    asked.add_argument("--threads", metavar="N", help="threads of each cell of zookit's")
    add_data(asked, "fashion-mnist and mnist")
    options = asked.parse_args()
    folder = data_folder(options, "mnist").parent
    data_folder(options, "fashion-mnist")
    with tempfile.TemporaryDirectory() as work:
        compare(_sides(options, folder, Path(work)), [WALL, CPU], options)


def _sides(options: argparse.Namespace, data: Path, work: Path) -> list[Side]:
    variables = {
        "KERAS_BACKEND": "tensorflow",
        "PYTHONPATH": str(SIDES),
        "ZOOKIT_CACHE_DIR": str(work / "cache"),
        "ZOOKIT_DATA_DIR": str(data),
    }
    for dataset in DATASETS:
        prepare(dataset, variables)
    cells = list(product(DATASETS, options.architectures, range(options.seeds)))
    common = ["--epochs", str(options.epochs), "--data", "full", "--quiet"]
    common += ["--threads", options.threads] if options.threads else []

    def in_turn(name: str, commands: list[list[str]]) -> Side:
        words = [sys.executable, str(SIDES / "in_turn.py"), json.dumps(commands)]
        return Side(name, lambda _: Command(words, variables))

    def sweep(name: str, folder: str, *more: str) -> Side:
        words = [ZOOKIT, "sweep", "--seeds", str(options.seeds), *common, *more]
        for dataset in DATASETS:
            words += ["-d", dataset]
        for architecture in options.architectures:
            words += ["-a", architecture]

        def command(at: int) -> Command:
            return Command([*words, "--runs-dir", str(work / f"{folder}-{at}")], variables)

        return Side(name, command)

    into = ["--runs-dir", str(work / "runs")]
    script, epochs = str(SIDES / "keras_plain.py"), str(options.epochs)
    return [
        in_turn(
            "keras",
            [
                [sys.executable, script, str(data / each.replace("_", "-")), words, epochs, str(at)]
                for each, words, at in cells
            ],
        ),
        in_turn(
            "runs",
            [
                [ZOOKIT, "run", each, words, "--seed", str(at), *common, *into]
                for each, words, at in cells
            ],
        ),
        sweep("sweep", "sweep"),
        sweep("one", "one", "--launcher", "local:workers=1"),
        sweep("again", "sweep"),
    ]


if __name__ == "__main__":
    main()
