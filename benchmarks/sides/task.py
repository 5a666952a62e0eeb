"""The training task of a script, and its data."""

import argparse
import gzip
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def from_command_line() -> Any:
    """Return the task: folder, architecture, epochs and seed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("architecture", choices=["dense", "cnn"])
    parser.add_argument("epochs", type=int)
    parser.add_argument("seed", type=int)
    return parser.parse_args()


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
