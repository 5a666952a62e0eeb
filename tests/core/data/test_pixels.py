"""Pictures that Pillow refuses or reads wrongly have the pixels that a browser shows on white."""

import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from bounded import bounded
from made_png import GREY, GREY_ALPHA, PALETTE, RGB, RGBA, SIGNATURE, chunk, png
from PIL import ExifTags, Image

from zookit.core import DataError
from zookit.core.data import read_image

BIG = b"x" * (2 << 20)


def grey(path: Path, content: bytes, width: int, height: int = 1) -> list[int]:
    path.write_bytes(content)
    pixels = read_image(path, (height, width, 3))
    assert (pixels == pixels[..., :1]).all()
    return [int(value) for value in pixels[..., 0].reshape(-1)]


def words(*values: int) -> bytes:
    return struct.pack(f">{len(values)}H", *values)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "picture.png"


@pytest.mark.parametrize("transparent", range(4))
def test_transparent_2_bit_grey(path: Path, transparent: int) -> None:
    content = png((4, 1), GREY, 2, b"\x1b", chunk(b"tRNS", words(transparent)))
    expected = [0, 85, 170, 255]
    expected[transparent] = 255
    assert grey(path, content, 4) == expected


@pytest.mark.parametrize(
    ("depth", "pixels", "transparent", "expected"),
    [
        (1, b"\xa0", 0, [255, 255, 255, 255]),
        (1, b"\xa0", 1, [255, 0, 255, 0]),
        (4, b"\x01\x7f", 7, [0, 17, 255, 255]),
        (4, b"\x01\x7f", 1, [0, 255, 119, 255]),
        (8, b"\x00\x01\x02\x03", 2, [0, 1, 255, 3]),
        (8, b"\x00\x01\x02\x03", 0x5502, [0, 1, 255, 3]),  # only the low bits count
        (16, words(0, 1, 256, 65535), 1, [0, 255, 0, 255]),
        (16, words(0, 1, 256, 65535), 0, [255, 0, 0, 255]),
    ],
)
def test_transparent_grey(
    path: Path, depth: int, pixels: bytes, transparent: int, expected: list[int]
) -> None:
    content = png((4, 1), GREY, depth, pixels, chunk(b"tRNS", words(transparent)))
    assert grey(path, content, 4) == pytest.approx(expected, abs=1)


