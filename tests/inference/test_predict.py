"""`zookit predict`: pictures of every kind to classes and probabilities."""

import io
import json
import os
import random
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Command, Outcome
from hypothesis import given, settings
from hypothesis import strategies as st
from made_data import put_pictures
from made_runs import make_whole, trained
from PIL import ExifTags, Image
from terminal import written_in_terminal

from zookit.core import BadParameter, BadRun, Split
from zookit.core.data import read_image
from zookit.data.prepared import prepare
from zookit.inference.image_files import read_images
from zookit.inference.predict import Predictor, predict
from zookit.inference.rebuild import rebuild_model
from zookit.plugins.datasets.mnist import Mnist
from zookit.runs.arrays import numbered, save_arrays
from zookit.runs.run import RunRecord

pytestmark = pytest.mark.xdist_group("predict")

AT = 7
"""The test image that is told of."""


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory, session_cache: Path) -> RunRecord:
    """A run on MNIST's sample."""
    return trained(
        tmp_path_factory.mktemp("runs"), session_cache, "mnist", "dense:8", data="sample"
    )


@pytest.fixture
def images() -> Split:
    """The test images of MNIST's sample."""
    return prepare(Mnist(), "sample", "mnist", "").splits.test


def told(outcome: Outcome) -> list[dict[str, Any]]:
    assert outcome.code == 0, outcome
    return [json.loads(line) for line in outcome.out.splitlines()]


def test_every_kind_of_picture(
    zookit: Command, digits: RunRecord, images: Split, tmp_path: Path
) -> None:
    pixels = images.images[AT, :, :, 0]
    grey = Image.fromarray(pixels)
    turned = Image.Exif()
    turned[ExifTags.Base.Orientation] = 6
    see_through = Image.fromarray(np.dstack([np.zeros_like(pixels), pixels]), "LA")
    same = {
        "grey.png": grey,
        "colour.png": grey.convert("RGB"),
        "opaque.png": grey.convert("RGBA"),
        "deep.png": Image.fromarray(pixels.astype(np.uint16) * 257),
        "grey.bmp": grey,
        "grey.gif": grey,
        "lossless.webp": grey.convert("RGB"),
        "turned.png": grey.transpose(Image.Transpose.ROTATE_90),
    }
    near = {
        "grey.jpg": grey,
        "large.png": grey.resize((280, 280)),
        "wide.png": grey.resize((300, 100)),
        "tiny.png": grey.resize((5, 3)),
        "see-through.png": see_through,
    }
    options: dict[str, dict[str, Any]] = {
        "turned.png": {"exif": turned},
        "lossless.webp": {"lossless": True},
    }
    for name, picture in {**same, **near}.items():
        picture.save(tmp_path / name, **options.get(name, {}))
    names = [*same, *near]
    lines = told(zookit("predict", digits.folder, *names, "--json"))
    assert [line["file"] for line in lines] == names
    (true,) = told(zookit("predict", digits.folder, "--image", str(AT), "--json"))
    for line in lines[: len(same)]:
        assert line["label"] == true["label"]
        assert line["probability"] == pytest.approx(true["probability"], abs=1e-6)
    # By the rule that data sets are read with, whatever comes of it.
    expected = predict(digits, np.stack([read_image(tmp_path / n, (28, 28, 1)) for n in names]))
    assert [line["label"] for line in lines] == expected.argmax(1).tolist()
    assert [line["probability"] for line in lines] == pytest.approx(expected.max(1), abs=1e-6)


