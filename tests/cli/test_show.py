"""`zookit show`."""

import sys
from pathlib import Path

import pytest
from conftest import Command
from made_data import put_pictures
from model_site import ModelSite, models
from PIL import Image
from terminal import written_in_terminal

from zookit.data.prepared import prepare
from zookit.plugins.datasets.mnist import Mnist

__all__ = ["models"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("dense", ["units", "128", "whole number", "Units of each layer."]),
        ("stop_at_loss", ["threshold", "0.4", "callback of zookit=="]),
        ("image_folder", ["(required)", "path"]),
        (
            "horse_or_human",
            ["300 x 300 x 3, uint8", "2: horses, humans", "1,027 train, 256 test", "CC BY 2.0"],
        ),
        ("zookit/mnist", ["mnist: data set of zookit=="]),
    ],
)
def test_a_component(zookit: Command, name: str, shown: list[str]) -> None:
    outcome = zookit("show", name)
    assert outcome.code == 0, outcome
    for each in shown:
        assert each in outcome.out


@pytest.mark.parametrize(
    ("arguments", "noun"),
    [
        (("dense", "--image", "0"), "an architecture"),
        (("sgd", "--sheet", "sheet.png"), "an optimizer"),
        (("mnist", "--on", "mnist"), "a data set"),
    ],
)
def test_an_option_for_another_kind(zookit: Command, arguments: tuple[str, ...], noun: str) -> None:
    assert f"this is {noun}." in zookit("show", *arguments).message()


def test_layers_on_a_data_set(zookit: Command) -> None:
    out = zookit("show", "cnn", "--on", "horse_or_human").out
    assert "(None, 300, 300, 3)" in out
    assert "499,105" in out


def test_pixel_values(zookit: Command) -> None:
    out = zookit("show", "mnist", "--image", "1", "--values", "--data", "sample").out
    train = prepare(Mnist(), "sample", "mnist", "").splits.train
    caption, *rows = out.rstrip().splitlines()
    assert "image 1 of the 6,000 in the train split of the sample" in caption
    assert caption.endswith(f": {train.labels[1]} (label {train.labels[1]})")
    assert [[int(value) for value in row.split()] for row in rows] == (
        train.images[1, :, :, 0].tolist()
    )


def test_an_image_without_colour_is_drawn_in_characters(zookit: Command) -> None:
    out = zookit("show", "mnist", "--image", "1", "--data", "sample").out
    _, *rows = out.splitlines()
    assert len(rows) == 14
    assert any("@" in row for row in rows)


def test_an_image_in_a_terminal_is_drawn_in_colour(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "zookit", "show", "horse_or_human", "--image", "0"]
    colours = {"COLORTERM": "truecolor", "COLUMNS": "80", "LINES": "40"}
    drawn = written_in_terminal([*command, "--data", "sample"], "stdout", tmp_path, **colours)
    assert b"image 0 of " in drawn
    assert b": horses (label 0)" in drawn
    assert "▀".encode() in drawn
    assert b"\x1b[38;2;" in drawn


def test_a_contact_sheet(zookit: Command, tmp_path: Path) -> None:
    outcome = zookit("show", "fashion_mnist", "--sheet", "sheet.png", "--data", "sample")
    assert outcome.code == 0, outcome
    assert "sheet.png" in outcome.out
    assert "sample" in outcome.out
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.format == "PNG"
    assert [path.name for path in tmp_path.iterdir()] == ["sheet.png"]


def test_what_augmentations_do(zookit: Command, tmp_path: Path) -> None:
    options = ("--sheet", "sheet.png", "--data", "sample")
    given = ("--augment", "rotation:0.1", "--augment", "flip+mixup")
    outcome = zookit("show", "horse_or_human", *given, *options)
    assert outcome.code == 0, outcome
    content = (tmp_path / "sheet.png").read_bytes()
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.height > 4 * 96
    assert zookit("show", "horse_or_human", *given, *options, "--force").code == 0
    assert (tmp_path / "sheet.png").read_bytes() == content
    assert "hue" in zookit("show", "mnist", "--augment", "hue", *options, "--force").message()


