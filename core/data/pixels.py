"""Load the pixels of image files as browsers show them, even where Pillow does not."""

import io
import os
import struct
import zlib
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageFile

MAX_PIXELS = 89_478_485
"""The largest number of pixels of an image: where Pillow warns, a quarter gigabyte of RGB."""
MAX_BYTES = 1 << 30
"""More than any image of so many pixels takes, except for metadata."""
_IN_MEMORY = 1 << 26
"""The largest file in bytes that is read whole before it is decoded."""
_PIXELS_PER_BYTE = 10_000
"""More than a file can contain, except in WebP: zlib compresses to 1/1032, a pixel may be a bit."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PIXEL_CHUNKS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
_TRANSPARENT = {b"\0": 2, b"\2": 6}
"""By the kind of colours: how many bytes name the transparent one. Of others, nothing is."""
_MOST_CHUNKS = 1 << 17
_LARGEST_CHUNKS = 1 << 28
"""In bytes."""

_SAMPLES = {"1": (1, 255), "L;2": (3, 85), "L;4": (15, 17), "L": (255, 1)}
"""For Pillow's name of a PNG's samples: their largest value, and what Pillow multiplies them by."""


def open_image(file: BinaryIO, formats: tuple[str, ...]) -> ImageFile.ImageFile:
    """Return the first frame of an image file, loaded, with what is transparent.

    Of a PNG file whose metadata is damaged, or larger than Pillow accepts, the pixels are loaded
    without it. Raises DecompressionBombError for more than MAX_PIXELS pixels, OSError for more than
    MAX_BYTES, and whatever Pillow does.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if size > MAX_BYTES:
        raise OSError(f"it has more than {MAX_BYTES:,} bytes")
    if size <= _IN_MEMORY:
        # Pillow reads as many bytes as a chunk claims. A file allocates them before it reads;
        # BytesIO allocates what it has.
        file = io.BytesIO(file.read(size))
    try:
        return _opened(file, size, formats)
    except (MemoryError, Image.DecompressionBombError):
        raise
    except Exception:
        stripped = _without_metadata(file)
        if stripped is None:
            raise
        return _opened(stripped, size, formats)


def _opened(file: BinaryIO, size: int, formats: tuple[str, ...]) -> ImageFile.ImageFile:
    image = Image.open(file, formats=formats)
    pixels = image.width * image.height
    if pixels > MAX_PIXELS:
        raise Image.DecompressionBombError
    if pixels > _PIXELS_PER_BYTE * size and image.format != "WEBP":
        raise OSError(f"{size:,} bytes cannot hold {image.width:,} x {image.height:,} pixels")
    # Loading empties the list of tiles.
    samples, part = (image.tile[0][3], image.tile[0][1]) if image.tile else ("", None)
    if image.format == "PNG":
        _load_png(image, file, samples)
    else:
        image.load()
    if image.format == "GIF" and part != (0, 0, *image.size) and "transparency" not in image.info:
        around = Image.new("L", image.size, 0)
        around.paste(255, part)
        image.putalpha(around)
    return image


def _load_png(image: ImageFile.ImageFile, file: BinaryIO, samples: object) -> None:
    transparent = image.info.get("transparency")
    if transparent is not None and samples in _SAMPLES:
        # Pillow compares the value of the file with the multiplied samples.
        largest, factor = _SAMPLES[str(samples)]
        image.info["transparency"] = (transparent & largest) * factor
    elif transparent is not None and samples == "RGB":
        image.info["transparency"] = tuple(value & 255 for value in transparent)
    image.load()
    if transparent is not None and samples == "RGB;16B":
        # Pillow drops the low bytes. As little-endian samples it drops the others.
        file.seek(0)
        with Image.open(file, formats=("PNG",)) as low:
            low.tile = [low.tile[0]._replace(args="RGB;16L")]
            both = np.asarray(image).astype(np.uint16) << 8 | np.asarray(low)
        del image.info["transparency"]
        image.putalpha(Image.fromarray(np.uint8(255) * (both != transparent).any(2)))


def _without_metadata(file: BinaryIO) -> BinaryIO | None:
    """Return a PNG file with nothing but its pixels and EXIF data; None for other files."""
    file.seek(0)
    if file.read(len(_SIGNATURE)) != _SIGNATURE:
        return None
    kept = io.BytesIO()
    kept.write(_SIGNATURE)
    for _ in range(_MOST_CHUNKS):
        header = file.read(8)
        if len(header) < 8:
            break
        length, kind = struct.unpack(">I4s", header)
        if kept.tell() + length > _LARGEST_CHUNKS:
            return None
        if kind == b"tRNS" and length != _TRANSPARENT.get(kept.getvalue()[25:26], length):
            file.seek(length + 4, io.SEEK_CUR)
        elif kind in _PIXEL_CHUNKS:
            kept.write(header + file.read(length + 4))
        elif kind == b"eXIf" and length < 1 << 16:
            chunk = file.read(length + 4)
            if chunk[-4:] == zlib.crc32(kind + chunk[:-4]).to_bytes(4, "big"):
                kept.write(header + chunk)
        else:
            file.seek(length + 4, io.SEEK_CUR)
    kept.seek(0)
    return kept
