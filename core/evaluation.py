"""A model's predictions on a test split."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What a model says of each of a split's N images.

    `labels` and `predicted` are classes, int64 (N,); `probability`, float32 (N,), 0 to 1, is that
    of the predicted one. `mistakes_at`, int64 (M,), are the places of the surest mistakes in the
    split, surest first, and `mistakes` their images, uint8 (M, h, w, C), large ones thinned out.
    """

    labels: "npt.NDArray[np.int64]"
    predicted: "npt.NDArray[np.int64]"
    probability: "npt.NDArray[np.float32]"
    mistakes_at: "npt.NDArray[np.int64]"
    mistakes: "npt.NDArray[np.uint8]"
