"""Labels and probabilities that losses and metrics are tried with, in the form they receive."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from zookit.core import Loss, Metric
from zookit.core.calling import call_declared

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Array = npt.NDArray[np.float32]

_CLASSES = (2, 5, 20, 100)
"""The numbers of classes that are tried, if a component refuses fewer."""


def accepted_classes(component: Loss | Metric) -> tuple[int, int]:
    """Return the two smallest of these numbers of classes that a component does not refuse.

    Its `check` or its `build` refuses a number by raising ValueError, which is the user's error.
    """
    accepted: list[int] = []
    for classes in _CLASSES:
        try:
            _try(component, classes)
        except ValueError:
            continue
        accepted.append(classes)
    if len(accepted) < 2:
        for classes in _CLASSES:
            _try(component, classes)  # raises the error that says why
    return accepted[0], accepted[1]


def _try(component: Loss | Metric, classes: int) -> None:
    component.check(classes)
    call_declared(component.build, classes=classes)


@dataclass(frozen=True, eq=False)
class Predictions:
    """One-hot labels and probabilities, float32 (N, classes); all classes occur."""

    labels: "Array"
    probabilities: "Array"

    @classmethod
    def random(cls, classes: int, count: int = 0, seed: int = 0) -> Self:
        """Return random predictions, some right and some wrong."""
        random = np.random.default_rng(seed)
        labels = np.arange(count or 3 * classes) % classes
        chances = random.dirichlet(np.ones(classes), len(labels)).astype(np.float32)
        return cls(np.eye(classes, dtype=np.float32)[labels], chances)

    @property
    def classes(self) -> int:
        """The number of classes."""
        return len(self.labels[0])

    def right(self, share: float) -> Self:
        """Return predictions that give the true class this probability, the others the rest."""
        return replace(self, probabilities=self._certain(self.labels, share))

    def wrong(self, share: float) -> Self:
        """Return predictions that give another class this probability, the others the rest."""
        return replace(self, probabilities=self._certain(np.roll(self.labels, 1, axis=1), share))

    def _certain(self, labels: "Array", share: float) -> "Array":
        rest = np.float32((1 - share) / (self.classes - 1))
        return np.where(labels == 1, np.float32(share), rest).astype(np.float32)

    def mixed(self) -> Self:
        """Return labels of which 0.6 is the class and 0.4 another, as augmentations mix them."""
        other = np.roll(self.labels, 1, axis=1)
        return replace(self, labels=(0.6 * self.labels + 0.4 * other).astype(np.float32))

    def one_by_one(self) -> "Iterator[Self]":
        """Yield the predictions of each image."""
        for at in range(len(self.labels)):
            yield replace(
                self,
                labels=self.labels[at : at + 1],
                probabilities=self.probabilities[at : at + 1],
            )

    def tensors(self) -> tuple[Any, Any]:
        """Return labels and probabilities as TensorFlow's tensors."""
        import tensorflow as tf

        return tf.constant(self.labels), tf.constant(self.probabilities)