def test_a_test_image_is_told_with_what_it_is(
    zookit: Command, digits: RunRecord, images: Split
) -> None:
    label, said = int(images.labels[AT]), predict(digits, images.images[AT : AT + 1])[0]
    (line,) = told(zookit("predict", digits.folder, "--image", str(AT), "--top", "2", "--json"))
    assert line["image"] == AT
    assert line["true"] == {"class": str(label), "label": label}
    assert [each["label"] for each in line["top"]] == np.argsort(-said)[:2].tolist()
    caption, *drawn, last = zookit("predict", digits.folder, "--image", str(AT)).out.splitlines()
    assert caption == f"image {AT}: {label} (label {label})"
    assert len(drawn) == 14
    assert any("@" in row for row in drawn)
    assert last == f"predicted  {said.argmax()} {said.max():.4f}"


def test_lines_are_aligned(
    zookit: Command, digits: RunRecord, images: Split, tmp_path: Path
) -> None:
    (tmp_path / "a" / "deep").mkdir(parents=True)
    names = ["a/2.png", "a/deep/1.png", "b.png", "new\nline.png"]
    for at, name in enumerate(names):
        Image.fromarray(images.images[at, :, :, 0]).save(tmp_path / name)
    outcome = zookit("predict", digits.folder, "a", *names[2:], "--top", "3")
    assert outcome.code == 0, outcome
    lines = outcome.out.splitlines()
    assert [line.split("  ")[0] for line in lines] == [*names[:3], r"new\nline.png"]
    assert len({len(line) for line in lines}) == 1
    for line, said in zip(lines, predict(digits, images.images[:4]), strict=True):
        best = np.argsort(-said)[:3]
        assert line.split()[-6:] == [text for at in best for text in (str(at), f"{said[at]:.4f}")]


def test_invert_swaps_dark_and_light(
    zookit: Command, digits: RunRecord, images: Split, tmp_path: Path
) -> None:
    Image.fromarray(255 - images.images[AT, :, :, 0]).save(tmp_path / "paper.png")
    (plain,) = told(zookit("predict", digits.folder, "paper.png", "--json"))
    (inverted,) = told(zookit("predict", digits.folder, "paper.png", "--json", "--invert"))
    (true,) = told(zookit("predict", digits.folder, "--image", str(AT), "--json"))
    assert inverted["top"] == [
        {**true["top"][0], "probability": pytest.approx(true["probability"], abs=1e-6)}
    ]
    assert plain["probability"] != pytest.approx(inverted["probability"], abs=1e-6)


def test_more_than_all_classes(
    zookit: Command, digits: RunRecord, images: Split, tmp_path: Path
) -> None:
    Image.fromarray(images.images[AT, :, :, 0]).save(tmp_path / "a.png")
    (line,) = told(zookit("predict", digits.folder, "a.png", "--json", "--top", "99"))
    probabilities = [each["probability"] for each in line["top"]]
    assert len({each["label"] for each in line["top"]}) == 10
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(probabilities) == pytest.approx(1, abs=1e-5)
    assert line["class"] == line["top"][0]["class"]


