"""Small data sets and files with known content."""

import gzip
import hashlib
import io
import struct
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from PIL import Image

from zookit.core import Dataset, DatasetInfo, Splits
from zookit.core.data import RemoteFile, Source, read_idx_splits
from zookit.data.prepared import prepare

if TYPE_CHECKING:
    from multiprocessing import Queue

    import numpy.typing as npt


def idx(array: "npt.NDArray[np.uint8]") -> bytes:
    """Return an array as an IDX file."""
    return struct.pack(f">2xBB{array.ndim}I", 8, array.ndim, *array.shape) + array.tobytes()


def zipped(content: bytes, level: int = 9) -> bytes:
    """Return content as a .gz file."""
    return gzip.compress(content, level, mtime=0)


def mat(*, compressed: bool = True, **variables: object) -> bytes:
    """Return variables as a MATLAB file, as SciPy writes it."""
    from scipy.io import savemat  # slow to import

    buffer = io.BytesIO()
    savemat(buffer, variables, do_compression=compressed)
    # SciPy writes the time into the header.
    return b"MATLAB 5.0 MAT-file".ljust(116) + buffer.getvalue()[116:]


def tar_gz(members: Mapping[str, bytes]) -> bytes:
    """Return members as a .tar.gz file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as opened:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            opened.addfile(member, io.BytesIO(content))
    return zipped(buffer.getvalue(), level=1)


def cifar_records(images: "npt.NDArray[np.uint8]", *labels: "npt.NDArray[np.uint8]") -> bytes:
    """Return images (N, 32, 32, 3) and labels (N,) in the binary format of CIFAR."""
    pixels = images.transpose(0, 3, 1, 2).reshape(len(images), -1)
    return np.column_stack([*labels, pixels]).tobytes()


def _made(count: int, seed: int) -> tuple[bytes, bytes]:
    rng = np.random.default_rng(seed)
    return (
        idx(rng.integers(0, 256, (count, 8, 8), np.uint8)),
        idx((np.arange(count) % 3).astype(np.uint8)),
    )


CONTENT = dict(
    zip(
        (
            "train-images-idx3-ubyte",
            "train-labels-idx1-ubyte",
            "t10k-images-idx3-ubyte",
            "t10k-labels-idx1-ubyte",
        ),
        (*_made(30, 1), *_made(12, 2)),
        strict=True,
    )
)
"""The four files of `Made`."""


@dataclass(frozen=True)
class Made(Dataset):
    """Three classes of noise, published as .gz files."""

    invert: bool = False

    files = tuple(
        RemoteFile(f"{name}.gz", hashlib.sha256(content).hexdigest(), (), decompressed=True)
        for name, content in CONTENT.items()
    )
    home = "made"
    loads: ClassVar[list[Source]] = []
    """The sources that this process has loaded from."""

    @property
    def info(self) -> DatasetInfo:
        return DatasetInfo((8, 8, 1), ("a", "b", "c"), {"train": 30, "test": 12})

    def load(self, source: Source) -> Splits:
        self.loads.append(source)
        return read_idx_splits(source)


def put_files(folder: Path, *, plain: bool = False, level: int = 9) -> Path:
    """Put the files of `Made` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in CONTENT.items():
        path = folder / (name if plain else f"{name}.gz")
        path.write_bytes(content if plain else zipped(content, level))
    return folder


def put_pictures(folder: Path, *, start: int = 0, **counts: int) -> Path:
    """Write PNG images into class folders, each image with a different brightness.

    In other folders these are the same images, unless their numbers `start` elsewhere.
    """
    for at, (name, count) in enumerate(counts.items()):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for number in range(start, start + count):
            picture = Image.new("L", (8, 8), min(100 * at + number, 255))
            if at > 1:  # no brightness is left that differs
                picture.putdata([at, number])
            picture.save(folder / name / f"{number:03}.png")
    return folder


def prepare_in_step(barrier: Barrier, answers: "Queue[tuple[str, int]]") -> None:
    """Prepare `Made` once all processes are ready; return its hash and the number of loads."""
    barrier.wait()
    prepared = prepare(Made(), "full", "made", "made==1")
    answers.put((prepared.hash, len(Made.loads)))
