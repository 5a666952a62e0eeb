"""What a file is that is not an image, so that a message can say what to do with it."""

from pathlib import Path

from zookit.core.reading import open_regular

_HEAD = 1024
"""The bytes at the beginning of a file that are looked at."""

_CONVERT = "which must be converted to PNG or JPEG first"
_FRAME = "of which a frame must be saved as PNG or JPEG first"
_UNPACK = "which must be unpacked first"

_BEGINNINGS: tuple[tuple[tuple[bytes, ...], str], ...] = (
    ((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), f"is a TIFF or a camera's raw image, {_CONVERT}"),
    ((b"\xff\x0a", b"\0\0\0\x0cJXL "), f"is a JPEG XL image, {_CONVERT}"),
    ((b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51"), f"is a JPEG 2000 image, {_CONVERT}"),
    ((b"8BPS",), f"is a Photoshop file, {_CONVERT}"),
    ((b"gimp xcf",), f"is a GIMP file, {_CONVERT}"),
    ((b"\0\0\1\0", b"\0\0\2\0"), f"is an icon, {_CONVERT}"),
    ((b"P1\n", b"P2\n", b"P3\n", b"P4\n", b"P5\n", b"P6\n"), f"is a Netpbm image, {_CONVERT}"),
    ((b"\x1aE\xdf\xa3", b"FLV\1", b"\0\0\1\xba", b"\0\0\1\xb3"), f"is a video, {_FRAME}"),
    ((b"0&\xb2u",), f"is a video, {_FRAME}"),
    ((b"ID3", b"OggS", b"fLaC"), "is a recording of sound, not an image"),
    ((b"%PDF-",), "is a PDF document, whose page must be saved as PNG first"),
    ((b"%!PS",), f"is a PostScript file, {_CONVERT}"),
    ((b"PK\3\4", b"Rar!", b"7z\xbc\xaf"), f"is an archive, {_UNPACK}"),
    ((b"\x1f\x8b", b"BZh", b"\xfd7zXZ"), f"is a packed file, {_UNPACK}"),
    ((b"version https://git-lfs",), "is a Git LFS pointer; run git lfs pull to get the image"),
    ((b"\x89HDF", b"\x93NUMPY", b"\x7fELF", b"MZ"), "is a program's file, not an image"),
)
_RIFF = {b"AVI ": f"is a video, {_FRAME}", b"WAVE": "is a recording of sound, not an image"}
_BOXES = {
    b"avi": f"is an AVIF image, {_CONVERT}",
    b"he": f"is a HEIC image, {_CONVERT} (for example: magick photo.heic photo.jpg)",
    b"mif": f"is a HEIF image, {_CONVERT} (for example: magick photo.heif photo.jpg)",
    b"msf": f"is a HEIF image, {_CONVERT} (for example: magick photo.heif photo.jpg)",
    b"crx": f"is a camera's raw image, {_CONVERT}",
    b"": f"is a video, {_FRAME}",
}
"""By the brand of a file of ISO media boxes: HEIC, AVIF, MP4, MOV."""
_MARKUP = {
    "<svg": f"is an SVG drawing, {_CONVERT}",
    "<html": "is a web page; the image itself must be downloaded",
    "<!doctype html": "is a web page; the image itself must be downloaded",
}


def why_no_image(file: Path | bytes, formats: str) -> str:
    """Return the reason why a file, or its bytes, is not an image of these formats.

    The reason says what the file is, by its first kilobyte, and what to do with it, without the
    path.
    """
    if isinstance(file, bytes):
        return _described(file[:_HEAD]) or f"is not a {formats} image"
    try:
        with open_regular(file) as opened:
            head = opened.read(_HEAD) or b""
    except OSError:
        return f"is not a {formats} image"
    return _described(head) or f"is not a {formats} image"


def _described(head: bytes) -> str:
    if not head:
        return "is empty"
    if head[4:8] == b"ftyp":
        return next(text for brand, text in _BOXES.items() if head[8:12].startswith(brand))
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12], "")
    for beginnings, text in _BEGINNINGS:
        if head.startswith(beginnings):
            return text
    if not any(head):
        return "is full of zeros, as after a copy that was cut short"
    return _described_text(head.decode("utf-8-sig", "replace").lstrip().lower())


def _described_text(text: str) -> str:
    if text.startswith("<"):
        return next((what for mark, what in _MARKUP.items() if mark in text), "is an XML file")
    # A character of several bytes may have been cut.
    is_text = "".join(text.split()).removesuffix("\N{REPLACEMENT CHARACTER}").isprintable()
    return "is a text file, not an image" if is_text and "\ufffd" not in text[:-1] else ""
