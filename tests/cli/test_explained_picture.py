"""`zookit predict --explain`."""

import json
from pathlib import Path

import pytest
from conftest import Command
from made_runs import digits, photos_folder, two_classes
from PIL import Image

pytestmark = pytest.mark.xdist_group("shared runs")


def size_of(file: Path) -> tuple[int, int]:
    with Image.open(file) as image:
        assert image.format == "PNG"
        return image.size


def test_many_files(zookit: Command, tmp_path: Path) -> None:
    """The picture has the first 24 of 40; what is printed is as without it."""
    folder = two_classes().folder
    found = zookit("predict", folder, photos_folder(), "--explain", "where.png")
    assert found.code == 0
    assert "first 24 of 40 images written to where.png" in found.err
    assert found.out == zookit("predict", folder, photos_folder()).out
    width, height = size_of(tmp_path / "where.png")
    assert 8 * 168 < height < 8 * 260
    assert 6 * 168 < width < 7 * 168


def test_a_file_of_somebody_else_is_not_replaced(zookit: Command, tmp_path: Path) -> None:
    (file, *_) = sorted(photos_folder().rglob("*.png"))
    words = ("predict", two_classes().folder, file, "--explain", "where.png")
    (tmp_path / "where.png").write_text("mine")
    assert "--force" in zookit(*words).message()
    assert (tmp_path / "where.png").read_text() == "mine"
    assert zookit(*words, "--force").code == 0
    assert size_of(tmp_path / "where.png")[0] < 700


def test_an_image_of_the_data_set(zookit: Command, tmp_path: Path) -> None:
    folder = digits().folder
    found = zookit("predict", folder, "--image", "7", "--explain", "where.png", "--json")
    assert found.code == 0
    (line,) = found.out.splitlines()
    assert json.loads(line)["image"] == 7
    assert "where the model looked written to where.png" in found.err
    assert size_of(tmp_path / "where.png")[0] < 700


@pytest.mark.usefixtures("fresh_cache")
def test_without_the_data_set_image_files_can_be_explained(zookit: Command) -> None:
    words = ("predict", "mnist_cnn", "--image", "7", "--explain", "where.png")
    message = zookit(*words).message()
    assert "ZOOKIT_DATA_DIR" in message
    assert "image files instead of --image" in message
    assert "--data" not in message


def test_an_image_to_predict_is_never_replaced(zookit: Command, tmp_path: Path) -> None:
    (source, *_) = sorted(photos_folder().rglob("*.png"))
    (tmp_path / "photos").mkdir()
    file = tmp_path / "photos" / "mine.png"
    file.write_bytes(source.read_bytes())
    for given in (file, file.parent):
        found = zookit("predict", two_classes().folder, given, "--explain", file, "--force")
        assert "would replace an image" in found.message()
    assert file.read_bytes() == source.read_bytes()


def test_only_png_files_are_written(zookit: Command) -> None:
    found = zookit("predict", digits().folder, "--image", "7", "--explain", "where.gif")
    assert ".png" in found.message()
