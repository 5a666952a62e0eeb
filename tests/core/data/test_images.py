"""Image files of every kind become arrays of a given shape, or are refused with a reason."""

import contextlib
import io
import tempfile
import warnings
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from bounded import bounded
from hypothesis import given, settings
from hypothesis import strategies as st
from made_png import GREY, RGB, chunk, png
from PIL import ExifTags, Image

from zookit.core import DataError
from zookit.core.data import read_image

if TYPE_CHECKING:
    import numpy.typing as npt

    Pixels = npt.NDArray[np.uint8]

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")
RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def read(content: bytes, shape: tuple[int, int, int]) -> "Pixels":
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "picture")
        path.write_bytes(content)
        return read_image(path, shape)


def noise(height: int = 12, width: int = 9) -> Image.Image:
    rng = np.random.default_rng(0)
    return Image.fromarray(rng.integers(0, 256, (height, width, 3), np.uint8))


def with_orientation(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    return exif


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("shape", [(10, 10, 3), (7, 5, 3), (23, 31, 3), (10, 10, 1)])
def test_every_format_keeps_its_colour(kind: str, shape: tuple[int, int, int]) -> None:
    pixels = read(encoded(Image.new("RGB", (10, 10), (200, 100, 50)), kind), shape)
    assert pixels.dtype == np.uint8
    assert pixels.shape == shape
    grey = 0.299 * 200 + 0.587 * 100 + 0.114 * 50
    expected = [grey] if shape[2] == 1 else [200, 100, 50]
    np.testing.assert_allclose(pixels, np.broadcast_to(expected, shape), atol=8)


@pytest.mark.parametrize("kind", ["PNG", "BMP"])
def test_pixels_of_the_given_size_are_unchanged(kind: str) -> None:
    assert (read(encoded(noise(), kind), (12, 9, 3)) == np.asarray(noise())).all()


@pytest.mark.parametrize(
    ("mode", "colour", "expected"),
    [
        ("RGBA", (255, 0, 0, 255), RED),
        ("RGBA", (255, 0, 0, 0), (255, 255, 255)),
        ("RGBA", (0, 0, 0, 128), (127, 127, 127)),
        ("LA", (0, 0), (255, 255, 255)),
        ("LA", (40, 255), (40, 40, 40)),
        ("L", 77, (77, 77, 77)),
        ("1", 1, (255, 255, 255)),
    ],
)
def test_every_mode_over_white(mode: str, colour: Any, expected: tuple[int, int, int]) -> None:
    content = encoded(Image.new(mode, (4, 4), colour), "PNG")
    np.testing.assert_allclose(
        read(content, (4, 4, 3)), np.broadcast_to(expected, (4, 4, 3)), atol=1
    )


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_a_transparent_palette_entry_is_white(kind: str) -> None:
    picture = Image.new("P", (4, 2), 0)
    picture.putpalette([*RED, *BLUE])
    picture.paste(1, (2, 0, 4, 2))
    pixels = read(encoded(picture, kind, transparency=1), (2, 4, 3))
    assert (pixels[:, :2] == RED).all()
    assert (pixels[:, 2:] == 255).all()


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("transparent", [None, 0, 40_000])
def test_16_bit_grey_keeps_its_scale(channels: int, transparent: int | None) -> None:
    values = np.linspace(0, 65535, 64).astype(np.uint16).reshape(8, 8)
    values[0, :2] = (40_000, 40_001)
    options = {} if transparent is None else {"transparency": transparent}
    pixels = read(encoded(Image.fromarray(values), "PNG", **options), (8, 8, channels))
    expected = np.where(values == transparent, 255, values / 257)
    np.testing.assert_allclose(pixels, np.repeat(expected[..., None], channels, 2), atol=1)


def test_cmyk_jpeg() -> None:
    content = encoded(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG")
    np.testing.assert_allclose(read(content, (8, 8, 3)), np.broadcast_to(RED, (8, 8, 3)), atol=8)


# In EXIF's terms: where row 0 and column 0 of the stored image are in the upright image.
STORED = {
    1: lambda upright: upright,  # top, left
    2: lambda upright: upright[:, ::-1],  # top, right
    3: lambda upright: upright[::-1, ::-1],  # bottom, right
    4: lambda upright: upright[::-1],  # bottom, left
    5: lambda upright: upright.swapaxes(0, 1),  # left, top
    6: lambda upright: upright.swapaxes(0, 1)[::-1],  # right, top
    7: lambda upright: upright.swapaxes(0, 1)[::-1, ::-1],  # right, bottom
    8: lambda upright: upright.swapaxes(0, 1)[:, ::-1],  # left, bottom
}


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("orientation", STORED)
def test_an_image_is_rotated_as_exif_says(orientation: int, kind: str) -> None:
    upright = np.zeros((32, 48, 3), np.uint8)
    upright[:16, :24], upright[:16, 24:], upright[16:, :24] = RED, GREEN, BLUE
    stored = Image.fromarray(np.ascontiguousarray(STORED[orientation](upright)))
    pixels = read(encoded(stored, kind, exif=with_orientation(orientation)), (32, 48, 3))
    # The middle of each quarter, since JPEG and WebP blur the edges.
    for at in ((8, 12), (8, 36), (24, 12), (24, 36)):
        np.testing.assert_allclose(pixels[at], upright[at], atol=12)


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0nonsense",
        b"Exif\0\0MM\0*\0\0\0\x08\0\x09\x01\x12",
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x02\0\x04\0\0\0abc\0\0\0\0\0",
    ],
    ids=["nonsense", "cut off", "orientation in letters"],
)
def test_damaged_exif_is_ignored(exif: bytes) -> None:
    content = encoded(noise(), "PNG", exif=exif)
    assert (read(content, (12, 9, 3)) == np.asarray(noise())).all()


