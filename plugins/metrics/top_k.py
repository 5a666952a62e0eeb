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

    def check(self, classes: int) -> None:
        """Raise ValueError if the metric would be 1 for any model."""
        if self.k >= classes:
            raise ValueError(
                f"with {classes} classes, each is among the {self.k} most probable ones. Use a "
                f"smaller number, at most {classes - 1}."
            )

    def build(self, classes: int) -> "keras.metrics.Metric":
        """Return the Keras metric."""
        from keras.metrics import MeanMetricWrapper

        from zookit.plugins.metrics.keras_classes.top_k import in_top_k

        return MeanMetricWrapper(in_top_k, k=self.k)
