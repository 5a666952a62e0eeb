"""Made-up files of published data sets: of the right structure, small, and every class in each."""

import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from http_server import Manner, Server
from made_data import cifar_records, idx, mat, tar_gz, zipped

from zookit.core import Dataset


def cifar10_files() -> dict[str, bytes]:
    """The archive of CIFAR-10, with 50 training and 10 test images."""
    rng = np.random.default_rng(0)
    names = [*(f"data_batch_{number}.bin" for number in (4, 1, 5, 2, 3)), "test_batch.bin"]
    members = {"batches.meta.txt": b"airplane\n"}
    for name in names:
        images = rng.integers(0, 256, (10, 32, 32, 3), np.uint8)
        members[name] = cifar_records(images, np.arange(10, dtype=np.uint8))
    in_folder = {f"cifar-10-batches-bin/{name}": content for name, content in members.items()}
    return {"cifar-10-binary.tar.gz": tar_gz(in_folder)}


def cifar100_files() -> dict[str, bytes]:
    """The archive of CIFAR-100, with 100 training and 100 test images."""
    rng = np.random.default_rng(0)
    fine = np.arange(100, dtype=np.uint8)
    members = {
        f"cifar-100-binary/{name}.bin": cifar_records(
            rng.integers(0, 256, (100, 32, 32, 3), np.uint8), fine % 20, fine
        )
        for name in ("test", "train")
    }
    return {"cifar-100-binary.tar.gz": tar_gz(members)}


def kmnist_files() -> dict[str, bytes]:
    """The four files of Kuzushiji-MNIST, with 20 training and 10 test images."""
    return {
        name: zipped(content, level=1)
        for part, count in (("train", 20), ("t10k", 10))
        for name, content in idx_files(part, count, range(10)).items()
    }


def emnist_files(split: str = "balanced", classes: Iterable[int] = range(47)) -> dict[str, bytes]:
    """The archive of EMNIST, with a split of two training images of each class and one test image.

    Images are as in the published archive, with rows and columns exchanged.
    """
    labels = list(classes)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        for part, count in (("train", 2 * len(labels)), ("test", len(labels))):
            for name, content in idx_files(f"emnist-{split}-{part}", count, labels).items():
                opened.writestr(f"gzip/{name}", zipped(content, level=1))
        opened.writestr("gzip/emnist-other-mapping.txt", "0 48")
    return {"gzip.zip": buffer.getvalue()}


def svhn_files() -> dict[str, bytes]:
    """The three MATLAB files of SVHN, with 30, 20 and 10 images."""
    rng = np.random.default_rng(0)
    return {
        f"{part}_32x32.mat": mat(
            X=rng.integers(0, 256, (32, 32, 3, count), np.uint8),
            y=(np.arange(count, dtype=np.uint8) % 10 + 1).reshape(-1, 1),
        )
        for part, count in (("train", 30), ("extra", 20), ("test", 10))
    }


def idx_files(part: str, count: int, labels: Iterable[int]) -> dict[str, bytes]:
    """The images and labels of a split, without .gz in their names' content."""
    images = np.random.default_rng(count).integers(0, 256, (count, 28, 28), np.uint8)
    return {
        f"{part}-images-idx3-ubyte.gz": idx(images),
        f"{part}-labels-idx1-ubyte.gz": idx(np.resize(np.array(list(labels), np.uint8), count)),
    }


PUBLISHED = {
    "cifar-10": cifar10_files,
    "cifar-100": cifar100_files,
    "kmnist": kmnist_files,
    "emnist": emnist_files,
    "svhn": svhn_files,
}
"""The files by the folder of the data set."""


def publish(
    monkeypatch: pytest.MonkeyPatch,
    server: Server,
    kind: type[Dataset],
    contents: Mapping[str, bytes],
    *manners: Manner,
) -> None:
    """Pin made-up files instead of the published ones, and serve them.

    Each file has as many addresses as there are manners, each of which answers in its manner.
    """
    files = []
    for file in kind.files:
        content = contents[file.name]
        urls = [
            server.serve(f"/{at}/{file.name}", content, manner) for at, manner in enumerate(manners)
        ]
        digest = hashlib.sha256(content).hexdigest()
        files.append(replace(file, sha256=digest, urls=tuple(urls), size=len(content)))
    monkeypatch.setattr(kind, "files", tuple(files))


def put(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write files into a folder and its subfolders."""
    for name, content in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
