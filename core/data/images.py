"""Read an image file as pixels of a given shape."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from zookit.core.data.file_kinds import why_no_image
from zookit.core.data.pixels import MAX_PIXELS, open_image
from zookit.core.errors import DataError, reason_of
from zookit.core.reading import open_regular

if TYPE_CHECKING:
    import numpy.typing as npt

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")


def read_image(image: Path | bytes, shape: tuple[int, int, int]) -> "npt.NDArray[np.uint8]":
    """Return an image file as a uint8 array of `shape`.

    Of an animation the first frame is used. The image is rotated as its EXIF orientation says and
    laid over white where it is transparent. The largest centred part with the aspect ratio of
    `shape` is scaled (bilinear, antialiased).

    Args:
        image: a PNG, JPEG, GIF, BMP or WebP file, or the bytes of one.
        shape: height, width and channels; 1 channel is grey, 3 are RGB.

    Raises:
        DataError: the file cannot be read. The message is the reason, without the path.
    """
    with without_warnings():
        return decode(image, shape)


def shape_of_image(image: Path | bytes) -> tuple[int, int, int]:
    """Return the height, the width and the channels of an image file, upright; grey has 1, not 3.

    Raises DataError as `read_image` does.
    """
    with without_warnings(), upright_image(image) as opened:
        return natural_shape(opened)


def natural_shape(image: Image.Image) -> tuple[int, int, int]:
    """Return the height, the width and the channels of a decoded image."""
    is_grey = image.mode in ("1", "L", "LA", "La", "F") or image.mode.startswith("I")
    return image.height, image.width, 1 if is_grey else 3


@contextmanager
def without_warnings() -> Iterator[None]:
    """Suppress Pillow's warnings about metadata and large images. Not safe for use in threads."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def decode(image: Path | bytes, shape: tuple[int, int, int]) -> "npt.NDArray[np.uint8]":
    """Do what `read_image` does, but leave warnings to the caller; safe for use in threads."""
    with upright_image(image) as opened:
        return pixels_of(opened, shape)


@contextmanager
def upright_image(image: Path | bytes) -> Iterator[Image.Image]:
    """Open an image file, or the bytes of one, and rotate it as its EXIF orientation says.

    Raises DataError if it cannot be read, even if that is found within the context. The message is
    the reason, without the path.
    """
    try:
        with (
            io.BytesIO(image) if isinstance(image, bytes) else open_regular(image) as file,
            open_image(file, FORMATS) as opened,
        ):
            _turn_upright(opened)
            yield opened
    except UnidentifiedImageError:
        formats = f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}"
        raise DataError(why_no_image(image, formats)) from None
    except Image.DecompressionBombError:
        raise DataError(f"has more than {MAX_PIXELS:,} pixels; scale it down") from None
    except MemoryError:
        raise  # the machine has too little memory; the image may be fine
    except Exception as error:  # noqa: BLE001 - Pillow's decoders raise many types on damaged files
        raise DataError(f"cannot be read ({reason_of(error)})") from None


def pixels_of(image: Image.Image, shape: tuple[int, int, int]) -> "npt.NDArray[np.uint8]":
    """Return a decoded image as `read_image` does."""
    height, width, channels = shape
    flat = over_white(image).convert("L" if channels == 1 else "RGB")
    if flat.size != (width, height):
        flat = ImageOps.fit(flat, (width, height), Image.Resampling.BILINEAR)
    return np.asarray(flat, np.uint8).reshape(shape)


def _turn_upright(image: Image.Image) -> None:
    try:
        # In place, Pillow rotates the pixels before it rewrites the metadata, so an error while
        # rewriting does not matter.
        ImageOps.exif_transpose(image, in_place=True)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001, S110 - the metadata is damaged, but the pixels may be fine
        pass


def over_white(image: Image.Image) -> Image.Image:
    """Return an image laid over white where it is transparent; 16-bit grey becomes 8-bit."""
    if image.mode.startswith("I"):  # 16-bit grey: Pillow's convert would clip instead of scale
        values = np.asarray(image)
        transparent = values == image.info.get("transparency", -1)
        return Image.fromarray(np.where(transparent, 255, values // 257).astype(np.uint8))
    if not image.has_transparency_data:
        return image
    layer = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
