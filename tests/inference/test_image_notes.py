"""What is noted about image files: each kind once, with the number of files."""

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from zookit.core.data import read_image
from zookit.inference.image_files import load_image_files
from zookit.inference.image_notes import ImageNotes

GREY = Image.effect_noise((30, 30), 50)


def noted(caplog: pytest.LogCaptureFixture, files: list[Path], notes: ImageNotes) -> dict[str, int]:
    """Read the files; return each note with the level of its message."""
    caplog.set_level(logging.INFO, "zookit")
    caplog.clear()
    load_image_files(files, notes)
    return {record.message: record.levelno for record in caplog.records}


def saved(folder: Path, name: str, image: Image.Image, **options: Any) -> Path:
    image.save(folder / name, **options)
    return folder / name


def test_an_image_that_fits_has_no_notes(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    notes = ImageNotes((28, 28, 1), (0, 255))
    files = [
        saved(tmp_path, "grey.png", GREY),
        saved(tmp_path, "rgb.png", GREY.convert("RGB")),
        saved(tmp_path, "opaque.png", GREY.convert("RGBA")),
        saved(tmp_path, "still.gif", GREY),
        saved(tmp_path, "still.webp", GREY.convert("RGB")),
        saved(tmp_path, "deep.png", Image.fromarray(np.full((28, 28), 9000, np.uint16))),
    ]
    assert not noted(caplog, files, notes)


@pytest.mark.parametrize(
    ("name", "image", "options", "expected"),
    [
        ("a.gif", GREY, {"save_all": True, "append_images": [GREY.rotate(90)]}, ["first frame"]),
        ("a.png", GREY, {"save_all": True, "append_images": [GREY.rotate(90)]}, ["first frame"]),
        ("a.png", Image.new("RGBA", (28, 28), (9, 9, 9, 0)), {}, ["white"]),
        ("a.gif", Image.new("P", (28, 28), 3), {"transparency": 3}, ["white"]),
        ("a.jpg", Image.new("RGB", (28, 28), "red"), {}, ["grey"]),
        ("a.png", Image.new("L", (1, 1), 7), {}, ["enlarged", "1 x 1", "28 x 28"]),
        ("a.png", Image.new("L", (60, 30)), {}, ["30 x 30", "60 x 30"]),
        ("a.png", Image.new("L", (3000, 3000)), {}, ["reduced", "3000 x 3000"]),
    ],
)
def test_what_was_done(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    name: str,
    image: Image.Image,
    options: dict[str, Any],
    expected: list[str],
) -> None:
    file = saved(tmp_path, name, image, **options)
    ((line, _),) = noted(caplog, [file], ImageNotes((28, 28, 1))).items()
    assert line.startswith(f"{file}: ")
    for each in expected:
        assert each in line


def test_the_orientation_of_a_photo_counts(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    upright = Image.Exif()
    upright[0x0112] = 6
    file = saved(tmp_path, "a.jpg", Image.new("RGB", (64, 32)), exif=upright)
    assert not noted(caplog, [file], ImageNotes((64, 32, 3)))


def test_noting_changes_no_pixels(tmp_path: Path) -> None:
    frames = [GREY, Image.new("L", (30, 30), 255)]
    file = saved(tmp_path, "a.gif", frames[0], save_all=True, append_images=frames[1:])
    (read,) = load_image_files([file], ImageNotes((28, 28, 1), (0, 0)))
    assert np.array_equal(read, read_image(file, (28, 28, 1)))


def test_dark_and_light_swapped(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    paper = Image.new("L", (28, 28), 230)
    ImageDraw.Draw(paper).line((14, 6, 14, 22), fill=20, width=3)
    files = [saved(tmp_path, f"{at}.png", paper) for at in range(3)]
    ((line, level),) = noted(caplog, files, ImageNotes((28, 28, 1), (0, 4))).items()
    assert level == logging.WARNING
    assert line.startswith(f"{files[0]} and 2 more: ")
    assert "try invert=True" in line
    assert "(230 of 255)" in line
    assert "(0 to 4)" in line
    ((line, _),) = noted(caplog, files, ImageNotes((28, 28, 1), (0, 0))).items()
    assert "(0)" in line
    assert not noted(caplog, files, ImageNotes((28, 28, 1), (0, 4), invert=True))
    assert not noted(caplog, files, ImageNotes((28, 28, 1), (200, 255)))
    assert not noted(caplog, files, ImageNotes((28, 28, 1)))  # a run that did not record it
    ((line, _),) = noted(caplog, files, ImageNotes((28, 28, 1), (220, 255), invert=True)).items()
    assert "leave out invert=True" in line
