"""Data sets, each wrong in one way; ENTRIES names the check that each must fail."""

import random
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import numpy as np

from zookit.core import Dataset, DatasetInfo, Doc, Split, Splits
from zookit.core.data import RemoteFile

NAMES = ("a", "b", "c")
PUBLISHED = (RemoteFile("a.gz", "0" * 64, ("http://127.0.0.1:9/a.gz",)),)


@dataclass(frozen=True)
class Right(Dataset):
    """Numbered images; nothing is wrong."""

    @property
    def info(self) -> DatasetInfo:
        return DatasetInfo((6, 5, 1), NAMES)

    def load(self, source: Any) -> Splits:
        return Splits(numbered(0, 30), numbered(30, 12), numbered(60, 9))


def numbered(first: int, count: int) -> Split:
    """Distinct images with labels 0, 1, 2, 0, ..."""
    images = np.zeros((count, 6, 5, 1), np.uint8)
    images[:, 0, 0, 0] = first + np.arange(count)
    return Split(images, np.arange(count) % 3)


@dataclass(frozen=True)
class OneClass(Right):
    """Has one class only."""

    @property
    def info(self) -> DatasetInfo:
        return DatasetInfo((6, 5, 1), ("a",))

    def load(self, source: Any) -> Splits:
        train, test = numbered(0, 30), numbered(30, 12)
        return Splits(Split(train.images, train.labels * 0), Split(test.images, test.labels * 0))


@dataclass(frozen=True)
class NamedTwice(Right):
    """Has two classes with the same name."""

    @property
    def info(self) -> DatasetInfo:
        return DatasetInfo((6, 5, 1), ("a", "a", "c"))


@dataclass(frozen=True)
class Unlicensed(Right):
    """Is published, but has no license."""

    files = PUBLISHED
    home = "unlicensed"
    sample = Path(__file__).parent

    @property
    def info(self) -> DatasetInfo:
        return DatasetInfo((6, 5, 1), NAMES, citation="A: B.", homepage="http://127.0.0.1/")


@dataclass(frozen=True)
class Floats(Right):
    """Has images that are not uint8."""

    def load(self, source: Any) -> Splits:
        train = numbered(0, 30)
        return Splits(Split(train.images.astype(np.float32), train.labels), numbered(30, 12))


@dataclass(frozen=True)
class OtherShape(Right):
    """Has transposed images."""

    def load(self, source: Any) -> Splits:
        train, test = numbered(0, 30), numbered(30, 12)
        return Splits(Split(train.images.transpose(0, 2, 1, 3), train.labels), test)


@dataclass(frozen=True)
class FourthLabel(Right):
    """Has a label that is not a class index."""

    def load(self, source: Any) -> Splits:
        train = numbered(0, 30)
        return Splits(Split(train.images, np.arange(30) % 4), numbered(30, 12))


@dataclass(frozen=True)
class NoneOfC(Right):
    """Has a class that is missing in the test split."""

    def load(self, source: Any) -> Splits:
        test = numbered(30, 12)
        return Splits(numbered(0, 30), Split(test.images, test.labels % 2))


@dataclass(frozen=True)
class Learns(Right):
    """Has another info after loading."""

    def load(self, source: Any) -> Splits:
        object.__setattr__(self, "loaded", True)
        return super().load(source)

    @property
    def info(self) -> DatasetInfo:
        return DatasetInfo((6, 5, 1), NAMES, citation="now" if hasattr(self, "loaded") else "")


@dataclass(frozen=True)
class OtherSizes(Right):
    """Has wrong sizes in its info."""

    @property
    def info(self) -> DatasetInfo:
        return DatasetInfo((6, 5, 1), NAMES, {"train": 31, "test": 12})


@dataclass(frozen=True)
class TestedOnTrained(Right):
    """Has a training image in the test split."""

    def load(self, source: Any) -> Splits:
        return Splits(numbered(0, 31), numbered(30, 12))


@dataclass(frozen=True)
class ValidatedOnTrained(Right):
    """Has a training image in the validation split."""

    def load(self, source: Any) -> Splits:
        return Splits(numbered(0, 30), numbered(30, 12), numbered(29, 3))


@dataclass(frozen=True)
class ByNumPysState(Right):
    """Shuffles with NumPy's global generator."""

    def load(self, source: Any) -> Splits:
        train = numbered(0, 30)
        order = np.random.permutation(30)  # noqa: NPY002
        return Splits(Split(train.images[order], train.labels[order]), numbered(30, 12))


@dataclass(frozen=True)
class ByPythonsState(Right):
    """Shuffles with Python's global generator."""

    def load(self, source: Any) -> Splits:
        train = numbered(0, 30)
        order = random.sample(range(30), 30)
        return Splits(Split(train.images[order], train.labels[order]), numbered(30, 12))


@dataclass(frozen=True)
class ByASet(Right):
    """Has the order of a set of strings."""

    def load(self, source: Any) -> Splits:
        train = numbered(0, 30)
        order = [int(text) for text in {str(at) for at in range(30)}]
        return Splits(Split(train.images[order], train.labels[order]), numbered(30, 12))


@dataclass(frozen=True)
class AsksKeras(Right):
    """Imports Keras in info."""

    @property
    def info(self) -> DatasetInfo:
        # A stand-in, since the real one takes seconds to import; wrong_heavy imports that.
        sys.modules.setdefault("keras", ModuleType("keras"))
        return DatasetInfo((6, 5, 1), NAMES)


class Bare(Right):
    """Is not a dataclass of its own."""


@dataclass(frozen=True)
class NeedsParameters(Right):
    """Has a required parameter."""

    what: Annotated[int, Doc("Anything.")]


ENTRIES = {
    "right": (Right, ()),
    "one_class": (OneClass, ("info is sound",)),
    "named_twice": (NamedTwice, ("info is sound",)),
    "unlicensed": (Unlicensed, ("info is sound",)),
    "floats": (Floats, ("arrays agree with info",)),
    "other_shape": (OtherShape, ("arrays agree with info",)),
    "fourth_label": (FourthLabel, ("arrays agree with info",)),
    "none_of_c": (NoneOfC, ("arrays agree with info",)),
    "learns": (Learns, ("info stays the same",)),
    "other_sizes": (OtherSizes, ("info stays the same",)),
    "tested_on_trained": (TestedOnTrained, ("no test image is in training",)),
    "validated_on_trained": (ValidatedOnTrained, ("no test image is in training",)),
    "by_numpys_state": (ByNumPysState, ("loading is deterministic",)),
    "by_pythons_state": (ByPythonsState, ("loading is deterministic",)),
    "by_a_set": (ByASet, ("loading is deterministic",)),
    "asks_keras": (AsksKeras, ("is known without tensorflow",)),
    "bare": (Bare, ("loads",)),
    "needs_parameters": (NeedsParameters, ()),
}
