"""One picture file of any kind to pixels of a given shape."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from zookit.core.errors import DataError, reason_of

if TYPE_CHECKING:
    import numpy.typing as npt

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")
MAX_PIXELS = 89_478_485
"""The most pixels a picture may have: Pillow's own warning limit, a quarter gigabyte of RGB."""
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What EXIF's orientations ask for; 1 is upright."""


def read_image(path: Path, shape: tuple[int, int, int]) -> "npt.NDArray[np.uint8]":
    """A picture as uint8 of `shape` (height, width, channels 1 or 3).

    The picture is turned as its EXIF orientation says, the first frame taken, transparency laid
    over white. Its largest centred part of the wanted aspect ratio is kept and scaled (bilinear,
    antialiased).

    Raises DataError with the reason, and without the path, where it cannot be read.
    """
    with without_warnings():
        return decode(path, shape)


@contextmanager
def without_warnings() -> Iterator[None]:
    """Keeps back Pillow's doubts about metadata and large pictures. For one thread at a time."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def decode(path: Path, shape: tuple[int, int, int]) -> "npt.NDArray[np.uint8]":
    """What `read_image` does, for many threads: whoever starts them keeps warnings back."""
    height, width, channels = shape
    try:
        with Image.open(path, formats=FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise Image.DecompressionBombError
            picture.load()
            flat = _over_white(_upright(picture)).convert("L" if channels == 1 else "RGB")
    except UnidentifiedImageError:
        raise DataError(f"is no {', '.join(FORMATS[:-1])} or {FORMATS[-1]} picture") from None
    except Image.DecompressionBombError:
        raise DataError(f"has more than {MAX_PIXELS:,} pixels") from None
    except MemoryError:
        raise  # the machine's fault, not the picture's
    except Exception as error:  # noqa: BLE001 - whatever Pillow's decoders raise on damaged files
        raise DataError(f"cannot be read ({reason_of(error)})") from None
    if flat.size != (width, height):
        flat = ImageOps.fit(flat, (width, height), Image.Resampling.BILINEAR)
    return np.asarray(flat, np.uint8).reshape(shape)


def _upright(picture: Image.Image) -> Image.Image:
    try:
        turn = _TURNS.get(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 - damaged metadata does not cost the picture
        return picture
    return picture if turn is None else picture.transpose(turn)


def _over_white(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):  # 16-bit grey: Pillow's convert would clip instead of scale.
        values = np.asarray(picture)
        see_through = values == picture.info.get("transparency", -1)
        return Image.fromarray(np.where(see_through, 255, values // 257).astype(np.uint8))
    if not picture.has_transparency_data:
        return picture
    layer = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
