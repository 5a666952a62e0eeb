"""`zookit predict`."""

import json
import os
import random
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Command, Outcome
from made_runs import digits, two_classes
from permissions import permissions_obeyed
from PIL import ExifTags, Image
from terminal import written_in_terminal

from zookit.core import BadParameter, Split
from zookit.core.data import read_image
from zookit.core.messages import at_command_line
from zookit.data.prepared import prepare
from zookit.data.split_choice import choose_split
from zookit.inference.predict import predict
from zookit.plugins.datasets.mnist import Mnist

pytestmark = pytest.mark.xdist_group("shared runs")

AT = 7
"""The test image that is predicted."""


@pytest.fixture
def images() -> Split:
    """The test images of MNIST's sample."""
    return prepare(Mnist(), "sample", "mnist", "").splits.test


def lines_of(outcome: Outcome) -> list[dict[str, Any]]:
    assert outcome.code == 0, outcome
    return [json.loads(line) for line in outcome.out.splitlines()]


def test_every_kind_of_image_file(zookit: Command, images: Split, tmp_path: Path) -> None:
    pixels = images.images[AT, :, :, 0]
    grey = Image.fromarray(pixels)
    rotated = Image.Exif()
    rotated[ExifTags.Base.Orientation] = 6
    transparent = Image.fromarray(np.dstack([np.zeros_like(pixels), pixels]), "LA")
    same = {
        "grey.png": grey,
        "colour.png": grey.convert("RGB"),
        "opaque.png": grey.convert("RGBA"),
        "deep.png": Image.fromarray(pixels.astype(np.uint16) * 257),
        "grey.bmp": grey,
        "grey.gif": grey,
        "lossless.webp": grey.convert("RGB"),
        "rotated.png": grey.transpose(Image.Transpose.ROTATE_90),
    }
    near = {
        "grey.jpg": grey,
        "large.png": grey.resize((280, 280)),
        "wide.png": grey.resize((300, 100)),
        "tiny.png": grey.resize((5, 3)),
        "transparent.png": transparent,
    }
    options: dict[str, dict[str, Any]] = {
        "rotated.png": {"exif": rotated},
        "lossless.webp": {"lossless": True},
    }
    for name, image in {**same, **near}.items():
        image.save(tmp_path / name, **options.get(name, {}))
    names = [*same, *near]
    lines = lines_of(zookit("predict", digits().folder, *names, "--json"))
    assert [line["file"] for line in lines] == names
    (true,) = lines_of(zookit("predict", digits().folder, "--image", str(AT), "--json"))
    for line in lines[: len(same)]:
        assert line["label"] == true["label"]
        assert line["probability"] == pytest.approx(true["probability"], abs=1e-6)
    # All are read as data sets read them, whatever the prediction.
    expected = predict(digits(), np.stack([read_image(tmp_path / n, (28, 28, 1)) for n in names]))
    assert [line["label"] for line in lines] == expected.argmax(1).tolist()
    assert [line["probability"] for line in lines] == pytest.approx(expected.max(1), abs=1e-6)


def test_a_test_image_with_its_true_class(zookit: Command, images: Split) -> None:
    folder = digits().folder
    label = int(images.labels[AT])
    probabilities = predict(digits(), images.images[AT : AT + 1])[0]
    (line,) = lines_of(zookit("predict", folder, "--image", str(AT), "--top", "2", "--json"))
    assert line["image"] == AT
    assert line["true"] == {"class": str(label), "label": label}
    assert line["split"] == "test"
    assert [each["label"] for each in line["top"]] == np.argsort(-probabilities)[:2].tolist()
    caption, *rest = zookit("predict", folder, "--image", str(AT)).out.splitlines()
    for each in (
        f"image {AT}",
        "1,000",
        "test split",
        "sample",
        "full",
        f"{label} (label {label})",
    ):
        assert each in caption
    assert any("@" in row for row in rest[:14])
    assert rest[14].split() == ["label", "class", "probability", "0", "to", "1"]
    rows = [row.split() for row in rest[15:25]]
    assert [row[:3] for row in rows] == [
        [str(at), str(at), f"{each:.4f}"] for at, each in enumerate(probabilities)
    ]
    best = int(probabilities.argmax())
    assert rows[best][3] == "#" * round(20 * float(probabilities[best]))
    assert [at for at, row in enumerate(rows) if row[-1] == "true"] == [label]
    assert [at for at, row in enumerate(rows) if "predicted" in " ".join(row)] == [best]
    result = rest[-1]
    assert f"predicted: {best}, probability {probabilities[best]:.4f}" in result
    assert ("wrong: it is" in result) == (best != label)


