"""Whole trainings: `zookit run` against the scripts that people write.

    python benchmarks/training.py --architecture dense --data FOLDER
    python benchmarks/training.py --architecture cnn --images 12800 --data FOLDER

FOLDER contains `fashion-mnist` or `mnist` with the four IDX .gz files, and every side reads them.
The scripts in `sides` use gzip and NumPy, which replaces `load_data()` without a network. Sides:

    keras         the script of the tutorials: fit(batch_size=32) on arrays divided by 255
    keras-tuned   the same network, tuned by hand with Keras's own options
    keras-jax     the script of the tutorials with KERAS_BACKEND=jax
    pytorch       the loop of the tutorials over a DataLoader
    zookit        `zookit run` in float32, with prepared data
    zookit-first  the same with an empty cache, as in the very first run
    zookit-auto   `zookit run --precision auto`; cnn only

Epochs are measured inside each process in the same way: by a Keras callback, which `zookit run`
gets as the plugin `epoch_clock`, and by hand in PyTorch's loop. The first epoch includes tracing
and compilation; the steady epoch is the median of the others. Rounds cycle through the seeds, and
the accuracy is the mean over the rounds, so use as many rounds as seeds, or a multiple.
"""

import argparse
import gzip
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from made_plugins import make_distribution
from measuring import (
    CPU,
    MEMORY,
    SIDES,
    WALL,
    ZOOKIT,
    Column,
    Command,
    Side,
    add_data,
    compare,
    data_folder,
    last_line,
    later_epochs,
    parser,
    prepare,
)

_COLUMNS = [
    WALL,
    CPU,
    Column("first epoch wall s", lambda run: run.report["epochs"][0]["wall"]),
    Column("steady epoch wall s", lambda run: later_epochs(run, "wall"), ratio=True),
    Column("steady epoch CPU s", lambda run: later_epochs(run, "cpu"), ratio=True),
    MEMORY,
    Column("accuracy", lambda run: run.report["accuracy"], 4, over_rounds=statistics.fmean),
]


def main() -> None:
    """Prepare the data and compare."""
    options = _options()
    folder = data_folder(options, options.dataset.replace("_", "-"))
    with tempfile.TemporaryDirectory() as work:
        if options.images:
            cut = Path(work, "data", folder.name)
            _cut(folder, cut, options.images)
            folder = cut
        compare(_sides(options, folder, Path(work)), _COLUMNS, options)


def _options() -> argparse.Namespace:
    asked = parser(__doc__, rounds=3)
    asked.add_argument("--architecture", choices=["dense", "cnn"], default="dense")
    asked.add_argument("--dataset", choices=["fashion_mnist", "mnist"], default="fashion_mnist")
    asked.add_argument("--epochs", type=int, default=5, help="two or more [%(default)s]")
    asked.add_argument("--images", type=int, metavar="N", help="train on the first N only")
    asked.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2], metavar="SEED")
    add_data(asked, "fashion-mnist or mnist")
    options = asked.parse_args()
    if options.epochs < 2:
        asked.error("--epochs must be at least 2, to have a steady epoch")
    return options


def _cut(folder: Path, to: Path, images: int) -> None:
    """Copy the IDX files, with only the first images of the training and of the test set."""
    to.mkdir(parents=True)
    for path in sorted(folder.glob("*.gz")):
        with gzip.open(path) as file:
            magic = file.read(4)
            count = min(images, int.from_bytes(file.read(4)))
            sizes = file.read(4 * (magic[3] - 1))
            item = 28 * 28 if sizes else 1
            with gzip.open(to / path.name, "wb", compresslevel=1) as cut:
                cut.write(magic + count.to_bytes(4) + sizes + file.read(count * item))


def _sides(options: argparse.Namespace, folder: Path, work: Path) -> list[Side]:
    def seed(at: int) -> str:
        return str(options.seeds[at % len(options.seeds)])

    def script(name: str, file: str, *needs: str, **variables: str) -> Side:
        words = [sys.executable, str(SIDES / file), str(folder), options.architecture]
        return Side(
            name,
            lambda at: Command([*words, str(options.epochs), seed(at)], variables),
            last_line,
            needs,
        )

    def zookit(name: str, precision: str, cache: str = "cache") -> Side:
        epochs = work / f"{name}-epochs.json"
        words = [ZOOKIT, "run", options.dataset, options.architecture, f"epoch_clock:{epochs}"]
        words += ["--epochs", str(options.epochs), "--precision", precision, "--data", "full"]
        words += ["--runs-dir", str(work / "runs"), "--json"]

        def command(at: int) -> Command:
            variables = _zookit_variables(folder, work, cache.format(round=at))
            return Command([*words, "--seed", seed(at)], variables)

        def report(output: str) -> dict[str, Any]:
            result = json.loads(output)
            return {
                "epochs": json.loads(epochs.read_text(encoding="utf-8")),
                "accuracy": result["test"]["accuracy"],
                "runtime": result["environment"]["runtime"],
            }

        return Side(name, command, report)

    _install_clock(work)
    prepare(options.dataset, _zookit_variables(folder, work, "cache"))
    sides = [
        script("keras", "keras_plain.py", KERAS_BACKEND="tensorflow"),
        script("keras-tuned", "keras_tuned.py", KERAS_BACKEND="tensorflow"),
        script("keras-jax", "keras_plain.py", "jax", KERAS_BACKEND="jax"),
        script("pytorch", "pytorch_plain.py", "torch"),
        zookit("zookit", "float32"),
        zookit("zookit-first", "float32", cache="cache-of-round-{round}"),
    ]
    if options.architecture == "cnn":
        sides.append(zookit("zookit-auto", "auto"))
    return sides


def _install_clock(work: Path) -> None:
    point = {"zookit.callbacks": "epoch_clock = clock_plugin:EpochClock"}
    make_distribution(work / "plugins", "zookit-epoch-clock", point)


def _zookit_variables(folder: Path, work: Path, cache: str) -> dict[str, str]:
    return {
        "KERAS_BACKEND": "tensorflow",
        "PYTHONPATH": os.pathsep.join([str(work / "plugins"), str(SIDES)]),
        "ZOOKIT_CACHE_DIR": str(work / cache),
        "ZOOKIT_DATA_DIR": str(folder.parent),
    }


if __name__ == "__main__":
    main()
