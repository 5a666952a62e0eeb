"""The test split of a data set that does not have one: its parameters, and how it is made."""

from collections.abc import Mapping, Sequence
from typing import Annotated, TypeVar

from annotated_types import Ge, Gt, Lt

from zookit.core import Doc, Split, Splits
from zookit.core.data import SplitName, hold_out, subset

T = TypeVar("T")

TestFraction = Annotated[
    float, Gt(0), Lt(1), Doc("Fraction of each class for the test split, if there is none.")
]
SplitSeed = Annotated[int, Ge(0), Doc("Seed of the random test split.")]


def validation_as_test(splits: Mapping[SplitName, T]) -> dict[SplitName, T]:
    """Return what there is of each split. The validation split is the test split if none is."""
    found = dict(splits)
    if "test" not in found and "validation" in found:
        found["test"] = found.pop("validation")
    return found


def with_test(
    splits: Mapping[SplitName, Split],
    left_out: Sequence[str],
    *,
    fraction: float,
    seed: int,
    class_names: Sequence[str],
) -> Splits:
    """Return the splits, after holding out a part of the training split if there is no test split.

    Args:
        splits: the splits of the data set, by name.
        left_out: one line for each file that could not be read.
        fraction: the fraction of each class to hold out.
        seed: the seed of the random choice.
        class_names: the names of the classes, for messages.

    Raises:
        DataError: a class has only one image.
    """
    found = dict(splits)
    if "test" not in found:
        everything = found["train"]
        kept, held = hold_out(everything.labels, fraction, seed, class_names)
        found |= {"train": subset(everything, kept), "test": subset(everything, held)}
    return Splits(**found, left_out=tuple(left_out))