def test_an_image_of_another_split(zookit: Command) -> None:
    train = prepare(Mnist(), "sample", "mnist", "").splits.train
    outcome = zookit("predict", digits().folder, "--image", "5999", "--split", "train", "--json")
    (line,) = lines_of(outcome)
    assert (line["split"], line["image"]) == ("train", 5999)
    assert line["true"]["label"] == train.labels[5999]
    expected = predict(digits(), train.images[5999:])[0]
    assert line["probability"] == pytest.approx(expected.max(), abs=1e-6)


def test_a_file_is_shown_like_an_image_of_the_data_set(
    zookit: Command, images: Split, tmp_path: Path
) -> None:
    Image.fromarray(images.images[AT, :, :, 0]).save(tmp_path / "a.png")
    by_number = zookit("predict", digits().folder, "--image", str(AT)).out.splitlines()
    by_file = zookit("predict", digits().folder, "a.png").out.splitlines()
    assert by_file[0].startswith("a.png")
    without_mark = [row.replace(", true", "").replace("true", "").split() for row in by_number]
    assert [row.split() for row in by_file[1:-1]] == without_mark[1:-1]
    assert "right" not in by_file[-1]
    top = zookit("predict", digits().folder, "a.png", "--top", "3").out.splitlines()
    shown = [float(row.split()[2]) for row in top[-6:-3]]
    assert shown == sorted(shown, reverse=True)
    assert "7 more classes" in top[-3]


def test_a_prediction_that_is_near_even(zookit: Command, tmp_path: Path) -> None:
    """The run on 40 images has hardly learned anything."""
    run = two_classes()
    pixels = np.random.default_rng(0).integers(0, 256, (1, 8, 8, 3), np.uint8)
    Image.fromarray(pixels[0]).save(tmp_path / "a.png")
    probabilities = predict(run, pixels)[0]
    unsure = bool(probabilities.max() < 2 / 3)
    (line,) = lines_of(zookit("predict", run.folder, "a.png", "--json"))
    assert line["unsure"] == unsure
    assert ("unsure" in zookit("predict", run.folder, "a.png").out) == unsure


def test_what_was_done_to_a_file_and_what_looks_wrong(
    zookit: Command, images: Split, tmp_path: Path
) -> None:
    digit = Image.fromarray(images.images[AT, :, :, 0])
    paper = Image.fromarray(255 - images.images[AT, :, :, 0])
    digit.save(tmp_path / "moving.gif", save_all=True, append_images=[paper])
    paper.save(tmp_path / "paper.png")
    paper.save(tmp_path / "paper 2.png")
    digit.resize((1, 1)).save(tmp_path / "dot.png")
    for arguments, expected in (
        (["moving.gif"], ["moving.gif: ", "first frame"]),
        (["dot.png"], ["dot.png: ", "1 x 1"]),
        (["paper.png"], ["paper.png: ", "--invert"]),
        (["paper.png", "paper 2.png", "--json"], ["paper.png and 1 more: ", "--invert"]),
    ):
        outcome = zookit("predict", digits().folder, *arguments)
        assert outcome.code == 0, outcome
        (line,) = outcome.err.splitlines()
        for each in expected:
            assert each in line
    assert not zookit("predict", digits().folder, "paper.png", "--invert").err


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
        (b"", "empty"),
        (b"%PDF-1.4", "PDF"),
        (b"<!doctype html><title>Sign in</title>", "web page"),
        (b"<svg/>", "SVG"),
        (b"\0\0\0\x18ftypisom", "video"),
    ],
)
def test_a_file_that_is_something_else(
    zookit: Command, tmp_path: Path, content: bytes, kind: str
) -> None:
    (tmp_path / "photo.jpg").write_bytes(content)
    message = zookit("predict", digits().folder, "photo.jpg").message()
    assert message.startswith(f"zookit: photo.jpg is {'' if kind == 'empty' else 'a'}")
    assert kind in message
    assert "PNG" in message


def test_a_row_for_each_file(zookit: Command, images: Split, tmp_path: Path) -> None:
    (tmp_path / "a" / "deep").mkdir(parents=True)
    names = ["a/2.png", "a/deep/1.png", "b.png", "new\nline.png"]
    for at, name in enumerate(names):
        Image.fromarray(images.images[at, :, :, 0]).save(tmp_path / name)
    outcome = zookit("predict", digits().folder, "a", *names[2:], "--top", "3")
    assert outcome.code == 0, outcome
    rows = [line.split() for line in outcome.out.splitlines()]
    assert [row[0] for row in rows] == [*names[:3], r"new\nline.png"]
    for row, each in zip(rows, predict(digits(), images.images[:4]), strict=True):
        best = np.argsort(-each)[:3]
        assert row[1:] == [text for at in best for text in (str(at), f"{each[at]:.4f}")]


