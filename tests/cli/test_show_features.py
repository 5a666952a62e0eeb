"""`zookit show RUN --features`."""

import shutil
from pathlib import Path

import pytest
from conftest import Command
from made_runs import digits, two_classes
from PIL import Image

pytestmark = pytest.mark.xdist_group("shared runs")


def size_of(file: Path) -> tuple[int, int]:
    with Image.open(file) as image:
        assert image.format == "PNG"
        return image.size


def test_the_feature_maps_of_a_run(zookit: Command, tmp_path: Path) -> None:
    words = ("show", two_classes().folder, "--features", "--image")
    found = zookit(*words, "1")
    assert found.code == 0, found
    assert "image 1" in found.out
    assert "test split" in found.out
    assert "features.png" in found.out
    assert size_of(tmp_path / "features.png")[0] == 928
    found = zookit(*words, "3", "--split", "train", "--sheet", "maps.png")
    assert "train split" in found.out
    assert size_of(tmp_path / "maps.png") == size_of(tmp_path / "features.png")


def test_a_model_without_convolutions(zookit: Command, tmp_path: Path) -> None:
    message = zookit("show", digits().folder, "--features", "--image", "1").message()
    assert "dense" in message
    assert "no convolution" in message
    assert list(tmp_path.glob("*.png")) == []


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), "Add --image N"),
        (("--image", "0", "--values"), "--values is not for --features"),
        (("--image", "0", "--on", "mnist"), "--on is not for --features"),
        (("--image", "999999"), "no image 999999"),
        (("--image", "0", "--sheet", "maps.gif"), ".png"),
    ],
)
def test_wrong_options(zookit: Command, options: tuple[str, ...], expected: str) -> None:
    outcome = zookit("show", two_classes().folder, "--features", *options)
    assert expected in outcome.message()


def test_a_run_needs_the_option(zookit: Command) -> None:
    folder = two_classes().folder
    for name in (folder, folder.name, folder.name[:-2], "latest"):
        message = zookit("show", name, "--runs-dir", folder.parent).message()
        assert "is a run, which zookit report shows" in message
        assert "--features --image 0" in message
    message = zookit("show", "latest").message()
    assert "has no runs" in message
    assert "zookit show" not in message  # a component with a similar name


def test_a_component_with_the_name_of_a_run_is_shown(zookit: Command, tmp_path: Path) -> None:
    shutil.copytree(two_classes().folder, tmp_path / "dense")
    assert "units" in zookit("show", "dense").out
    assert "is a run" in zookit("show", "./dense").message()
