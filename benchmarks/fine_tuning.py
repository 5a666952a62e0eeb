"""Training from nothing, against training that starts from a model of other classes.

    python benchmarks/fine_tuning.py --data FOLDER

FOLDER contains `fashion-mnist`, with the four IDX .gz files, and `cifar-10`, with class folders of
images in `train` and `test`. A model is trained on some of the classes, with all their images. The
others have few images each, which every seed draws anew, and all their test images. Sides:

    nothing  the few images alone
    init     the same, with --init and the model of the other classes
    frozen   the same, and --freeze body, so that only the head is trained

The table has the mean of the test accuracy over the seeds and its standard deviation; the gain is
the mean of the differences to `nothing` with the same seed. One thread.
"""

import argparse
import json
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measuring import add_data, data_folder

SIDES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "init": {"init": True},
    "frozen": {"init": True, "freeze": "body"},
}


@dataclass(frozen=True)
class Task:
    """What is learned first, and what is learned then.

    `images` are the parameters of the folder's images, `first` the classes of the first model,
    `then` the others. `epochs` has those of the first model, and those of the others, which are
    more because their epochs are short.
    """

    data: str
    home: str
    images: str
    architecture: str
    first: Sequence[str]
    then: Sequence[str]
    epochs: tuple[int, int]


TASKS = {
    "fashion_mnist": Task(
        "Fashion-MNIST",
        "fashion-mnist",
        "size=28,grey=true",
        "cnn",
        ["Trouser", "Pullover", "Dress", "Coat", "Sandal", "Sneaker", "Bag", "Ankle boot"],
        ["T-shirt", "Shirt"],
        (4, 25),
    ),
    "cifar_10": Task(
        "CIFAR-10",
        "cifar-10",
        "size=32",
        "cnn:filters=32+64+128,dropout=0.3",
        ["airplane", "automobile", "ship", "truck"],
        ["bird", "cat", "deer", "dog", "frog", "horse"],
        (12, 25),
    ),
}


def main() -> None:
    """Train the models and print a row for each task and side."""
    asked = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS))
    asked.add_argument("--seeds", type=int, default=5, metavar="N", help="[%(default)s]")
    asked.add_argument("--few", type=int, default=50, metavar="N", help="images a class [50]")
    asked.add_argument(
        "--many", type=int, default=10_000, metavar="N", help="of the first model, at most [all]"
    )
    asked.add_argument("--epochs", type=int, metavar="N", help="of all trainings, for a trial")
    asked.add_argument("--json", type=Path, metavar="FILE", help="save all accuracies")
    add_data(asked, "fashion-mnist")
    options = asked.parse_args()
    found: dict[str, dict[str, list[float]]] = {}
    print("| data | start | mean accuracy | deviation | gain | deviation of the gain |")
    print("|---|---|---:|---:|---:|---:|")
    for name in options.tasks:
        task = TASKS[name]
        home = data_folder(options, task.home)
        with tempfile.TemporaryDirectory() as work:
            os.environ |= {"ZOOKIT_DATA_DIR": str(home.parent), "ZOOKIT_CACHE_DIR": f"{work}/cache"}
            found[name] = _measured(task, home, Path(work), options)
        for line in _rows(task.data, found[name]):
            print(line, flush=True)
    print(f"\n{time.process_time():.0f} s of CPU", file=sys.stderr)
    if options.json is not None:
        options.json.write_text(json.dumps(found, indent=2))


def _measured(
    task: Task, home: Path, work: Path, options: argparse.Namespace
) -> dict[str, list[float]]:
    """Return the test accuracies of each side, one for each seed."""
    import zookit

    epochs = (options.epochs, options.epochs) if options.epochs else task.epochs
    files = work / "files"
    _write_files(home, files, [*task.first, *task.then])
    accuracies: dict[str, list[float]] = {side: [] for side in SIDES}
    settings: dict[str, Any] = {"threads": 1, "quiet": True, "runs_dir": work}
    _link_images(files, work / "first", task.first, options.many, 0)
    first = f"image_folder:path={work}/first,{task.images}"
    model = zookit.run(first, task.architecture, epochs=epochs[0], **settings)
    for seed in range(options.seeds):
        _link_images(files, work / f"then-{seed}", task.then, options.few, seed)
        then = f"image_folder:path={work}/then-{seed},{task.images}"
        for side, chosen in SIDES.items():
            given = {**chosen, "init": model if "init" in chosen else None}
            run = zookit.run(
                then, task.architecture, epochs=epochs[1], seed=seed, **given, **settings
            )
            accuracies[side].append(run.metrics["accuracy"])
            print(f"{task.data} {side} {seed}: {accuracies[side][-1]:.4f}", file=sys.stderr)
    return accuracies


def _write_files(home: Path, files: Path, classes: Sequence[str]) -> None:
    """Write `split/class/number.png` for Fashion-MNIST; a folder of images is copied."""
    if (home / "train").is_dir():
        for part in ("train", "test"):
            shutil.copytree(home / part, files / part)
        return
    from PIL import Image

    import zookit

    data = zookit.load_data("fashion_mnist")
    for name, split in data.splits.by_name().items():
        for at, (pixels, label) in enumerate(zip(split.images, split.labels, strict=True)):
            kind = data.info.class_names[label].partition("/")[0]
            if kind in classes:
                path = files / name / kind / f"{at:05}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(pixels[..., 0]).save(path, compress_level=1)


def _link_images(files: Path, target: Path, classes: Sequence[str], most: int, seed: int) -> None:
    """Make a folder with at most so many training images of each class, and all test images."""
    for name in classes:
        found = sorted((files / "train" / name).iterdir())
        chosen = random.Random(f"{seed} {name}").sample(found, min(most, len(found)))
        _link(chosen, target / "train" / name)
        _link((files / "test" / name).iterdir(), target / "test" / name)


def _link(paths: Iterable[Path], folder: Path) -> None:
    folder.mkdir(parents=True)
    for each in paths:
        (folder / each.name).hardlink_to(each)


def _rows(data: str, accuracies: dict[str, list[float]]) -> Iterator[str]:
    for side, found in accuracies.items():
        gains = [own - base for own, base in zip(found, accuracies["nothing"], strict=True)]
        numbers = [statistics.mean(found), _deviation(found)]
        gain = [f"{statistics.mean(gains):+.4f}", f"{_deviation(gains):.4f}"]
        shown = [f"{each:.4f}" for each in numbers] + (["", ""] if side == "nothing" else gain)
        yield f"| {data} | {side} | {' | '.join(shown)} |"


def _deviation(values: list[float]) -> float:
    return statistics.stdev(values) if len(values) > 1 else 0.0


if __name__ == "__main__":
    main()
