"""Whether what a data set loaded is what its info promised."""

import numpy as np

from zookit.core.dataset import DatasetInfo, Splits
from zookit.core.errors import DataError, quoted


def check_splits(name: str, info: DatasetInfo, splits: Splits) -> None:
    """Raise DataError at the first thing that is not as the contract has it."""
    if not isinstance(splits, Splits):
        raise DataError(
            f"{name}: load gave {quoted(splits)}, expected Splits(train, test). Let it return that."
        )
    for split_name, split in splits.by_name().items():
        where = f"{name}: the {split_name} split"
        images, labels = split.images, split.labels
        if images.dtype != np.uint8 or images.shape[1:] != info.image_shape:
            raise DataError(
                f"{where} has images {images.dtype} {images.shape}, expected uint8 "
                f"(N, {', '.join(map(str, info.image_shape))})."
            )
        if not np.issubdtype(labels.dtype, np.integer) or labels.shape != images.shape[:1]:
            raise DataError(
                f"{where} has labels {labels.dtype} {labels.shape} for {len(images)} images, "
                "expected one whole number an image."
            )
        if len(labels) == 0:
            raise DataError(f"{where} is empty.")
        if labels.min() < 0 or labels.max() >= len(info.class_names):
            raise DataError(
                f"{where} has labels {labels.min()} to {labels.max()}, expected 0 to "
                f"{len(info.class_names) - 1}, one for each class."
            )
