"""`zookit find-rate`."""

import json
from pathlib import Path

import pytest
from conftest import Command
from PIL import Image
from small_run_fixtures import images

__all__ = ["images"]

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
    assert "no suggestion" in outcome.err
    assert "--highest" in outcome.err


def test_options_that_set_the_rate_do_not_exist(zookit: Command, images: str) -> None:
    outcome = zookit("find-rate", images, "dense:8", "--learning-rate", "0.1")
    assert outcome.code == 2
    assert "--learning-rate" in outcome.err