def test_an_orientation_counts_although_other_metadata_is_damaged() -> None:
    turned = b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0"
    letters_for_a_fraction = b"\x01\x3e\0\x02\0\0\0\x04abc\0"
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x02" + turned + letters_for_a_fraction + b"\0\0\0\0"
    content = encoded(noise(), "PNG", exif=exif)
    assert (read(content, (9, 12, 3)) == np.rot90(np.asarray(noise()), -1)).all()


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_first_frame_of_an_animation(kind: str) -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in (RED, GREEN, BLUE)]
    options = {"save_all": True, "append_images": frames[1:], "duration": 50}
    pixels = read(encoded(frames[0], kind, **options), (16, 16, 3))
    np.testing.assert_allclose(pixels, np.broadcast_to(RED, (16, 16, 3)), atol=8)


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        ((30, 10), (10, 10, 3)),
        ((10, 30), (10, 10, 3)),
        ((300, 100), (10, 10, 3)),
        ((40, 10), (10, 20, 3)),
        ((10, 40), (20, 10, 3)),
        ((30, 10), (50, 50, 3)),
    ],
)
def test_largest_centred_part_is_kept(size: tuple[int, int], shape: tuple[int, int, int]) -> None:
    picture = Image.new("RGB", size, RED)
    width, height = size
    # The part that must remain is green: the whole short side, the middle of the long one.
    kept = (min(width, height * shape[1] // shape[0]), min(height, width * shape[0] // shape[1]))
    left, top = (width - kept[0]) // 2, (height - kept[1]) // 2
    picture.paste(GREEN, (left, top, left + kept[0], top + kept[1]))
    pixels = read(encoded(picture, "PNG"), shape)
    # Scaling blurs across the edges.
    inner = pixels[shape[0] // 10 : -shape[0] // 10, shape[1] // 10 : -shape[1] // 10]
    assert (inner == GREEN).all()


def png_that_claims(width: int, height: int) -> bytes:
    real = encoded(Image.new("L", (1, 1)), "PNG")
    with_size = b"IHDR" + width.to_bytes(4) + height.to_bytes(4) + real[24:29]
    return real[:12] + with_size + crc(with_size) + real[33:]


def crc(chunk: bytes) -> bytes:
    return zlib.crc32(chunk).to_bytes(4)


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (9_000, 9_000, "cannot be read"),  # below the limit, so it is tried
        (10_000, 10_000, "more than 89,478,485 pixels"),  # Pillow only warns
        (30_000, 30_000, "more than 89,478,485 pixels"),
        (2**31 - 1, 2**31 - 1, "more than 89,478,485 pixels"),
    ],
)
def test_decompression_bomb_is_refused(width: int, height: int, expected: str) -> None:
    with warnings.catch_warnings(record=True) as leaked:
        warnings.simplefilter("always")
        with pytest.raises(DataError, match=expected):
            read(png_that_claims(width, height), (8, 8, 3))
    assert not leaked


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "empty"),
        (b"just text", "text"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (encoded(noise(), "TIFF"), "TIFF"),
        (encoded(noise(), "PPM"), "Netpbm"),
        (bytes(range(128, 256)), "PNG, JPEG, GIF, BMP or WEBP"),
    ],
    ids=["empty", "text", "svg", "tiff", "ppm", "unknown"],
)
def test_other_files_are_refused(content: bytes, expected: str) -> None:
    with pytest.raises(DataError, match=expected):
        read(content, (8, 8, 3))


