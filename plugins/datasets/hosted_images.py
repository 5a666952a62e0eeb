"""Images of any size and any colours that a hub describes: their parameters, shape and splits."""

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Protocol

from annotated_types import Ge

from zookit.core import ComponentSpec, Dataset, DataUnavailable, Doc, Split, Splits, option
from zookit.core.data import Source, SplitName, read_encoded_images
from zookit.plugins.datasets.held_out import with_test

Shape = tuple[int, int, int]

TrainSplit = Annotated[str | None, Doc("Name of the training split.")]
TestSplit = Annotated[str | None, Doc("Name of the test split.")]
ValidationSplit = Annotated[str | None, Doc("Name of the validation split.")]
Size = Annotated[int | None, Ge(8), Doc("Height and width to scale images to, in pixels.")]
Grey = Annotated[
    bool | None,
    Doc("Convert images to grey (true) or to RGB (false). By default as the first image."),
]


class _NamedSplits(Protocol):
    """A data set with parameters for the names of its splits."""

    @property
    def train(self) -> str | None: ...

    @property
    def validation(self) -> str | None: ...

    @property
    def test(self) -> str | None: ...


def given_splits(dataset: _NamedSplits) -> dict[SplitName, str | None]:
    """Return the names that the user gave for the splits; None for those to find."""
    return {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}


def not_here(component: str, dataset: Dataset, data: str) -> DataUnavailable:
    """Return the error for data that is not downloaded yet, with the command that does it.

    Args:
        component: the name of the data set that reads it, such as `huggingface`.
        dataset: the data set, with its parameters.
        data: the name of the data.
    """
    words = ComponentSpec.of(component, dataset).short_words
    command = f"zookit data fetch {shlex.quote(words)}"
    call = f'zookit.load_data("{words}", data="full")'
    return DataUnavailable(f"{data} is not on this machine. Fetch it with {option(command, call)}.")


@dataclass(frozen=True)
class ImageShape:
    """The shape that images are given, by the parameters of a data set and its first image.

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
            return "is in colour, but the first image is grey. Write grey=false, or grey=true."
        return ""


def read_splits(
    found: Mapping[SplitName, tuple[int, Iterable[tuple[bytes, int]]]],
    image_shape: ImageShape,
    source: Source,
    names: tuple[str, ...],
    *,
    fraction: float,
    seed: int,
) -> Splits:
    """Decode the images of splits, and hold out a test split if there is none.

    Args:
        found: the number of examples of each split, and the examples.
        image_shape: the shape that the images are given.
        source: what reports the progress.
        names: the names of the classes.
        fraction: the fraction of each class to hold out.
        seed: the seed of holding out.
    """
    splits: dict[SplitName, Split] = {}
    left_out: list[str] = []
    for name, (count, examples) in found.items():
        splits[name], reasons = read_encoded_images(
            examples,
            count,
            image_shape.shape,
            name=name,
            complaint=image_shape.complaint,
            progress=source.progress,
        )
        left_out += reasons
    return with_test(splits, left_out, fraction=fraction, seed=seed, class_names=names)
