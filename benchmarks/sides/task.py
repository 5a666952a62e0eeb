"""The training task of a script, and its data."""

import argparse
import gzip
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def from_command_line() -> Any:
    """Return the task: folder, architecture, units of the dense network, epochs and seed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("architecture", type=lambda words: words.partition(":"))
    parser.add_argument("epochs", type=int)
    parser.add_argument("seed", type=int)
    asked = parser.parse_args()
    asked.architecture, _, units = asked.architecture
    if asked.architecture not in ("dense", "cnn"):
        parser.error("the architecture must be dense, dense:UNITS or cnn")
    asked.units = int(units or 128)
    return asked


def load_data(folder: Path) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Return images uint8 (N, 28, 28) and labels uint8 (N,), of the training and the test set.

    This replaces `keras.datasets.fashion_mnist.load_data()` without a network.
    """
    return _split(folder, "train"), _split(folder, "t10k")


def _split(folder: Path, name: str) -> tuple[Array, Array]:
    with gzip.open(folder / f"{name}-labels-idx1-ubyte.gz") as file:
        labels = np.frombuffer(file.read(), np.uint8, offset=8)
    with gzip.open(folder / f"{name}-images-idx3-ubyte.gz") as file:
        images = np.frombuffer(file.read(), np.uint8, offset=16)
    return images.reshape(len(labels), 28, 28), labels