@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_transparent_16_bit_rgb(path: Path, orientation: int) -> None:
    """All 16 bits count: the other pixels differ from the first in one low byte."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    first = (0x1212, 0x1212, 0x1212)
    others = [(0x1213, 0x1212, 0x1212), (0x1212, 0x1211, 0x1212), (0x1212, 0x1212, 0x12FF)]
    more = (chunk(b"tRNS", words(*first)), chunk(b"eXIf", exif.tobytes()[6:]))
    content = png((4, 1), RGB, 16, words(*sum([first, *others], ())), *more)
    size = (1, 4) if orientation == 6 else (4, 1)
    expected = [255, 0x12, 0x12, 0x12]
    assert grey(path, content, *size) == (expected[::-1] if orientation == 3 else expected)


@pytest.mark.parametrize("interlaced", [False, True])
def test_black_16_bit_rgb_is_not_transparent_black(path: Path, *, interlaced: bool) -> None:
    """As an image of one column, which interlacing stores in the same order."""
    pixels = words(0, 0, 0, 1, 1, 1)
    content = png((1, 2), RGB, 16, pixels, chunk(b"tRNS", words(0, 0, 0)))
    if interlaced:
        header = content[16:28] + b"\x01"
        content = SIGNATURE + chunk(b"IHDR", header) + content[33:]
    assert grey(path, content, 1, 2) == [255, 0]


def test_transparent_8_bit_rgb(path: Path) -> None:
    for high in (0, 0x0100):
        trns = chunk(b"tRNS", words(high + 7, high + 7, high + 7))
        assert grey(path, png((2, 1), RGB, 8, b"\x07\x07\x07\x08\x08\x08", trns), 2) == [255, 8]


@pytest.mark.parametrize(("colours", "bytes_of_pixel"), [(GREY, 1), (RGB, 3)])
@pytest.mark.parametrize("length", [0, 1, 3, 8])
def test_a_transparent_colour_of_a_wrong_length_does_not_count(
    path: Path, colours: int, bytes_of_pixel: int, length: int
) -> None:
    content = png((1, 1), colours, 8, b"\x07" * bytes_of_pixel, chunk(b"tRNS", b"\0" * length))
    assert grey(path, content, 1) == [7]


@pytest.mark.parametrize(
    ("colours", "pixels"),
    [
        (GREY_ALPHA, words(0, 0, 0x8000, 0xFFFF, 0, 0x8000)),
        (RGBA, words(0, 0, 0, 0, *[0x8000] * 3, 0xFFFF, 0, 0, 0, 0x8000)),
    ],
)
def test_16_bits_with_alpha(path: Path, colours: int, pixels: bytes) -> None:
    assert grey(path, png((3, 1), colours, 16, pixels), 3) == pytest.approx([255, 128, 127], abs=1)


def test_a_palette_with_alpha(path: Path) -> None:
    palette = chunk(b"PLTE", bytes([0, 0, 0, 10, 10, 10, 20, 20, 20, 30, 30, 30]))
    for alpha, expected in (
        (b"\x00", [255, 10, 20, 30]),
        (b"\x00\xff\x00", [255, 10, 255, 30]),
        (b"\xff\x80", [0, 132, 20, 30]),
    ):
        content = png((4, 1), PALETTE, 2, b"\x1b", palette, chunk(b"tRNS", alpha))
        assert grey(path, content, 4) == expected


METADATA = {
    "zTXt": chunk(b"zTXt", b"Comment\0\0" + zlib.compress(BIG)),
    "iTXt": chunk(b"iTXt", b"Comment\0\1\0\0\0" + zlib.compress(BIG)),
    "tEXt": chunk(b"tEXt", b"Comment\0" + BIG) * 40,
    "profile": chunk(b"iCCP", b"RGB\0\0" + zlib.compress(BIG)),
    "no profile": chunk(b"iCCP", b"RGB"),
    "a profile of another method": chunk(b"iCCP", b"RGB\0\7" + zlib.compress(b"x")),
    "short pHYs": chunk(b"pHYs", b"x"),
    "short gAMA": chunk(b"gAMA", b"x"),
    "wrong checksum": chunk(b"tEXt", b"Comment\0x")[:-1] + b"?",
}


@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("kind", METADATA)
def test_large_or_damaged_metadata_does_not_matter(path: Path, kind: str, where: str) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 3
    turned = chunk(b"eXIf", exif.tobytes()[6:])
    metadata = METADATA[kind]
    content = png(
        (2, 1), GREY, 8, b"\x05\x09", turned, *(metadata for _ in [0] if where == "before")
    )
    if where == "after":
        content = content[:-12] + metadata + content[-12:]
    with bounded():
        assert grey(path, content, 2) == [9, 5]


def test_damaged_pixels_are_refused_whatever_the_metadata(path: Path) -> None:
    content = png((2, 2), GREY, 8, b"\x05\x09\x05\x09", METADATA["zTXt"])
    path.write_bytes(content[:-24])
    with pytest.raises(DataError):
        read_image(path, (2, 2, 1))


def test_around_the_first_frame_of_a_gif_is_nothing(path: Path) -> None:
    """The frame of 1 x 1 blue pixel lies at (1, 1) on 3 x 3 pixels; the first colour is red."""
    palette = bytes([255, 0, 0, 0, 0, 255])
    screen = b"GIF89a" + struct.pack("<HHBBB", 3, 3, 0x80, 0, 0) + palette
    frame = b"," + struct.pack("<HHHHB", 1, 1, 1, 1, 0) + b"\x02\x02\x4c\x01\x00"
    path.write_bytes(screen + frame + b";")
    pixels = read_image(path, (3, 3, 3))
    assert pixels[1, 1].tolist() == [0, 0, 255]
    assert np.delete(pixels.reshape(9, 3), 4, 0).tolist() == [[255, 255, 255]] * 8


@pytest.mark.parametrize("start", [SIGNATURE, b"RIFF\xff\xff\xff\xffWEBPVP8X", b"BM", b"GIF89a"])
def test_a_file_without_end_is_not_read(path: Path, start: bytes) -> None:
    path.write_bytes(start)
    os.truncate(path, 40 << 30)
    with bounded(seconds=2), pytest.raises(DataError, match="1,073,741,824 bytes"):
        read_image(path, (8, 8, 3))


SIZES = {"PNG": ">II", "JPEG": ">HH", "GIF": "<HH", "BMP": "<II"}
"""How width and height are written, or height and width."""


@pytest.mark.parametrize("kind", SIZES)
def test_more_pixels_than_the_file_can_hold_take_no_memory(path: Path, kind: str) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (16, 16)).save(buffer, kind)
    small, large = (struct.pack(SIZES[kind], side, side) for side in (16, 9_000))
    content = buffer.getvalue().replace(small, large)
    if kind == "PNG":
        content = content[:12] + chunk(b"IHDR", content[16:29])[4:] + content[33:]
    path.write_bytes(content)
    with bounded(megabytes=20), pytest.raises(DataError, match="9,000 x 9,000 pixels"):
        read_image(path, (8, 8, 3))


def test_a_blank_image_may_be_small(path: Path) -> None:
    Image.new("1", (3_000, 3_000), 1).save(path)
    assert path.stat().st_size < 20_000
    assert (read_image(path, (8, 8, 1)) == 255).all()
