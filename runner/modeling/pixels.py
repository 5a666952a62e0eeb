"""Checks that images are raw pixels before a model gets them.

The input of a model is uint8. Keras casts other types without a word: images that were divided by
255 would become black.
"""

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np

from zookit.core import BadParameter, warn

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

_UNDIVIDED = "Pass them undivided: model.predict(x), with x as uint8 from 0 to 255"

_DARK = 8
"""Floats up to this that are not whole are scaled pixels, not dark images."""
_DIM = 16
"""Images whose brightest pixel is at most this are almost never photographs of the dark."""
_MARGIN = 0.01
"""How far computing in floats may exceed the range."""


def as_pixels(images: Any, shape: tuple[int, ...]) -> "npt.NDArray[np.uint8]":
    """Return images as uint8 (N, H, W, C), 0 to 255; numbers with a fraction are rounded.

    Grey images may lack the last axis.

    Args:
        images: an array or tensor of any type of number.
        shape: height, width and channels that the model takes.

    Raises:
        BadParameter: the images have another shape, or are not numbers from 0 to 255. Floats of 0
            to 1 are refused, unless all are 0.
    """
    try:
        array = np.asarray(images)
    except Exception as error:  # lists of unequal images, tensors of other frameworks
        raise _not_numbers(type(images).__name__, shape) from error
    if array.dtype.name == "bfloat16":
        array = array.astype(np.float32)
    if array.dtype.kind not in "fiub":
        named = array.dtype == object or array.dtype.kind in "US"
        kind = type(images).__name__ if named else array.dtype.name
        if isinstance(images, np.ndarray) and array.dtype == object:
            kind = "an array of Python objects"
        raise _not_numbers(kind, shape, _arrays_of(images, array))
    check_shape(array.shape, shape)
    if shape[-1] == 1 and array.ndim == len(shape):
        array = array[..., None]
    if array.size and array.dtype != np.uint8:
        _check_values(array)
        array = np.rint(array) if array.dtype.kind == "f" else array
    return array.astype(np.uint8, copy=False)


def _not_numbers(received: str, shape: tuple[int, ...], advice: str = "") -> BadParameter:
    return BadParameter(
        f"images must be one array of numbers, got {received}. Pass uint8 (N, {_text(shape)}), "
        f"with pixels from 0 to 255.{advice}"
    )


def _arrays_of(images: Any, array: "npt.NDArray[Any]") -> str:
    """Return where the images are that paths or a data set stand for."""
    if array.dtype.kind in "US" or isinstance(images, PurePath):
        return " For image files: run.predict(FILES)"
    if isinstance(images, np.ndarray) and images.dtype == object:
        return " To convert it: numpy.stack(images).astype('uint8')"
    if hasattr(images, "images"):
        return " The array of a split: split.images"
    return " The array of the test split: data.splits.test.images" * hasattr(images, "splits")


def check_shape(given: "Sequence[int | None]", shape: tuple[int, ...]) -> None:
    """Raise BadParameter unless images of a shape, None where unknown, fit a model's input."""
    got = tuple(given)
    if shape[-1] == 1 and len(got) == len(shape):
        got = (*got, 1)
    pairs = zip(got[1:], shape, strict=False)
    if len(got) == len(shape) + 1 and all(each in (None, size) for each, size in pairs):
        return
    raise BadParameter(
        f"images have shape ({', '.join(map(str, given))}), expected (N, {_text(shape)})."
        f"{_advice(tuple(given), shape)}"
    )


def warn_if_dim(pixels: "npt.NDArray[np.uint8]") -> None:
    """Warn about images that are almost black, as `why_dim` does."""
    text = why_dim(pixels)
    if text:
        warn(text)


def why_dim(pixels: "npt.NDArray[np.uint8]") -> str:
    """Return what looks wrong with images that are almost black, else an empty text.

    Almost always their pixels have another range: they were divided by 255, are masks of 0 and 1,
    or have 16 shades of grey.
    """
    # Looking at one image first is enough for most arrays.
    if pixels[:1].max(initial=0) > _DIM or not 0 < pixels.max(initial=0) <= _DIM:
        return ""
    brightest = int(pixels.max())
    return (
        f"the brightest pixel of the images is {brightest}, but the model takes raw pixels from 0 "
        f"to 255. If {brightest} stands for white: images * {255 / brightest:g}"
    )


def check_type(name: str) -> None:
    """Raise BadParameter unless images whose values are not known yet have the dtype uint8."""
    if name != "uint8":
        raise BadParameter(
            f"images have dtype {name} where values cannot be checked, expected uint8 from 0 to "
            "255. Declare keras.Input(shape, dtype='uint8'), or convert raw pixels: "
            "keras.ops.cast(x, 'uint8')"
        )


def _advice(given: tuple[int | None, ...], shape: tuple[int, ...]) -> str:
    height, width, channels = shape
    if given in (shape, (height, width)):
        return " For one image: images[None]; for a dataset of images: dataset.batch(32)"
    if given[1:] == (channels, height, width):
        return " If channels come first: images.transpose(0, 2, 3, 1)"
    if channels == 3 and given[1:] in ((height, width), (height, width, 1)):
        grey = "images[..., None]" if len(given) == 3 else "images"
        return f" To repeat grey to three channels: numpy.repeat({grey}, 3, axis=-1)"
    if channels == 1 and given[1:] == (height, width, 3):
        return " This model takes grey images; run.predict(FILES) converts image files."
    if len(given) == 4:
        return " To scale and crop image files to this size: run.predict(FILES)"
    return ""


def _check_values(array: "npt.NDArray[Any]") -> None:
    """Raise BadParameter unless all values are pixels from 0 to 255."""
    kind, name = array.dtype.kind, array.dtype.name
    if kind == "b":
        raise BadParameter(
            f"images have dtype {name}, expected uint8 from 0 to 255. Convert them: "
            "images.astype('uint8') * 255"
        )
    low, high = float(array.min()), float(array.max())
    received = f"images are {name} from {low:g} to {high:g}"
    if not np.isfinite([low, high]).all():
        raise BadParameter(f"{received}, expected finite pixels from 0 to 255.")
    scaled = f"{received}, but the model takes raw pixels from 0 to 255. {_UNDIVIDED}; or"
    if kind == "f" and low >= 0 and 0 < high <= 1:
        raise BadParameter(f"{scaled} x * 255")
    if kind == "f" and -1 <= low < 0 and high <= 1:
        back = "(x + 1) * 127.5" if low < -0.5 else "(x + 0.5) * 255"
        raise BadParameter(f"{scaled}, if they were scaled to that range: {back}")
    if kind == "f" and low >= 0 and high <= _DARK and (array % 1).any():
        raise BadParameter(f"{scaled}, if they are almost black: x.round()")
    if low < -_MARGIN or high > 255 + _MARGIN:
        raise BadParameter(f"{received}, expected raw pixels from 0 to 255.{_range(low, high)}")


def _range(low: float, high: float) -> str:
    if -128 <= low < -64 and high <= 127:
        return " For pixels that were shifted to -128 to 127: images + 128.0"
    if low >= 0 and high > 1023:
        return " For pixels of 16 bits: images / 257"
    if low > -64 and high < 319:
        return f" {_UNDIVIDED}; or, if resizing made them exceed the range: images.clip(0, 255)"
    return f" {_UNDIVIDED}"


def _text(shape: tuple[int, ...]) -> str:
    return ", ".join(map(str, shape))