@pytest.mark.parametrize("exists", [True, False], ids=["folder", "nothing"])
def test_a_missing_file_or_a_folder_is_refused(tmp_path: Path, *, exists: bool) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_image(tmp_path if exists else tmp_path / "nothing", (8, 8, 3))


GOOD = [
    *(encoded(noise(), kind) for kind in FORMATS),
    encoded(noise(), "JPEG", progressive=True, exif=with_orientation(6)),
    encoded(noise().convert("CMYK"), "JPEG"),
    encoded(noise().convert("P"), "PNG", transparency=3),
    encoded(noise().convert("RGBA"), "PNG", exif=with_orientation(3)),
    encoded(noise().convert("RGBA"), "WEBP", lossless=True, exif=with_orientation(8)),
    encoded(noise().convert("P"), "GIF", save_all=True, append_images=[noise(5, 5)]),
    encoded(noise().convert("1"), "BMP"),
    png((9, 12), GREY, 2, bytes(range(36)), chunk(b"tRNS", b"\0\2")),
    png((9, 12), RGB, 16, bytes(range(216)) * 3, chunk(b"tRNS", bytes(range(6)))),
    png((9, 12), GREY, 8, bytes(108), chunk(b"zTXt", b"A\0\0" + zlib.compress(bytes(2 << 20)))),
]


@settings(max_examples=250, deadline=None)
@given(
    st.sampled_from(GOOD),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=4),
    st.integers(0, 2500),
    st.sampled_from([(8, 8, 3), (12, 9, 1)]),
)
def test_damaged_images_raise_nothing_but_data_error(
    good: bytes, changes: list[tuple[int, int]], length: int, shape: tuple[int, int, int]
) -> None:
    content = bytearray(good)
    for at, byte in changes:
        content[at % len(content)] = byte
    with bounded(), contextlib.suppress(DataError):  # and nothing else
        pixels = read(bytes(content[:length]), shape)
        assert pixels.dtype == np.uint8
        assert pixels.shape == shape


@pytest.mark.parametrize("high", [0x11, 0x7F, 0xFF])
def test_a_chunk_that_claims_more_than_the_file_has_takes_no_memory(high: int) -> None:
    content = bytearray(png((9, 12), RGB, 8, bytes(range(108)) * 3))
    content[content.index(b"IDAT") - 4] = high
    with bounded(), contextlib.suppress(DataError):
        assert read(bytes(content), (8, 8, 3)).shape == (8, 8, 3)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([b"", b"GIF89a", b"BM", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF"]),
    st.binary(max_size=200),
)
def test_random_bytes_raise_nothing_but_data_error(head: bytes, tail: bytes) -> None:
    with bounded(), contextlib.suppress(DataError):
        assert read(head + tail, (8, 8, 3)).shape == (8, 8, 3)
