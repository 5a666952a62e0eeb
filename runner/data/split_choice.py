"""Chooses a split of a data set and an image in it, by name and by number."""

from dataclasses import dataclass

from zookit.core import BadParameter, Split, Splits
from zookit.core.messages import option
from zookit.core.source import DataOrigin, SplitName


@dataclass(frozen=True, eq=False)
class ChosenSplit:
    """A split of a data set, with its name and the origin of its images."""

    name: SplitName
    origin: DataOrigin
    split: Split

    def check(self, at: int) -> None:
        """Raise BadParameter if there is no image `at`, counted from 0."""
        if not 0 <= at < len(self.split):
            raise BadParameter(
                f"no image {at} in the {self.name} split{self._of_sample()}. Choose an image from "
                f"0 to {len(self.split) - 1}, or another split with "
                f"{option('--split', 'split')}."
            )

    def describe(self, at: int) -> str:
        """Return the number of an image and where it is, for a heading."""
        where = f"image {at} of the {len(self.split):,} in the {self.name} split"
        differs = "; the full data set has other numbers" if self.origin == "sample" else ""
        return f"{where}{self._of_sample()}{differs}"

    def _of_sample(self) -> str:
        return " of the sample" if self.origin == "sample" else ""


def choose_split(splits: Splits, name: SplitName, origin: DataOrigin, words: str) -> ChosenSplit:
    """Return the split of this name. Raises BadParameter if the data set does not have it."""
    by_name = splits.by_name()
    if name not in by_name:
        raise BadParameter(
            f"{words} has no {name} split, only {' and '.join(by_name)}. The images that a run "
            f"holds out with {option('--validation', 'validation')} are a part of train."
        )
    return ChosenSplit(name, origin, by_name[name])