def test_another_split(zookit: Command, tmp_path: Path) -> None:
    test = prepare(Mnist(), "sample", "mnist", "").splits.test
    options = ("--split", "test", "--data", "sample")
    out = zookit("show", "mnist", "--image", "999", "--values", *options).out
    caption, *rows = out.rstrip().splitlines()
    assert "image 999 of the 1,000 in the test split" in caption
    assert [[int(value) for value in row.split()] for row in rows] == (
        test.images[999, :, :, 0].tolist()
    )
    outcome = zookit("show", "mnist", "--sheet", "sheet.png", *options)
    assert "test images" in outcome.out


def test_not_all_of_thousands_of_classes_are_named(zookit: Command, tmp_path: Path) -> None:
    for at in range(2000):
        (tmp_path / "photos" / f"class_{at:04}").mkdir(parents=True)
    out = zookit("show", "image_folder:photos,size=8").out
    assert "2,000: class_0000, class_0001" in out
    assert "class_0099 and 1,900 more" in " ".join(out.split())
    assert "class_0100" not in out


def test_images_of_ones_own_have_no_other_numbers(zookit: Command, tmp_path: Path) -> None:
    put_pictures(tmp_path / "photos", dark=10, light=10)
    out = zookit("show", "image_folder:photos,size=8", "--image", "2").out
    assert "image 2 of the 16 in the train split: " in out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("dens",), "dense"),
        (("dense:unitz=3",), "unitz"),
        (("mnist", "--values"), "--image"),
        (("mnist", "--on", "mnist"), "--on"),
        (("dense", "--image", "0"), "--image"),
        (("mnist", "--image", "6000", "--data", "sample"), "train split of the sample"),
        (("mnist", "--image", "1000", "--split", "test", "--data", "sample"), "0 to 999"),
        (("mnist", "--image", "0", "--split", "validation", "--data", "sample"), "validation"),
        (("mnist", "--split", "test"), "--image"),
        (("mnist", "--augment", "flip"), "--sheet"),
        (("mnist", "--augment", "flipp", "--sheet", "sheet.png"), "--augment flip"),
        (("mnist", "--sheet", "none/sheet.png", "--data", "sample"), "none/sheet.png"),
        (("mnist", "--image", "0", "--data", "some"), "'some'"),
        (("https://me:secret@example.org/run",), "https://example.org/run is the address of a run"),
    ],
)
def test_errors(zookit: Command, arguments: tuple[str, ...], expected: str) -> None:
    assert expected in zookit("show", *arguments).message()


@pytest.mark.usefixtures("renamed")
@pytest.mark.parametrize("words", ["alpha", "zookit-renamed/alpha", "alpha:units=4"])
def test_an_old_name_shows_the_component_of_the_new_name(zookit: Command, words: str) -> None:
    shown = zookit("show", words)
    assert shown.code == 0
    assert "'alpha' is now called 'beta'." in shown.out
    assert "beta: architecture of zookit-renamed==2.0" in shown.out
    assert "units (now width)" in shown.out
    assert "'alpha' is now" not in zookit("show", "beta").out


def test_the_card_of_a_model(models: ModelSite, zookit: Command, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    card = "# tiny\n\nA *tiny* [model], \x1b[31mred.\n\n| a | b |\n"
    folder = models.install(tmp_path / "run", card=card)
    out = zookit("show", "tiny").out
    assert out.startswith("tiny: model of zookit-tiny==1.0\n# tiny\n\nA *tiny* [model], \\x1b[31m")
    assert "show tiny" in zookit("show", "tinny").message()
    assert "this is a model" in zookit("show", "tiny", "--image", "0").message()
    message = zookit("show", "tiny:units=4").message()
    assert "no parameters" in message
    assert message.endswith("Write tiny.")
    (folder / "card.md").write_text("other")
    assert "card.md has been changed" in zookit("show", "tiny").message()
