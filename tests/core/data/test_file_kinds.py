"""Files that are not images: the reason says what they are."""

import os
import tempfile
from pathlib import Path

import pytest
from bounded import bounded
from hypothesis import example, given, settings
from hypothesis import strategies as st

from zookit.core.data.file_kinds import why_no_image

KINDS = {
    "HEIC": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "HEIF": b"\0\0\0\x18ftypmif1\0\0\0\0",
    "AVIF": b"\0\0\0\x1cftypavif\0\0\0\0",
    "video": b"\0\0\0\x18ftypmp42\0\0\0\0",
    "a video": b"\x1aE\xdf\xa3\x01\0\0\0",
    "is a video": b"RIFF\0\0\0\0AVI LIST",
    "TIFF": b"II*\0\x08\0\0\0",
    "JPEG XL": b"\xff\x0a\xfa\x1f",
    "PDF": b"%PDF-1.7\n",
    "SVG": b'<?xml version="1.0"?>\n<!-- drawn --><svg xmlns="http://www.w3.org/2000/svg"/>',
    "web page": b"\n<!DOCTYPE HTML>\n<html><body>404 Not Found",
    "XML": b"<annotation><object/></annotation>",
    "Git LFS": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n",
    "archive": b"PK\x03\x04\x14\0",
    "packed": b"\x1f\x8b\x08\0",
    "sound": b"RIFF\0\0\0\0WAVEfmt ",
    "text": "Fünf Bilder\n".encode() * 100,
    "zeros": bytes(5000),
    "empty": b"",
}


@pytest.mark.parametrize("kind", KINDS)
def test_kinds(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "photo.jpg"
    file.write_bytes(KINDS[kind])
    reason = why_no_image(file, "PNG or JPEG")
    assert kind in reason
    assert "not a PNG or JPEG" not in reason


def test_unknown_content_and_no_file(tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(bytes(range(255, 100, -1)))
    os.mkfifo(tmp_path / "pipe")
    for name in ("noise", "pipe", "gone"):
        assert why_no_image(tmp_path / name, "PNG or JPEG") == "is not a PNG or JPEG image"


@settings(max_examples=60, deadline=None)
@example(b"<" + b"<!-- -->" * 200)
@example(b" " * 2000)
@given(
    st.binary(max_size=1500)
    | st.tuples(st.sampled_from(list(KINDS.values())), st.binary(max_size=40)).map(b"".join)
)
def test_any_content_gets_a_short_reason(content: bytes) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        with bounded(seconds=1, megabytes=64):
            reason = why_no_image(Path(file.name), "PNG")
    assert reason.startswith("is ")
    assert len(reason) < 150
