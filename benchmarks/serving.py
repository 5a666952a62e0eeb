"""A server under load: zookit serve against a FastAPI handler around model.predict.

    python benchmarks/serving.py
    python benchmarks/serving.py --connections 1

The model is `mnist_cnn`, which comes with zookit. A client with several connections sends PNG
files, one in each request, and sends the next as soon as it has the answer. The files are the test
images of MNIST's sample. A process of its own starts each server, sends requests for some seconds
that do not count, then those that do. The client needs its part of the processors, too. Sides:

    predict        def predict(...) with model.predict(images), which FastAPI calls in threads
    predict-async  async def predict(...) with model.predict(images), one after the other
    call           def predict(...) with model(images), without what model.predict does around it
    zookit         zookit serve mnist_cnn
"""

import argparse
import sys
import tempfile
from pathlib import Path

from measuring import SIDES, ZOOKIT, Column, Command, Side, compare, last_line, measure, parser

_COLUMNS = [
    Column("requests/s", lambda run: run.report["requests"] / run.report["seconds"], 1, ratio=True),
    Column("p50 ms", lambda run: run.report["p50"] * 1000, 1),
    Column("p99 ms", lambda run: run.report["p99"] * 1000, 1, ratio=True),
    Column(
        "CPU ms/request",
        lambda run: run.report["cpu"] / run.report["requests"] * 1000,
        2,
        ratio=True,
    ),
    Column("correct", lambda run: run.report["correct"] / run.report["requests"], 3),
]


def main() -> None:
    """Write the model and the images, and compare."""
    asked = parser(__doc__, rounds=3)
    asked.add_argument("--connections", type=int, default=16, metavar="N", help="[%(default)s]")
    asked.add_argument("--seconds", type=float, default=6, help="of each load [%(default)s]")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        prepare = [sys.executable, str(SIDES / "serving_prepare.py"), folder]
        variables = {"ZOOKIT_CACHE_DIR": str(work / "cache")}
        measure(Side("preparing", lambda _: Command(prepare, variables)), 0)
        compare(_sides(work, options), _COLUMNS, options)


def _sides(work: Path, options: argparse.Namespace) -> list[Side]:
    def side(name: str, *server: str) -> Side:
        load = [sys.executable, str(SIDES / "serving_load.py"), str(work / "images")]
        words = [*load, str(options.connections), str(options.seconds), *server]
        return Side(name, lambda _: Command(words), last_line, ["fastapi", "uvicorn"])

    plain = [sys.executable, str(SIDES / "serving_plain.py"), str(work / "model.keras")]
    return [
        side("predict", *plain, "predict"),
        side("predict-async", *plain, "predict-async"),
        side("call", *plain, "call"),
        side("zookit", ZOOKIT, "serve", "mnist_cnn", "--port", "0"),
    ]


if __name__ == "__main__":
    main()
