"""`zookit find-rate`."""

import json
from pathlib import Path

import pytest
from conftest import Command
from made_runs import digits
from PIL import Image
from small_run_fixtures import images

from zookit.core import FolderError

__all__ = ["images"]

pytestmark = pytest.mark.xdist_group("shared runs")

NET = """
from dataclasses import dataclass

from zookit.core import Architecture


@dataclass(frozen=True)
class MyNet(Architecture):
    '''A dense layer.'''

    def features(self, images):
        from keras import layers

        return layers.Dense(128, activation="relu")(layers.Flatten()(images))
"""
OPTIONS = ("--steps", "100", "--batch-size", "8")


def test_it_prints_the_curve_and_the_command_that_trains(zookit: Command, images: str) -> None:
    options = (*OPTIONS, "--optimizer", "sgd:momentum=0.9", "--no-class-weights")
    outcome = zookit("find-rate", images, "dense:128", *options)
    assert outcome.code == 0, outcome
    lines = outcome.out.splitlines()
    assert sum("#" in line for line in lines) == 21
    given = [line for line in lines if line.startswith("suggested learning rate: ")]
    rate = given[0].rpartition(" ")[2]
    assert 1e-6 < float(rate) < 10
    command = lines[-1].partition("zookit run ")[2]
    for word in ("dense:128", "--optimizer sgd:momentum=0.9", "--no-class-weights"):
        assert word in command
    assert "--batch-size 8" in command
    assert command.endswith(f"--learning-rate {rate}")
    assert "--steps" not in command


def test_json_and_a_plot(zookit: Command, images: str, tmp_path: Path) -> None:
    file = tmp_path / "curve.png"
    outcome = zookit("find-rate", images, "dense:8", *OPTIONS, "--plot", file, "--json")
    assert outcome.code == 0, outcome
    found = json.loads(outcome.out)
    assert found["format"] == 1
    assert len(found["rates"]) == len(found["losses"]) == len(found["smoothed"])
    assert found["rates"][0] == pytest.approx(1e-6)
    with Image.open(file) as image:
        assert image.format == "PNG"
    assert not Path("runs").exists()


def test_the_curve_is_printed_if_the_plot_cannot_be_written(
    zookit: Command, images: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise FolderError("curve.png cannot be written: no space left")

    monkeypatch.setattr("zookit.preview.write_sheet", refused)
    outcome = zookit("find-rate", images, "dense:8", *OPTIONS, "--plot", tmp_path / "curve.png")
    assert outcome.code == 2
    assert "no space left" in outcome.err
    assert outcome.out.count("#") > 21


def test_wrong_numbers_have_a_line(zookit: Command) -> None:
    for option, value in (("--steps", "9999999999"), ("--highest", "inf"), ("--batch-size", "0")):
        message = zookit("find-rate", "mnist", "dense", option, value).message()
        assert f"{option} must be" in message
        assert value in message


def test_callbacks_are_refused_in_words(zookit: Command) -> None:
    message = zookit("find-rate", "fashion_mnist", "dense", "early_stopping:3").message()
    assert "find-rate takes no callbacks" in message
    assert message.endswith("Run: zookit find-rate fashion_mnist dense")
    message = zookit("find-rate", "dense", "fashion_mnist").message()
    assert "CALLBACK" not in message
    assert message.endswith("Run: zookit find-rate fashion_mnist dense")


def test_a_plot_never_replaces_other_files(zookit: Command, images: str, tmp_path: Path) -> None:
    file = tmp_path / "curve.png"
    file.write_text("mine")
    outcome = zookit("find-rate", images, "dense:8", *OPTIONS, "--plot", file)
    assert outcome.code == 2
    assert "curve.png" in outcome.err
    assert file.read_text() == "mine"


def test_a_curve_without_a_suggestion_says_so(zookit: Command, images: str) -> None:
    rates = ("--lowest", "1e-9", "--highest", "1e-8")
    outcome = zookit("find-rate", images, "dense:8", *OPTIONS, *rates, "--json")
    assert outcome.code == 0, outcome
    assert json.loads(outcome.out)["suggestion"] is None
    assert "did not fall" in outcome.err
    assert "--highest" in outcome.err


def test_options_that_set_the_rate_do_not_exist(zookit: Command, images: str) -> None:
    outcome = zookit("find-rate", images, "dense:8", "--learning-rate", "0.1")
    assert outcome.code == 2
    assert "--learning-rate" in outcome.err


def test_the_command_names_the_file_of_a_component(
    zookit: Command, images: str, tmp_path: Path
) -> None:
    file = tmp_path / "net.py"
    file.write_text(NET)
    outcome = zookit("--plugin", file, "find-rate", images, "my_net", *OPTIONS)
    assert outcome.code == 0, outcome
    assert "--plugin" in outcome.out.splitlines()[-1]
    assert "net.py" in outcome.out.splitlines()[-1]


def test_the_command_names_the_folder_of_the_run_to_start_from(zookit: Command) -> None:
    run = digits()
    options = (*OPTIONS, "--data", "sample", "--init", run.name, "--runs-dir", run.folder.parent)
    outcome = zookit("find-rate", "fashion_mnist", "dense:8", *options)
    assert outcome.code == 0, outcome
    command = outcome.out.splitlines()[-1]
    assert f"--init {run.name}" in command
    assert f"--runs-dir {run.folder.parent}" in command
