"""How an experiment trains: what is recorded, and what a person may give."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from os import PathLike
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol, TypedDict

from annotated_doc import Doc
from annotated_types import Ge, Le, Lt

from zookit.core.augmentation import Augmentation
from zookit.core.component import Component
from zookit.core.loss import Loss
from zookit.core.metric import Metric
from zookit.core.optimizer import Optimizer
from zookit.core.schedule import Schedule

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


class HasFolder(Protocol):
    """A run, such as `zookit.run` returns."""

    @property
    def folder(self) -> Path:
        """The run's folder."""


class TrainingKeywords(TypedDict, total=False):
    """What `zookit.run` takes besides data set, architecture and callbacks.

    These are the fields of `Settings`, and the components that the options of `zookit run` select,
    each as words or as an instance. `learning_rate` is a number, or a schedule. `freeze` is the
    part of the model that is not trained: the body, which is all but the head. `init` is the run
    or the model whose weights the training starts from.
    """

    epochs: int
    batch_size: int
    seed: int
    validation: float
    class_weights: bool
    normalize: bool
    precision: Precision
    threads: int | None
    data: Literal["auto", "full", "sample"]
    optimizer: str | Optimizer
    learning_rate: float | str | Schedule | None
    loss: str | Loss
    metrics: str | Metric | Sequence[str | Metric]
    augment: str | Augmentation | Sequence[str | Augmentation]
    freeze: Literal["body"] | None
    init: str | PathLike[str] | HasFolder | None
