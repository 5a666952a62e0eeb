"""The predictions of a model on a test split."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zookit.core import html
from zookit.core.messages import counted

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_SHOWN = 10
"""The number of mistakes shown in a notebook."""


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation:
    """The predictions of a model for the N images of a split.

    Args:
        labels: int64 (N,), the true classes.
        predicted: int64 (N,), the predicted classes.
        probability: float32 (N,), from 0 to 1, the probability of the predicted class.
        mistakes_at: int64 (M,), the indices of the mistakes with the highest probability, in
            descending order.
        mistakes: uint8 (M, h, w, C), the images of these mistakes; large images are reduced.
    """

    labels: "npt.NDArray[np.int64]"
    predicted: "npt.NDArray[np.int64]"
    probability: "npt.NDArray[np.float32]"
    mistakes_at: "npt.NDArray[np.int64]"
    mistakes: "npt.NDArray[np.uint8]"

    def __repr__(self) -> str:
        return f"<Evaluation: {self._summary()}>"

    def _repr_html_(self) -> str:
        from zookit.core.contact_sheet import thumbnails  # keeps NumPy and Pillow out of start-up

        rows = [
            (
                int(at),
                int(self.labels[at]),
                int(self.predicted[at]),
                f"{self.probability[at]:.4f}",
                html.Image(thumbnails(image[None]), f"image {at}"),
            )
            for at, image in zip(self.mistakes_at[:_SHOWN], self.mistakes[:_SHOWN], strict=True)
        ]
        headings = ("image", "label", "predicted", "probability", "")
        return html.paragraph(self._summary()) + (html.table(headings, rows) if rows else "")

    def _summary(self) -> str:
        right = self.labels == self.predicted
        count, correct = len(right), int(right.sum())
        accuracy = f", accuracy {correct / count:.4f}" if count else ""
        return f"{counted(count, 'image')}{accuracy}, {counted(count - correct, 'mistake')}"