def test_invert_swaps_dark_and_light(zookit: Command, images: Split, tmp_path: Path) -> None:
    folder = digits().folder
    Image.fromarray(255 - images.images[AT, :, :, 0]).save(tmp_path / "paper.png")
    (plain,) = lines_of(zookit("predict", folder, "paper.png", "--json"))
    (inverted,) = lines_of(zookit("predict", folder, "paper.png", "--json", "--invert"))
    (true,) = lines_of(zookit("predict", folder, "--image", str(AT), "--json"))
    assert inverted["label"] == true["label"]
    assert inverted["probability"] == pytest.approx(true["probability"], abs=1e-6)
    assert plain["probability"] != pytest.approx(inverted["probability"], abs=1e-6)


def test_top_is_limited_to_all_classes(zookit: Command, images: Split, tmp_path: Path) -> None:
    Image.fromarray(images.images[AT, :, :, 0]).save(tmp_path / "a.png")
    (line,) = lines_of(zookit("predict", digits().folder, "a.png", "--json", "--top", "99"))
    probabilities = [each["probability"] for each in line["top"]]
    assert len({each["label"] for each in line["top"]}) == 10
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(probabilities) == pytest.approx(1, abs=1e-5)
    assert line["class"] == line["top"][0]["class"]


def test_two_classes(zookit: Command, tmp_path: Path) -> None:
    run = two_classes()
    pixels = np.random.default_rng(0).integers(0, 256, (3, 8, 8, 3), np.uint8)
    for at, each in enumerate(pixels):
        Image.fromarray(each).save(tmp_path / f"{at}.png")
    lines = lines_of(zookit("predict", run.folder, tmp_path, "--json", "--top", "2"))
    for line, (dark, light) in zip(lines, predict(run, pixels).tolist(), strict=True):
        by_class = {each["class"]: each["probability"] for each in line["top"]}
        assert by_class == pytest.approx({"dark": dark, "light": light}, abs=1e-5)
        assert line["class"] == ("light" if light > dark else "dark")


def test_messages_name_options_as_the_reader_writes_them() -> None:
    splits = prepare(Mnist(), "sample", "mnist", "").splits
    chosen = choose_split(splits, "test", "sample", "mnist")

    def asked() -> list[str]:
        with pytest.raises(BadParameter) as missing:
            choose_split(splits, "validation", "sample", "mnist")
        with pytest.raises(BadParameter) as outside:
            chosen.check(len(chosen.split))
        return [str(missing.value), str(outside.value)]

    assert not any("--" in message for message in asked())
    with at_command_line():
        for message, option in zip(asked(), ("--validation", "--split"), strict=True):
            assert option in message


def test_files_that_are_not_images_are_skipped(
    zookit: Command, images: Split, tmp_path: Path
) -> None:
    good = tmp_path / "good.png"
    Image.fromarray(images.images[AT, :, :, 0]).save(good)
    (tmp_path / "notes.txt").write_text("not an image")
    os.mkfifo(tmp_path / "pipe.png")
    names = ["notes.txt", "good.png", "pipe.png", "gone.png"]
    outcome = zookit("predict", digits().folder, *names, "--json")
    assert [line["file"] for line in lines_of(outcome)] == ["good.png"]
    warnings = outcome.err.splitlines()
    assert len(warnings) == 3
    for warning, name in zip(warnings, ("notes.txt", "pipe.png", "gone.png"), strict=True):
        assert warning.startswith("zookit: ")
        assert name in warning


def test_files_that_may_not_be_read_are_skipped(
    zookit: Command, images: Split, tmp_path: Path
) -> None:
    for name in ("good.png", "secret.png"):
        Image.fromarray(images.images[AT, :, :, 0]).save(tmp_path / name)
    (tmp_path / "secret.png").chmod(0)
    with permissions_obeyed():
        outcome = zookit("predict", digits().folder, "secret.png", "good.png", "--json")
        message = zookit("predict", digits().folder, "secret.png").message()
    assert [line["file"] for line in lines_of(outcome)] == ["good.png"]
    for text in (outcome.err, message):
        assert "secret.png" in text
        assert "Permission denied" in text
        assert "Invalid value" not in text


