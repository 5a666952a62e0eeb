"""One picture file of any kind to pixels of a given shape."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError
from zookit.core.errors import DataError

if TYPE_CHECKING:
    import numpy.typing as npt

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")
MAX_PIXELS = 89_478_485
"""The most pixels a picture may have: Pillow's own warning limit, a quarter gigabyte of RGB."""


def read_image(path: Path, shape: tuple[int, int, int]) -> "npt.NDArray[np.uint8]":
    """A picture as uint8 of `shape` (height, width, channels 1 or 3).

    The picture is turned as its EXIF orientation says, the first frame taken, transparency laid
    over white. Its largest centred part of the wanted aspect ratio is kept and scaled (bilinear,
    antialiased).

    Raises DataError with the reason, and without the path, where it cannot be read.
    """
    height, width, channels = shape
    try:
        with Image.open(path, formats=FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise Image.DecompressionBombError
            upright = ImageOps.exif_transpose(picture)
            flat = _over_white(upright).convert("L" if channels == 1 else "RGB")
    except UnidentifiedImageError:
        raise DataError(f"is no {', '.join(FORMATS[:-1])} or {FORMATS[-1]} picture") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise DataError(f"has more than {MAX_PIXELS:,} pixels") from None
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, IndexError) as error:
        # What Pillow's decoders raise on damaged files.
        raise DataError(f"cannot be read ({' '.join(str(error).split())})") from None
    if flat.size != (width, height):
        flat = ImageOps.fit(flat, (width, height), Image.Resampling.BILINEAR)
    return np.asarray(flat, np.uint8).reshape(shape)


def _over_white(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        # 16-bit grey: convert("L") would clip instead of scale.
        return picture.point(lambda v: v / 257).convert("L") if "16" in picture.mode else picture
    layer = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
