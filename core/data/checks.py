"""Check loaded images and labels against a data set's info."""

from collections.abc import Mapping
from inspect import ismethod

import numpy as np

from zookit.core.dataset import DatasetInfo, Splits
from zookit.core.errors import BrokenPlugin, DataError, quoted
from zookit.core.messages import counted


def check_info(name: str, info: object) -> None:
    """Raise BrokenPlugin if this is not a DatasetInfo, or a field does not have its type.

    Args:
        name: the data set, for messages.
        info: what the data set's `info` returned.
    """
    if not isinstance(info, DatasetInfo):
        advice = " Write @property above def info(self)." if ismethod(info) else ""
        raise BrokenPlugin(
            f"{name}: info is {quoted(info)}, expected a zookit.core.DatasetInfo.{advice}"
        )
    shape, names = info.image_shape, info.class_names
    if not (
        isinstance(shape, tuple)
        and len(shape) == 3
        and all(isinstance(size, int) and size > 0 for size in shape)
    ):
        raise BrokenPlugin(
            f"{name}: its image_shape is {quoted(shape)}, expected (height, width, channels) as "
            "whole numbers."
        )
    if not isinstance(names, tuple) or not all(isinstance(each, str) for each in names):
        raise BrokenPlugin(
            f"{name}: its class_names are {quoted(names)}, expected a tuple of names."
        )
    sizes = info.sizes
    if not isinstance(sizes, Mapping) or not all(isinstance(each, int) for each in sizes.values()):
        raise BrokenPlugin(
            f"{name}: its sizes are {quoted(sizes)}, expected the number of images by split, such "
            "as {'train': 60_000}."
        )
    for field in ("license", "citation", "homepage"):
        if not isinstance(getattr(info, field), str):
            raise BrokenPlugin(
                f"{name}: its {field} is {quoted(getattr(info, field))}, expected text."
            )


def check_splits(name: str, info: DatasetInfo, splits: Splits) -> None:
    """Raise DataError if the splits do not match the info.

    Images must be uint8 (N, H, W, C) of the image shape, labels integers (N,) that index the class
    names, and no split may be empty.

    Args:
        name: the name of the data set, for messages.
        info: the data set's info.
        splits: what the data set's `load` returned.
    """
    if not isinstance(splits, Splits):
        raise DataError(
            f"{name}: load returned {quoted(splits)}. Expected zookit.core.Splits(train, test)."
        )
    for split_name, split in splits.by_name().items():
        where = f"{name}: the {split_name} split"
        images, labels = (getattr(split, name, None) for name in ("images", "labels"))
        if not isinstance(images, np.ndarray) or not isinstance(labels, np.ndarray):
            raise DataError(
                f"{where} is {quoted(split)} with images of type {type(images).__name__} and "
                f"labels of type {type(labels).__name__}. Expected zookit.core.Split(images, "
                "labels) of NumPy arrays."
            )
        if images.dtype != np.uint8 or images.shape[1:] != info.image_shape:
            raise DataError(
                f"{where} has images of dtype {images.dtype} and shape {images.shape}. Expected "
                f"uint8 and (N, {', '.join(map(str, info.image_shape))})."
            )
        if not np.issubdtype(labels.dtype, np.integer) or labels.shape != images.shape[:1]:
            raise DataError(
                f"{where} has labels of dtype {labels.dtype} and shape {labels.shape} for "
                f"{counted(len(images), 'image')}. Expected one integer for each image."
            )
        if len(labels) == 0:
            raise DataError(f"{where} is empty.")
        if labels.min() < 0 or labels.max() >= len(info.class_names):
            raise DataError(
                f"{where} has labels from {labels.min()} to {labels.max()}. Expected 0 to "
                f"{len(info.class_names) - 1}, the indices of the class names."
            )