def test_damaged_images_cause_no_traceback(zookit: Command, tmp_path: Path) -> None:
    choose = random.Random(3)
    noise = np.random.default_rng(0).integers(0, 256, (12, 9, 3), np.uint8)
    for at in range(40):
        path = tmp_path / f"{at:02}.png"
        Image.fromarray(noise).save(path, choose.choice(["PNG", "JPEG", "GIF", "BMP", "WEBP"]))
        content = bytearray(path.read_bytes())
        for _ in range(choose.randrange(5)):
            content[choose.randrange(len(content))] = choose.randrange(256)
        path.write_bytes(content[: choose.choice([len(content), choose.randrange(len(content))])])
    files = sorted(path.name for path in tmp_path.iterdir())
    outcome = zookit("predict", digits().folder, *files, "--json")
    read = {line["file"] for line in lines_of(outcome)}
    lines = [line for line in outcome.err.splitlines() if "skipped" in line]
    skipped = {word for line in lines for word in line.split() if word in files}
    assert read | skipped == set(files)
    assert not read & skipped
    assert skipped


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ["no files", "--image"]),
        (["a.png", "--image", "0"], ["files and --image"]),
        (["--image", "0", "--invert"], ["--invert"]),
        (["--image", "1000"], ["image 1000", "test split", "0 to 999", "--split"]),
        (["--image", "6000", "--split", "train"], ["image 6000", "train split", "0 to 5999"]),
        (["--image", "-1"], ["image -1"]),
        (["--image", "0", "--split", "validation"], ["no validation split", "train and test"]),
        (["--image", "0", "--split", "tset"], ["'tset'"]),
        (["a.png", "--split", "test"], ["--split", "--image"]),
        (["a.png", "--top", "0"], ["--top"]),
        (["gone.png"], ["gone.png", "PNG"]),
        (["empty"], ["empty", "PNG"]),
        (["https://example.org/a.png"], ["example.org", "downloaded"]),
    ],
)
def test_errors(zookit: Command, tmp_path: Path, arguments: list[str], expected: list[str]) -> None:
    (tmp_path / "empty" / "deeper").mkdir(parents=True)
    outcome = zookit("predict", digits().folder, *arguments)
    assert outcome.code == 2, outcome
    for each in expected:
        assert each in outcome.err.splitlines()[-1]


def test_images_that_no_file_has(zookit: Command, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(digits().folder, tmp_path / "copy"))
    environment = json.loads((copy / "environment.json").read_text())
    environment["data"]["image_shape"] = [28, 28, 2]
    (copy / "environment.json").write_text(json.dumps(environment))
    message = zookit("predict", copy, "a.png").message()
    assert "28 x 28 x 2" in message
    assert "1 or 3 channels" in message


def test_a_copy_predicts_without_its_data(
    zookit: Command, images: Split, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = Path(shutil.copytree(digits().folder, tmp_path / "elsewhere" / "copy"))
    Image.fromarray(images.images[AT, :, :, 0]).save(tmp_path / "a.png")
    expected = predict(digits(), images.images[AT : AT + 1])[0]
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("ZOOKIT_DISABLE", "mnist")
    (line,) = lines_of(zookit("predict", "copy", "a.png", "--json", "--runs-dir", "elsewhere"))
    assert line["label"] == expected.argmax()
    assert line["probability"] == pytest.approx(expected.max())
    assert not (tmp_path / "cache").exists()
    message = zookit("predict", copy, "--image", "0").message()
    assert "zookit/mnist" in message
    assert "ZOOKIT_DISABLE" in message


@pytest.mark.slow
def test_the_progress_bar_is_not_in_the_output(images: Split, tmp_path: Path) -> None:
    """With stderr a terminal and stdout a file."""
    (tmp_path / "images").mkdir()
    for at in range(3):
        Image.fromarray(images.images[at, :, :, 0]).save(tmp_path / "images" / f"{at}.png")
    command = f"{sys.executable} -m zookit predict {digits().folder} images > output.txt"
    shown = written_in_terminal(["sh", "-c", command], "stderr", tmp_path)
    assert b"predicting" in shown
    assert b"images/0.png" not in shown
    lines = (tmp_path / "output.txt").read_text().splitlines()
    assert [line.split()[0] for line in lines] == [f"images/{at}.png" for at in range(3)]


@pytest.mark.slow
def test_that_tensorflow_starts_is_shown_in_a_terminal(images: Split, tmp_path: Path) -> None:
    Image.fromarray(images.images[AT, :, :, 0]).save(tmp_path / "a.png")
    command = [sys.executable, "-m", "zookit", "predict", str(digits().folder), "a.png"]
    assert b"starting TensorFlow" in written_in_terminal(command, "stderr", tmp_path)
