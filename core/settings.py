"""How an experiment trains: what is recorded, and what a person may give."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal, TypedDict

from annotated_doc import Doc
from annotated_types import Ge, Gt, Le, Lt

from zookit.core.component import Component

Augmentation = Literal["flip", "rotation", "zoom", "translation", "contrast"]
Precision = Literal["auto", "float32", "mixed_bfloat16"]


@dataclass(frozen=True)
class Settings(Component):
    """The settings of an experiment: the table `[settings]` of its file.

    A value that equals its default is not part of an experiment's identity, so defaults must never
    change: old runs would get another identity.
    """

    epochs: Annotated[int, Ge(1), Le(1_000_000), Doc("Passes over the training images.")] = 5
    batch_size: Annotated[int, Ge(1), Le(1_000_000), Doc("Images per training step.")] = 32
    seed: Annotated[
        int,
        Ge(0),
        Lt(2**32),
        Doc("Seed of the initial weights, the order of the images, and all that is random."),
    ] = 0
    validation: Annotated[
        float,
        Ge(0),
        Lt(1),
        Doc("Fraction of the training images, of each class, held out for validation."),
    ] = 0.0
    class_weights: Annotated[
        bool, Doc("Weight the loss so that rare classes count as much as frequent ones.")
    ] = False
    normalize: Annotated[
        bool, Doc("Scale the pixels inside the model as the architecture expects them.")
    ] = True
    precision: Annotated[
        Precision, Doc("Number format for computing; auto is the fastest one that is suitable.")
    ] = "float32"
    threads: Annotated[
        int | None,
        Ge(1),
        Le(4096),
        Doc("CPU threads for one operation; as many as the architecture can use if not given."),
    ] = None
    data: Annotated[
        Literal["auto", "full", "sample"],
        Doc("The full data set, the bundled sample, or the full set if it is available."),
    ] = "auto"

    def changed(self) -> dict[str, Any]:
        """Return the settings that differ from their default."""
        values = {each.name: (getattr(self, each.name), each.default) for each in fields(Settings)}
        return {name: value for name, (value, default) in values.items() if value != default}


@dataclass(frozen=True)
class TrainingOptions(Settings):
    """The options of a run besides data set, architecture and callbacks.

    These are the settings, and the words that select an optimizer and augmentations.
    """

    optimizer: Annotated[
        str, Doc("A Keras optimizer: adam, or with parameters sgd:learning_rate=0.01,momentum=0.9.")
    ] = "adam"
    learning_rate: Annotated[
        float | None, Gt(0), Doc("The optimizer's learning rate; Keras's default if not given.")
    ] = None
    augment: Annotated[
        tuple[Augmentation, ...],
        Doc("Random changes to the training images: flip, rotation, zoom, translation, contrast."),
    ] = ()

    def __post_init__(self) -> None:
        if len(set(self.augment)) != len(self.augment):
            raise ValueError(
                f"augment is {'+'.join(self.augment)}: list each augmentation only once"
            )

    def settings(self) -> Settings:
        """Return the settings, without the optimizer and the augmentations."""
        return Settings(**{each.name: getattr(self, each.name) for each in fields(Settings)})


class TrainingKeywords(TypedDict, total=False):
    """The fields of `TrainingOptions` as keyword arguments, for editors and type checkers."""

    epochs: int
    batch_size: int
    seed: int
    validation: float
    class_weights: bool
    normalize: bool
    precision: Precision
    threads: int | None
    data: Literal["auto", "full", "sample"]
    optimizer: str
    learning_rate: float | None
    augment: str | Sequence[Augmentation]
