"""Checks of the built-in data sets' samples and full sets."""

import numpy as np

from zookit.core import Dataset
from zookit.data.prepared import Prepared, prepare


def check_sample(dataset: Dataset, train: int, test: int) -> None:
    """Check the sizes of a bundled sample, that its classes are balanced, and its pixels."""
    prepared = prepare(dataset, "sample", "sample", "zookit==1")
    assert prepared.origin == "sample"
    assert not prepared.splits.left_out
    classes = len(dataset.info.class_names)
    for split, size in ((prepared.splits.train, train), (prepared.splits.test, test)):
        assert len(split) == size
        counts = np.bincount(split.labels)
        assert len(counts) == classes
        assert counts.max() - counts.min() <= size % classes
        assert 30 < split.images.mean() < 240  # not blank
    assert dataset.info.sizes["train"] > train


def sizes(prepared: Prepared) -> dict[str, int]:
    """Return the number of images in each split."""
    return {name: len(split) for name, split in prepared.splits.by_name().items()}
