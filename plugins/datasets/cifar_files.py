"""Read the binary version of CIFAR-10 and CIFAR-100 (https://www.cs.toronto.edu/~kriz/cifar.html).

The Python version consists of pickles, which could run code; it is not read.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np

from zookit.core import DataError, DatasetInfo, Split, Splits
from zookit.core.data import Source, concatenated, empty_images, opened_content
from zookit.plugins.datasets.tar_files import TarMember, tar_members

MINDSPORE = "https://mindspore-website.obs.cn-north-4.myhuaweicloud.com/notebook/datasets/"
"""The address of MindSpore's copies of the archives."""
_SHAPE = (32, 32, 3)
_PIXELS = 32 * 32 * 3
_BLOCK = 1000
"""The number of images that are read at a time."""


def cifar_info(class_names: tuple[str, ...]) -> DatasetInfo:
    """Return the published sizes, with the classes of one of the data sets."""
    return DatasetInfo(
        image_shape=_SHAPE,
        class_names=class_names,
        sizes={"train": 50_000, "test": 10_000},
        license="not stated",
        citation="Krizhevsky: Learning multiple layers of features from tiny images. 2009",
        homepage="https://www.cs.toronto.edu/~kriz/cifar.html",
    )


def read_cifar_splits(
    source: Source,
    archive: str,
    train: Sequence[str],
    test: Sequence[str],
    *,
    labels: int = 1,
    label: int = 0,
) -> Splits:
    """Return the splits in the binary files of CIFAR-10 or CIFAR-100, packed or unpacked.

    Images are uint8 (N, 32, 32, 3), stored on disk (see `zookit.core.data.empty_images`).

    Args:
        source: where the archive is, or the folder that is in it.
        archive: the name of the tar file.
        train: the names in the archive of the files with training images, in order.
        test: those of the files with test images.
        labels: the number of labels before each image, one byte each.
        label: which of them to use, counted from 0.

    Raises:
        DataError: a file is missing or is not what it should be.
    """
    names = (*train, *test)
    parts: dict[str, Split] = {}
    with source.progress(f"reading {archive}", None, "images") as advance:
        if source.folder is None or source.origin == "full" or (source.folder / archive).is_file():
            path = source.file(archive)
            for member in tar_members(path, names):
                where = f"{path}: {member.name}"
                parts[member.name] = _read(member, member.size, where, labels, label, advance)
        else:
            for name in names:
                path = _unpacked(source, archive, name)
                with opened_content(path, decompressed=False) as (file, size):
                    parts[name] = _read(file, size, str(path), labels, label, advance)
    return Splits(
        concatenated([parts[name] for name in train]), concatenated([parts[name] for name in test])
    )


def _unpacked(source: Source, archive: str, name: str) -> Path:
    if source.folder is not None:
        for path in (source.folder / name, source.folder / Path(name).name):
            if path.is_file():
                return path
    hint = ""
    if source.folder is not None and (source.folder / "train").is_dir():
        hint = f" To train on its folders of images: image_folder:path={source.folder},size=32."
    raise DataError(
        f"{source.folder} ({source.location}) has neither {archive} nor {name}. Copy {archive}, "
        f"the binary version, to that folder.{hint}"
    )


def _read(
    file: BinaryIO | TarMember,
    size: int,
    where: str,
    labels: int,
    label: int,
    advance: Callable[[int], None],
) -> Split:
    """Read records of labels and the red, green and blue pixels of an image."""
    record = labels + _PIXELS
    count, rest = divmod(size, record)
    if rest or not count:
        raise DataError(
            f"{where} has {size:,} bytes, which is not a multiple of {record:,}: {labels} for "
            f"labels and {_PIXELS:,} for an image. Download the file again."
        )
    images, classes = empty_images((count, *_SHAPE)), np.empty(count, np.int64)
    for begin in range(0, count, _BLOCK):
        block = slice(begin, min(begin + _BLOCK, count))
        wanted = (block.stop - begin) * record
        content = file.read(wanted)
        if len(content) < wanted:
            raise DataError(f"{where} is truncated. Download the file again.")
        records = np.frombuffer(content, np.uint8).reshape(-1, record)
        images[block] = records[:, labels:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        classes[block] = records[:, label]
        advance(len(records))
    return Split(images, classes)
