"""`zookit report`: what the page says, that it is self-contained, and how a browser shows it."""

import base64
import csv
import io
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import WIDTHS, Browser
from conftest import Command
from made_data import put_pictures
from made_runs import make_one, make_whole
from parsed_page import Page, check_whole
from PIL import Image
from safetensors.numpy import load_file, save

import zookit as zookit_package
from zookit.inference.scores import Scores
from zookit.runs.evaluation import load_evaluation
from zookit.runs.lock import locked
from zookit.runs.run import read_run

pytestmark = pytest.mark.xdist_group("report")

Edit = Callable[[Path], None]

DASH = "\N{EN DASH}"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, session_cache: Path) -> dict[str, Path]:
    """Two runs, and one like the first but with half as many units and two epochs."""
    folder = tmp_path_factory.mktemp("reported")
    images = put_pictures(folder / "images", dark=20, light=20)
    shared: dict[str, Any] = {"runs_dir": folder / "runs", "quiet": True, "batch_size": 64}
    mnist = {"data": "sample", "validation": 0.2, **shared}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZOOKIT_CACHE_DIR", str(session_cache))
        run = zookit_package.run
        first = run("mnist", "dense:8", ["stop_at_accuracy:0.999"], epochs=3, **mnist).folder
        second = run(f"image_folder:path={images},size=8", "dense:2", epochs=1, **shared).folder
    other = folder / "runs" / "other"
    shutil.copytree(first, other)
    experiment = (other / "experiment.toml").read_text()
    (other / "experiment.toml").write_text(re.sub(r"(units = \[\s*)8", r"\g<1>4", experiment))
    edit_json(other / "environment.json", lambda content: content.update(group="its own"))
    edit_json(other / "metrics.json", lambda content: content.update(epochs=2))
    for name in ("history.csv", "times.csv"):
        rows = (other / name).read_text().splitlines(keepends=True)
        (other / name).write_text("".join(rows[:3]))
    make_one(other)
    return {"mnist": first, "other": other, "two": second}


def reported(zookit: Command, *arguments: str | Path) -> Page:
    """The page of runs, from the file that the command names."""
    outcome = zookit("report", *arguments)
    assert outcome.code == 0, outcome
    assert not outcome.err
    return Page(Path(outcome.out.rstrip("\n")).read_text(encoding="utf-8"))


def edited(runs: dict[str, Path], folder: Path, edit: Edit, name: str = "edited") -> Path:
    """An edited copy of the run on MNIST."""
    copy = folder / name
    shutil.copytree(runs["mnist"], copy)
    (copy / "report.html").unlink(missing_ok=True)
    edit(copy)
    return copy


def edit_json(path: Path, change: Callable[[Any], object]) -> None:
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def name_classes(folder: Path, names: list[str]) -> None:
    edit_json(
        folder / "environment.json", lambda content: content["data"].update(class_names=names)
    )


def numbers(folder: Path) -> list[list[float]]:
    """The values of history.csv, and the seconds of times.csv, a row an epoch."""
    with (folder / "history.csv").open() as history, (folder / "times.csv").open() as times:
        rows = zip(list(csv.reader(history))[1:], list(csv.reader(times))[1:], strict=True)
        return [[float(each) for each in (*row[1:], time[1])] for row, time in rows]


