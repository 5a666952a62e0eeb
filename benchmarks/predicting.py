"""Predicting many images with a trained model: zookit against `model.predict`.

    python benchmarks/predicting.py arrays --architecture cnn
    python benchmarks/predicting.py files

The model is trained for one epoch on the bundled sample of MNIST. The images, 28 x 28, are those of
the sample, repeated as often as necessary. All sides use the same weights.

`arrays`: from images in memory to probabilities, several times in each process. Sides:

    keras-32   model.predict(images), which takes batches of 32
    keras-256  model.predict(images, batch_size=256)
    zookit     zookit.inference.predict.Predictor, which Run.predict uses

`files`: from PNG files to lines of text, whole processes. Each side also runs with a fifth of the
files, which shows the memory for each image. Sides:

    plain, plain-fifth    Pillow in a loop into one array, keras.models.load_model, model.predict
    zookit, zookit-fifth  zookit predict RUN FOLDER
"""

import argparse
import sys
import tempfile
from pathlib import Path

from measuring import (
    CPU,
    MEMORY,
    SIDES,
    WALL,
    ZOOKIT,
    Column,
    Command,
    Side,
    compare,
    last_line,
    later_epochs,
    measure,
    parser,
)

_ARRAYS = [
    Column("first pass s", lambda run: run.report["epochs"][0]["wall"]),
    Column("later pass wall s", lambda run: later_epochs(run, "wall"), 3, ratio=True),
    Column("later pass CPU s", lambda run: later_epochs(run, "cpu"), 3, ratio=True),
    MEMORY,
]
_FILES = [Column("images", lambda run: run.report["images"], 0), WALL, CPU, MEMORY]


def main() -> None:
    """Train, write the images and compare."""
    asked = parser(__doc__, rounds=3)
    asked.add_argument("what", choices=["arrays", "files"])
    asked.add_argument("--architecture", choices=["dense", "cnn"], default="dense")
    asked.add_argument("--images", type=int, default=10_000, metavar="N", help="[%(default)s]")
    asked.add_argument("--passes", type=int, default=6, help="two or more [%(default)s]")
    options = asked.parse_args()
    if options.passes < 2:
        asked.error("--passes must be at least 2, to have later passes")
    if options.images < 5:
        asked.error("--images must be at least 5, so that a fifth of them is an image")
    with tempfile.TemporaryDirectory() as work:
        counts = [options.images, options.images // 5]
        words = [sys.executable, str(SIDES / "predict_prepare.py"), work, options.architecture]
        preparation = Command(
            [*words, *map(str, counts)], {"ZOOKIT_CACHE_DIR": str(Path(work, "cache"))}
        )
        measure(Side("preparing", lambda _: preparation), 0)
        if options.what == "arrays":
            compare(_arrays(Path(work), options), _ARRAYS, options)
        else:
            compare(_files(Path(work), *counts), _FILES, options)


def _arrays(work: Path, options: argparse.Namespace) -> list[Side]:
    def side(name: str, way: str) -> Side:
        words = [sys.executable, str(SIDES / "predict_array.py"), str(work), way]
        command = Command([*words, str(options.passes)])
        return Side(name, lambda _: command, last_line)

    return [side("keras-32", "32"), side("keras-256", "256"), side("zookit", "zookit")]


def _files(work: Path, count: int, fifth: int) -> list[Side]:
    def side(name: str, images: int, *words: str) -> Side:
        command = Command([*words, str(work / f"images-{images}")])
        return Side(name, lambda _: command, lambda output: {"images": len(output.splitlines())})

    plain = [sys.executable, str(SIDES / "predict_plain.py"), str(work / "model.keras")]
    zookit = [ZOOKIT, "predict", "--runs-dir", str(work / "runs"), "latest"]
    return [
        side("plain", count, *plain),
        side("zookit", count, *zookit),
        side("plain-fifth", fifth, *plain),
        side("zookit-fifth", fifth, *zookit),
    ]


if __name__ == "__main__":
    main()
