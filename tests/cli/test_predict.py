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
from PIL import ExifTags, Image
from terminal import written_in_terminal

from zookit.core import Split
from zookit.core.data import read_image
from zookit.data.prepared import prepare
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
    assert [each["label"] for each in line["top"]] == np.argsort(-probabilities)[:2].tolist()
    caption, *drawn, last = zookit("predict", folder, "--image", str(AT)).out.splitlines()
    assert caption == f"image {AT}: {label} (label {label})"
    assert len(drawn) == 14
    assert any("@" in row for row in drawn)
    assert last.split() == ["predicted", str(probabilities.argmax()), f"{probabilities.max():.4f}"]


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
    skipped = {word for line in outcome.err.splitlines() for word in line.split() if word in files}
    assert read | skipped == set(files)
    assert not read & skipped
    assert skipped


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ["no files", "--image"]),
        (["a.png", "--image", "0"], ["files and --image"]),
        (["--image", "0", "--invert"], ["--invert"]),
        (["--image", "1000"], ["image 1000", "0 to 999"]),
        (["--image", "-1"], ["image -1"]),
        (["a.png", "--top", "0"], ["'--top'"]),
        (["gone.png"], ["gone.png", "PNG"]),
        (["empty"], ["empty", "PNG"]),
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