def test_the_page_has_the_composition_and_the_results(
    runs: dict[str, Path], zookit: Command, tmp_path: Path
) -> None:
    run = read_run(runs["mnist"])
    outcome = zookit("report", run.folder)
    assert outcome.out == f"{run.folder / 'report.html'}\n"
    page = Page((run.folder / "report.html").read_text(encoding="utf-8"))
    check_whole(page)
    assert run.ending
    for expected in (
        "dense on mnist",
        run.name,
        "finished",
        "Trained 3 of 3 epochs.",
        f"{run.ending.test['accuracy']:.2%}",
        f"loss {run.ending.test['loss']:.4f}",
        "dense:units=8,activation=relu,dropout=0.0",
        "4,800 train + 1,200 validation + 1,000 test",
        "Dense(10, softmax)",
        run.environment.data.hash,
        run.environment.versions["tensorflow"],
        "zookit==",
    ):
        assert expected in page.text, expected
    # The exact values of the epochs come first.
    values = numbers(run.folder)
    flat = [value for row in values for value in row]
    assert page.exact[: len(flat)] == flat
    header, *rows = page.tables["epochs"]
    assert header == ["epoch", *run.history, "seconds"]
    assert rows == [
        [str(at), *(f"{value:.4f}" for value in row)] for at, row in enumerate(values, start=1)
    ]
    loss, accuracy, matrix, reliability = page.all("svg")
    assert f"training: 3 epochs, first {values[0][0]:.4f}" in loss["aria-label"]
    assert f"test: {run.ending.test['accuracy']:.4f}" in accuracy["aria-label"]
    assert "Confusion matrix of 10 classes" in matrix["aria-label"]
    assert "Reliability diagram" in reliability["aria-label"]


def test_the_page_has_scores_confusions_and_mistakes(
    runs: dict[str, Path], zookit: Command, tmp_path: Path
) -> None:
    page = reported(zookit, runs["mnist"])
    run = read_run(runs["mnist"])
    evaluation = load_evaluation(run)
    assert evaluation
    scores = Scores.of(evaluation, [str(label) for label in range(10)])
    header, *rows = page.tables["classes"]
    assert header == ["class", "precision", "recall", "F1", "images"]
    for row, *expected in zip(rows, scores.precision, scores.recall, scores.f1, strict=True):
        assert row[1:4] == [DASH if np.isnan(each) else f"{each:.4f}" for each in expected]
    assert [int(row[4]) for row in rows] == scores.support.tolist()
    _, *confusion = page.tables["confusion"]
    assert [[int(cell) for cell in row[1:]] for row in confusion] == scores.confusion.tolist()
    calibration, filled = scores.calibration, scores.calibration.images > 0
    assert f"The expected calibration error is {calibration.error:.4f}." in page.text
    _, *bins = page.tables["calibration"]
    assert [int(row[1].replace(",", "")) for row in bins] == calibration.images[filled].tolist()
    assert [row[3] for row in bins] == [f"{each:.4f}" for each in calibration.accuracy[filled]]
    wrong = int((evaluation.labels != evaluation.predicted).sum())
    assert f"{wrong} of 1,000 test images are misclassified." in page.text
    images = page.all("img")
    assert len(images) == 24
    for image, at, pixels in zip(images, evaluation.mistakes_at, evaluation.mistakes, strict=False):
        png = base64.b64decode(image["src"].removeprefix("data:image/png;base64,"))
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(png))), pixels[:, :, 0])
        predicted, true = evaluation.predicted[at], evaluation.labels[at]
        start = f"Test image {at}: predicted {predicted}, {evaluation.probability[at]:.1%}"
        assert image["alt"].startswith(start)
        assert image["alt"].endswith(f"true class {true}.")
        assert image["class"] == "small"


