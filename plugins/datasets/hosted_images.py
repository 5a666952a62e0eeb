"""Images of any size and any colours that a hub describes: parameters, form and splits of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Gt, Lt

from zookit.core import Doc, Split, Splits
from zookit.core.data import Source, hold_out, read_encoded_images, subset
from zookit.plugins.datasets.hosted_splits import SplitName

Shape = tuple[int, int, int]

TrainSplit = Annotated[str | None, Doc("Name of the training split.")]
TestSplit = Annotated[str | None, Doc("Name of the test split.")]
ValidationSplit = Annotated[str | None, Doc("Name of the validation split.")]
Size = Annotated[int | None, Ge(8), Doc("Height and width to scale images to, in pixels.")]
Grey = Annotated[
    bool | None, Doc("Convert images to grey, or to colours; as the first image by default.")
]
TestFraction = Annotated[
    float, Gt(0), Lt(1), Doc("Fraction of each class for the test split, if there is none.")
]
SplitSeed = Annotated[int, Ge(0), Doc("Seed of the random test split.")]


@dataclass(frozen=True)
class Form:
    """What images become, by the parameters of a data set and its first image.

    Args:
        size: the height and width to scale to; None if all images have the same.
        grey: whether images become grey; None if the first image decides.
        first: the shape of the first image.
    """

    size: int | None
    grey: bool | None
    first: Shape

    @property
    def shape(self) -> Shape:
        """Height, width and channels."""
        height, width, channels = self.first
        if self.grey is not None:
            channels = 1 if self.grey else 3
        return self.size or height, self.size or width, channels

    def complaint(self, shape: Shape) -> str:
        """Return what is wrong with the shape of another image, or an empty text."""
        if self.size is None and shape[:2] != self.first[:2]:
            return (
                f"has {shape[0]} x {shape[1]} pixels, but the first image has {self.first[0]} x "
                f"{self.first[1]}. To scale all images: size=224, for example."
            )
        if self.grey is None and shape[2] > self.first[2]:
            return "has colours, but the first image is grey. Write grey=false, or grey=true."
        return ""


def read_splits(
    found: Mapping[SplitName, tuple[int, Iterable[tuple[bytes, int]]]],
    form: Form,
    source: Source,
    names: tuple[str, ...],
    *,
    fraction: float,
    seed: int,
) -> Splits:
    """Decode the images of splits, and hold out a test split if there is none.

    Args:
        found: the number of examples of each split, and the examples.
        form: what the images become.
        source: what reports the progress.
        names: the names of the classes.
        fraction: the fraction of each class to hold out.
        seed: the seed of holding out.
    """
    splits: dict[str, Split] = {}
    left_out: list[str] = []
    for name, (count, examples) in found.items():
        splits[name], reasons = read_encoded_images(
            examples,
            count,
            form.shape,
            name=name,
            complaint=form.complaint,
            progress=source.progress,
        )
        left_out += reasons
    if "test" not in splits:
        everything = splits["train"]
        kept, held = hold_out(everything.labels, fraction, seed, names)
        splits |= {"train": subset(everything, kept), "test": subset(everything, held)}
    return Splits(**splits, left_out=tuple(left_out))