def test_what_is_no_picture_is_named_and_the_rest_goes_on(
    zookit: Command, digits: RunRecord, images: Split, tmp_path: Path
) -> None:
    folder = tmp_path / "mixed"
    (folder / "sub").mkdir(parents=True)
    # More than a model is given at once.
    expected = [f"mixed/{at:03}.png" for at in range(260)] + ["mixed/sub/last.png"]
    for at, name in enumerate(expected):
        Image.fromarray(images.images[at, :, :, 0]).save(tmp_path / name)
    good = (folder / "000.png").read_bytes()
    (folder / "003.png").write_bytes(good[: len(good) // 2])
    (folder / "notes.txt").write_text("no picture")
    for hidden in (".hidden.png", "Thumbs.db", "desktop.ini", "sub/.DS_Store"):
        (folder / hidden).write_bytes(good)
    os.mkfifo(folder / "pipe.png")
    outcome = zookit("predict", digits.folder, "mixed", "mixed/pipe.png", "gone.png", "--json")
    lines = told(outcome)
    expected.remove("mixed/003.png")
    assert [line["file"] for line in lines] == expected
    assert [line["label"] for line in lines[-2:]] == (
        predict(digits, images.images[259:261]).argmax(1).tolist()
    )
    said = outcome.err.splitlines()
    assert len(said) == 4
    assert said[0].startswith("zookit: left out: mixed/003.png cannot be read (")
    assert said[1] == (
        "zookit: left out: mixed/notes.txt is not a PNG, JPEG, GIF, BMP or WEBP image"
    )
    assert said[2] == "zookit: left out: mixed/pipe.png is no file"
    assert said[3] == "zookit: left out: gone.png does not exist"


@pytest.mark.parametrize("named", ["empty", "gone.png", "notes.txt"])
def test_nothing_that_can_be_read(
    zookit: Command, digits: RunRecord, tmp_path: Path, named: str
) -> None:
    (tmp_path / "empty" / "deeper").mkdir(parents=True)
    (tmp_path / "notes.txt").write_text("no picture")
    assert f"no picture could be read from {named}. Name PNG" in (
        zookit("predict", digits.folder, named).message()
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "nothing is named. Name picture files"),
        (["a.png", "--image", "0"], "files are named beside --image"),
        (["--image", "0", "--invert"], "--invert is for picture files"),
        (["--image", "1000"], "there is no test image 1000; there are test images 0 to 999"),
        (["--image", "-1"], "there is no test image -1"),
        (["a.png", "--top", "0"], "Invalid value for '--top'"),
    ],
)
def test_what_contradicts_itself(
    zookit: Command, digits: RunRecord, arguments: list[str], said: str
) -> None:
    assert said in zookit("predict", digits.folder, *arguments).message()


def test_images_that_no_picture_file_has(
    zookit: Command, digits: RunRecord, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(digits.folder, tmp_path / "copy"))
    known = json.loads((copy / "environment.json").read_text())
    known["data"]["image_shape"] = [28, 28, 2]
    (copy / "environment.json").write_text(json.dumps(known))
    assert "28 x 28 x 2; picture files have 1 or 3 channels" in (
        zookit("predict", copy, "a.png").message()
    )