def test_of_a_model_without_images_the_mistakes_are_not_denied(
    zookit: Command, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    assert zookit("report", "mnist_cnn", "--output", page).code == 0
    text = Page(page.read_text(encoding="utf-8")).text
    assert "the images did not come with the model" in text
    assert "every test image is classified correctly" not in text


def test_the_folder_is_enough_and_equal_runs_have_equal_pages(
    runs: dict[str, Path], zookit: Command, tmp_path: Path
) -> None:
    first = reported(zookit, runs["mnist"]).source
    copy = edited(runs, tmp_path / "elsewhere", lambda folder: None, runs["mnist"].name)
    program = (
        "import sys\nfrom zookit.cli.app import main\n"
        "try: main()\nfinally: print(*sys.modules, file=sys.stderr)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, "--no-plugin", "zookit", "report", str(copy)],
        env={**os.environ, "ZOOKIT_CACHE_DIR": str(tmp_path / "empty")},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    assert (copy / "report.html").read_text(encoding="utf-8") == first
    modules = set(ended.stderr.split())
    assert "matplotlib" in modules
    assert not modules & {"tensorflow", "keras", "matplotlib.pyplot", "zookit.plugins.datasets"}


def test_a_run_of_two_classes_without_validation(runs: dict[str, Path], zookit: Command) -> None:
    page = reported(zookit, runs["two"])
    check_whole(page)
    assert page.tables["confusion"][0] == ["true \\ predicted", "dark", "light"]
    assert page.tables["epochs"][0] == ["epoch", "loss", "accuracy", "seconds"]
    assert "Dense(1, sigmoid)" in page.text
    assert "epoch took" in page.text
    assert "validation:" not in page.all("svg")[0]["aria-label"]


def test_several_runs_are_ranked_and_drawn_together(
    runs: dict[str, Path], zookit: Command, tmp_path: Path
) -> None:
    page = reported(zookit, runs["mnist"], runs["two"], runs["other"], runs["mnist"])
    assert (tmp_path / "report.html").is_file()
    check_whole(page)
    assert page.all("h1")
    assert "3 runs compared" in page.text
    rows = page.tables["texts"]
    assert [row[-1] for row in rows if "runs" in row[-1]] == ["runs", "runs"]
    for run in runs.values():
        assert sum(row[-1] == run.name for row in rows) == 1
    # Only runs on the same data are drawn together.
    labels = [each["aria-label"] for each in page.all("svg")]
    together = [each for each in labels if runs["mnist"].name in each]
    assert len(labels) == 4
    assert len(together) == 2
    assert all(runs["other"].name in each for each in together)
    ordered = [runs[name] for name in ("mnist", "two", "other")]
    expected = [numbers(folder) for folder in ordered]
    exact = page.exact
    for each in expected:
        flat = [value for row in each for value in row]
        starts = range(len(exact) - len(flat) + 1)
        assert any(exact[at : at + len(flat)] == flat for at in starts)
    assert "stop_at_accuracy:threshold=0.999" in page.text


def killed(folder: Path) -> None:
    (folder / "metrics.json").unlink()
    # The duration of the third epoch was not written.
    times = (folder / "times.csv").read_text().splitlines(keepends=True)
    (folder / "times.csv").write_text("".join(times[:3]))


def killed_at_once(folder: Path) -> None:
    for name in ("metrics.json", "history.csv", "times.csv"):
        (folder / name).unlink()


def interrupted(folder: Path) -> None:
    edit_json(
        folder / "metrics.json", lambda content: content.update(status="interrupted", test={})
    )


def failed(folder: Path) -> None:
    edit_json(
        folder / "metrics.json",
        lambda content: content.update(status="failed", test={}, error="the loss is <b>nan</b>"),
    )


def pruned(folder: Path) -> None:
    edit_json(folder / "metrics.json", lambda content: content.update(status="pruned", test={}))


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (killed, "killed after 3 of 3 epochs"),
        (killed_at_once, "no epoch has ended yet"),
        (interrupted, "interrupted after 3 of 3 epochs"),
        (failed, "Failed after 3 of 3 epochs: the loss is <b>nan</b>"),
        (pruned, "Stopped early by a search after 3 of 3 epochs"),
    ],
)
def test_a_run_that_did_not_finish_says_so(
    runs: dict[str, Path], zookit: Command, tmp_path: Path, edit: Edit, expected: str
) -> None:
    page = reported(zookit, edited(runs, tmp_path, edit))
    check_whole(page)
    assert expected in page.text
    assert "Not evaluated" in page.text
    assert ("zookit resume edited" in page.text) == (edit not in (failed, pruned))
    assert not page.all("img")
    assert len(page.all("svg")) == (0 if edit is killed_at_once else 2)
    if edit is killed:
        assert page.tables["epochs"][-1][-1] == DASH
    compared = reported(zookit, tmp_path / "edited", runs["two"], "--output", "both.html")
    check_whole(compared)
    assert "Not ranked" in compared.text


