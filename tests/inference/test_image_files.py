"""Image files as input of a model."""

import io
import logging
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bounded import bounded
from hypothesis import given, settings
from hypothesis import strategies as st
from permissions import permissions_obeyed
from PIL import Image

from zookit.core import DataError
from zookit.core.data import read_image
from zookit.inference.image_files import find_image_files, load_image_files, read_images
from zookit.inference.image_notes import ImageNotes

NOTES = ImageNotes((8, 8, 1))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with images, with files that are not images, and with hidden files."""
    folder = tmp_path / "mixed"
    (folder / "sub").mkdir(parents=True)
    for at, name in enumerate(("0.png", "1.png", "sub/2.png")):
        Image.new("L", (8, 8), 50 * at).save(folder / name)
    image = (folder / "0.png").read_bytes()
    for hidden in (".hidden.png", "Thumbs.db", "desktop.ini", "sub/.DS_Store"):
        (folder / hidden).write_bytes(image)
    return folder


def test_files_of_folders_without_hidden_ones(folder: Path) -> None:
    files = [Path("gone.png"), folder, folder / "1.png"]
    assert list(find_image_files(files)) == [
        Path("gone.png"),
        folder / "0.png",
        folder / "1.png",
        folder / "sub" / "2.png",
        folder / "1.png",
    ]


def test_junk_links_and_unreadable_folders(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("@eaDir/0.png", "#recycle/3.png", "sub/__MACOSX/2.png", "0.png~", "private/4.png"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes((folder / "0.png").read_bytes())
    for at in range(10):
        (folder / f"link{at}").mkdir()
        for other in range(10):
            (folder / f"link{at}" / f"to {other}").symlink_to(folder / f"link{other}")
    (folder / "private").chmod(0)
    with bounded(seconds=2), permissions_obeyed():
        files = list(find_image_files([folder]))
    assert files == [folder / "0.png", folder / "1.png", folder / "sub" / "2.png"]
    (line,) = caplog.messages
    assert line.startswith(f"{folder / 'private'} ")
    with bounded(seconds=2), permissions_obeyed(), pytest.raises(DataError, match="private"):
        list(find_image_files([folder / "private"]))


def test_unreadable_files_are_skipped_with_a_warning(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "cut.png").write_bytes(encoded("PNG")[:150])
    (folder / "notes.txt").write_text("not an image")
    os.mkfifo(folder / "pipe.png")
    names = ["0.png", "cut.png", "notes.txt", "pipe.png", "gone.png", "sub/2.png"]
    files = [folder / name for name in names]
    blocks = list(read_images(files, 2, NOTES))
    assert [file for block, _ in blocks for file in block] == [files[0], files[-1]]
    assert [images[0, 0, 0, 0] for _, images in blocks] == [0, 100]
    assert all(record.levelno == logging.WARNING for record in caplog.records)
    assert len(caplog.messages) == 4
    reasons = ("cannot be read", "is a text file", "is not a file", "does not exist")
    for line, file, reason in zip(caplog.messages, files[1:-1], reasons, strict=True):
        assert line.startswith(f"{file} {reason}")


def test_images_are_scaled_like_those_of_data_sets(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (12, 30, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "a.png")
    ((files, images),) = read_images([tmp_path / "a.png"], 10, ImageNotes((8, 8, 3)))
    assert files == [tmp_path / "a.png"]
    assert np.array_equal(images[0], read_image(tmp_path / "a.png", (8, 8, 3)))
    ((_, inverted),) = read_images(files, 10, ImageNotes((8, 8, 3), invert=True))
    assert np.array_equal(inverted, 255 - images)


def test_files_are_read_block_by_block(folder: Path) -> None:
    files = iter([folder / "1.png"] * 1000)
    first, images = next(read_images(files, 100, NOTES))
    assert len(first) == len(images) == 100
    assert len(list(files)) == 900


def test_all_at_once(folder: Path) -> None:
    images = load_image_files([folder, folder / "1.png"], NOTES)
    assert images.shape == (4, 8, 8, 1)
    assert images.dtype == np.uint8
    assert images[:, 0, 0, 0].tolist() == [0, 50, 100, 50]
    with pytest.raises(DataError, match=r"gone\.png does not exist"):
        load_image_files([folder, folder / "gone.png"], NOTES)
    (folder / "empty").mkdir()
    with pytest.raises(DataError, match="no image files"):
        load_image_files([folder / "empty"], NOTES)


def encoded(kind: str, **options: Any) -> bytes:
    noise = np.random.default_rng(0).integers(0, 256, (12, 9, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, kind, **options)
    return buffer.getvalue()


WHOLE = [encoded(kind) for kind in ("PNG", "JPEG", "GIF", "BMP", "WEBP")]


def damaged(whole: bytes, changes: list[tuple[int, int]], length: int) -> bytes:
    content = bytearray(whole)
    for at, byte in changes:
        content[at % len(content)] = byte
    return bytes(content[:length])


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.builds(
            damaged,
            st.sampled_from(WHOLE),
            st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=4),
            st.integers(0, 1500),
        ),
        max_size=5,
    )
)
def test_damaged_images_are_read_or_skipped(contents: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, f"{at}.png") for at in range(len(contents))]
        for file, content in zip(files, contents, strict=True):
            file.write_bytes(content)
        read = [
            file
            for block, _ in read_images(files, 2, ImageNotes((8, 8, 3), (0, 9)))
            for file in block
        ]
    assert set(read) <= set(files)
    assert read == sorted(read)
