"""The metric `top_k`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge

from zookit.core import Doc, Metric

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class TopK(Metric):
    """The share of images whose true class is among the K most probable ones."""

    k: Annotated[int, Ge(1), Doc("How many classes to look among.")]

    def build(self, classes: int) -> "keras.metrics.Metric":
        """Return Keras's top-K categorical accuracy."""
        from keras.metrics import TopKCategoricalAccuracy

        return TopKCategoricalAccuracy(min(self.k, classes))