def test_a_run_that_is_still_training_says_so(
    runs: dict[str, Path], zookit: Command, tmp_path: Path
) -> None:
    copy = edited(runs, tmp_path, killed)
    with locked(copy):
        page = reported(zookit, copy)
    assert "Still training: 3 of 3 epochs" in page.text


HOSTILE = [
    "<script>alert('x')</script>",
    '"><img src=x onerror=alert(1)>',
    "</style></svg><svg onload=alert(1)>",
    "$\\frac{1$",
    "{{ 7 * 7 }}{% raw %}",
    "]]>&amp;",
    "日本語",
    "a long name that goes on and on and on and on",
    "line\nbreak \x00\x1b\u202e",
    "plain",
]


def test_names_are_text_whatever_they_hold(
    runs: dict[str, Path], zookit: Command, tmp_path: Path
) -> None:
    name = "<script>alert(1)<b> \"'&amp; $x$ [red]é"
    copy = edited(runs, tmp_path, lambda folder: name_classes(folder, HOSTILE), name)
    page = reported(zookit, copy)
    check_whole(page)
    assert name in page.text
    shown = [row[0] for row in page.tables["classes"][1:]]
    assert shown[:8] == HOSTILE[:8]
    assert shown[8] == r"line\nbreak \x00\x1b\u202e"
    check_whole(reported(zookit, copy, runs["mnist"]))


def test_many_classes_and_epochs_are_cut_to_a_readable_number(
    runs: dict[str, Path], zookit: Command, tmp_path: Path
) -> None:
    def edit(folder: Path) -> None:
        name_classes(folder, [f"class {number}" for number in range(1000)])
        evaluation = load_file(folder / "evaluation.safetensors")
        # Class 7 is most often predicted as class 700.
        evaluation["labels"] = np.arange(1000)
        evaluation["predicted"] = np.where(np.arange(1000) % 3, np.arange(1000), 1)
        evaluation["labels"][8:13] = 7
        evaluation["predicted"][7:13] = 700
        (folder / "evaluation.safetensors").write_bytes(save(evaluation, {"format": "2"}))
        make_whole(folder)
        edit_json(folder / "metrics.json", lambda content: content.update(epochs=4000))
        rows = [f"{at},{10 / at},{1 - 1 / at}\n" for at in range(1, 4001)]
        (folder / "history.csv").write_text(f"epoch,loss,accuracy\n{''.join(rows)}")
        rows = [f"{at},0.5\n" for at in range(1, 4001)]
        (folder / "times.csv").write_text(f"epoch,seconds\n{''.join(rows)}")
        text = (folder / "experiment.toml").read_text()
        (folder / "experiment.toml").write_text(text.replace("\nepochs = 3\n", "\nepochs = 4000\n"))

    page = reported(zookit, edited(runs, tmp_path, edit))
    check_whole(page)
    assert "the 20 most often confused of 1,000 classes" in page.text
    assert len(page.tables["confusion"]) == 21
    names = [row[0] for row in page.tables["confusion"]]
    assert {"class 7", "class 700", "class 1"} <= set(names)
    assert "class 7 predicted as class 700: 6 times" in page.text
    assert len(page.tables["classes"]) == 501
    epochs = [row[0] for row in page.tables["epochs"]]
    assert len(epochs) == 502
    assert epochs[:3] == ["epoch", "1", "9"]
    assert epochs[-1] == "4000"
    assert "Every 8th epoch and the last one" in page.text
    assert len(page.source) < 1_000_000


def test_extreme_values_are_drawn(runs: dict[str, Path], zookit: Command, tmp_path: Path) -> None:
    def edit(folder: Path) -> None:
        text = "epoch,loss,accuracy\n1,1.7e308,-1e308\n2,-1.7e308,1e-320\n3,0,1\n"
        (folder / "history.csv").write_text(text)

    page = reported(zookit, edited(runs, tmp_path, edit))
    assert page.exact[:2] == [1.7e308, -1e308]