def test_a_copy_predicts_without_its_data(
    zookit: Command,
    digits: RunRecord,
    images: Split,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copy = Path(shutil.copytree(digits.folder, tmp_path / "elsewhere" / "copy"))
    Image.fromarray(images.images[AT, :, :, 0]).save(tmp_path / "a.png")
    said = predict(digits, images.images[AT : AT + 1])[0]
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("ZOOKIT_DISABLE", "mnist")
    (line,) = told(zookit("predict", "copy", "a.png", "--json", "--runs-dir", "elsewhere"))
    assert (line["label"], line["probability"]) == (said.argmax(), pytest.approx(said.max()))
    assert not (tmp_path / "cache").exists()
    message = zookit("predict", copy, "--image", "0").message()
    assert "no data set 'zookit/mnist'" in message
    assert "ZOOKIT_DISABLE" in message


def test_two_classes(zookit: Command, session_cache: Path, tmp_path: Path) -> None:
    """The head says how probable the second class is; each is told with its own probability."""
    put_pictures(tmp_path / "photos", dark=20, light=20)
    words = (f"image_folder:path={tmp_path / 'photos'},size=8", "cnn:filters=4,units=8")
    run = trained(tmp_path / "runs", session_cache, *words)
    files = sorted((tmp_path / "photos").rglob("*.png"))
    pixels = np.stack([read_image(file, (8, 8, 3)) for file in files])
    model = rebuild_model(run)
    # However little was learned, half of the pictures are to be of either class.
    middle = np.median(model.predict(pixels, verbose=0))
    bias = model.weights[-1]
    bias.assign(bias - np.log(middle / (1 - middle)))
    save_arrays(run.folder / "weights.safetensors", numbered("", model.weights))
    make_whole(run.folder)
    second = model.predict(pixels, verbose=0)[:, 0]
    lines = told(zookit("predict", run.folder, "photos", "--json", "--top", "2"))
    assert {line["class"] for line in lines} == {"dark", "light"}
    for line, is_second in zip(lines, second.tolist(), strict=True):
        assert line["class"] == ("dark", "light")[line["label"]]
        likelier, other = line["top"]
        assert likelier["probability"] == pytest.approx(max(is_second, 1 - is_second), abs=1e-5)
        assert likelier["probability"] + other["probability"] == pytest.approx(1)
        by_label = {each["label"]: each["probability"] for each in line["top"]}
        assert by_label[1] == pytest.approx(is_second, abs=1e-5)


def test_a_bar_keeps_out_of_what_is_printed(
    digits: RunRecord, images: Split, tmp_path: Path
) -> None:
    """With stderr a terminal and stdout a file."""
    (tmp_path / "pictures").mkdir()
    for at in range(3):
        Image.fromarray(images.images[at, :, :, 0]).save(tmp_path / "pictures" / f"{at}.png")
    command = f"{sys.executable} -m zookit predict {digits.folder} pictures > said.txt"
    shown = written_in_terminal(["sh", "-c", command], "stderr", tmp_path)
    assert b"predicting" in shown
    assert b"pictures/0.png" not in shown
    lines = (tmp_path / "said.txt").read_text().splitlines()
    assert [line.split()[0] for line in lines] == [f"pictures/{at}.png" for at in range(3)]


def test_arrays(digits: RunRecord, images: Split) -> None:
    model = rebuild_model(digits)
    predictor = Predictor(model)
    expected = model.predict(images.images[:600], verbose=0)
    np.testing.assert_allclose(predictor(images.images[:600]), expected, atol=1e-6)
    np.testing.assert_allclose(predict(digits, images.images[:3]), expected[:3], atol=1e-6)
    assert predictor(images.images[:0]).shape == (0, 10)
    wrongs: list[Any] = [images.images[:2, :27], images.images[0], images.images[:2].astype("f4")]
    for wrong in wrongs:
        with pytest.raises(BadParameter, match=r"the model takes uint8 \(N, 28, 28, 1\)"):
            predictor(wrong)
    model.weights[-1].assign(np.full(10, np.nan))
    with pytest.raises(BadRun, match="weights are not finite"):
        predictor(images.images[:1])


def test_pictures_are_read_as_they_are_needed(tmp_path: Path) -> None:
    Image.new("L", (8, 8), 9).save(tmp_path / "a.png")
    asked = iter([tmp_path / "a.png"] * 1000)
    blocks = read_images(asked, (8, 8, 1), 100)
    files, pixels = next(blocks)
    assert len(files) == len(pixels) == 100
    assert len(list(asked)) == 900


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
def test_damaged_pictures_are_read_or_left_out(contents: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, f"{at}.png") for at in range(len(contents))]
        for file, content in zip(files, contents, strict=True):
            file.write_bytes(content)
        read = [file for block, _ in read_images(files, (8, 8, 3), 2) for file in block]
    assert set(read) <= set(files)
    assert read == sorted(read)


def test_damaged_pictures_cost_no_traceback(
    zookit: Command, digits: RunRecord, tmp_path: Path
) -> None:
    rng = random.Random(3)
    for at in range(40):
        whole = rng.choice(WHOLE)
        changes = [(rng.randrange(400), rng.randrange(256)) for _ in range(rng.randrange(5))]
        content = damaged(whole, changes, rng.choice([len(whole), rng.randrange(len(whole))]))
        (tmp_path / f"{at:02}.png").write_bytes(content)
    files = sorted(path.name for path in tmp_path.iterdir())
    outcome = zookit("predict", digits.folder, *files, "--json")
    read = {line["file"] for line in told(outcome)}
    left_out = {line.split()[3] for line in outcome.err.splitlines()}
    assert read | left_out == set(files)
    assert not read & left_out
    assert left_out