def test_a_file_that_is_not_a_report_is_not_overwritten(
    runs: dict[str, Path], zookit: Command, tmp_path: Path
) -> None:
    run = runs["mnist"]
    mine = tmp_path / "mine.html"
    mine.write_text("<!DOCTYPE html>\n<title>mine</title>")
    assert "mine.html already exists" in zookit("report", run, "--output", mine).message()
    assert mine.read_text() == "<!DOCTYPE html>\n<title>mine</title>"
    os.mkfifo(tmp_path / "pipe")
    assert (
        "pipe cannot be written" in zookit("report", run, "--output", tmp_path / "pipe").message()
    )
    for nowhere in (tmp_path, tmp_path / "missing" / "page.html", mine / "page.html"):
        message = zookit("report", run, "--output", nowhere).message()
        assert f"{nowhere} cannot be written" in message
    long = zookit("report", run, "--output", tmp_path / ("a" * 300)).message()
    assert "File name too long" in long
    assert zookit("report", run, runs["other"], "--output", "ours.html").code == 0
    assert zookit("report", run, "--output", "ours.html").code == 0  # a report may be replaced
    assert {each.name for each in tmp_path.iterdir()} == {"mine.html", "pipe", "ours.html"}


def test_a_damaged_run_is_an_error_and_leaves_no_page(
    runs: dict[str, Path], zookit: Command, tmp_path: Path
) -> None:
    def edit(folder: Path) -> None:
        evaluation = load_file(folder / "evaluation.safetensors")
        evaluation["mistakes"] = np.empty((len(evaluation["mistakes_at"]), 0, 0, 1), np.uint8)
        (folder / "evaluation.safetensors").write_bytes(save(evaluation, {"format": "2"}))
        make_whole(folder)

    copy = edited(runs, tmp_path, edit)
    assert "evaluation.safetensors" in zookit("report", copy).message()
    assert not (copy / "report.html").exists()
    assert "'nosuch'" in zookit("report", "nosuch").message()


# In a browser.


@pytest.mark.slow
def test_a_browser_shows_the_page_without_requests_or_overflow(
    runs: dict[str, Path], zookit: Command, tmp_path: Path, browser: Browser
) -> None:
    hostile = edited(runs, tmp_path, lambda folder: name_classes(folder, HOSTILE), "<b>hostile")
    reported(zookit, hostile, "--output", "one.html")
    reported(zookit, hostile, *runs.values(), "--output", "several.html")
    browser.requested()
    browser.complaints()
    for name, scheme, width in itertools.product(("one", "several"), ("light", "dark"), WIDTHS):
        file = tmp_path / f"{name}.html"
        browser.show(file, width, scheme)
        asked = browser.requested()
        assert file.as_uri() in asked
        assert not [
            each for each in asked if each != file.as_uri() and not each.startswith("data:")
        ]
        picture = browser.screenshot(tmp_path / f"{name}-{scheme}-{width}.png", width)
        assert picture.width == width
        brightness = np.asarray(picture.convert("L"))
        assert len(np.unique(brightness)) > 100
        assert brightness.mean() < 90 if scheme == "dark" else brightness.mean() > 170
        # With all details open. Wide tables scroll in their own boxes.
        browser.asks("document.querySelectorAll('details').forEach(each => each.open = true)")
        fits = "document.scrollingElement.scrollWidth <= innerWidth"
        assert browser.asks(f"innerWidth == {width} && {fits}"), (name, width)
        # The text in drawings is large enough.
        letters = browser.asks(
            "[...document.querySelectorAll('svg text')].map("
            "each => each.getBoundingClientRect().height)"
        )
        assert letters
        assert min(letters) > 8
        assert browser.complaints() == []


@pytest.mark.slow
def test_the_browser_reports_requests_and_errors(tmp_path: Path, browser: Browser) -> None:
    page = tmp_path / "page.html"
    page.write_text("<img src='http://127.0.0.1:9/picture.png'><script>throw 'x'</script>")
    browser.show(page, 360, "light")
    assert "http://127.0.0.1:9/picture.png" in browser.requested()
    assert browser.complaints()
