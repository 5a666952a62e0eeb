"""The models that come with zookit answer well, without data, and are those of the zoo."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT, Command
from PIL import Image
from zoo_entries import Entry, read_entries
from zoo_models import BUNDLED
from zoo_training import Training

import zookit as package
from zookit.runs.evaluation import load_evaluation

MEGABYTE = 1_000_000
LEAST = {"mnist": 0.985, "fashion_mnist": 0.89}
ENTRIES = {each.name: each for each in read_entries() if each.notes.bundled}


@pytest.fixture(params=sorted(ENTRIES))
def entry(request: pytest.FixtureRequest) -> Entry:
    return ENTRIES[request.param]


def files() -> list[Path]:
    return [path for path in BUNDLED.rglob("*") if path.is_file()]


def test_they_are_those_of_the_entry_points() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = project["entry-points"]["zookit.models"]
    assert set(declared) == set(ENTRIES)
    assert sorted(declared.values()) == sorted(path.name for path in BUNDLED.iterdir())


def test_they_are_small_and_hold_data_only() -> None:
    assert sum(path.stat().st_size for path in files()) < MEGABYTE
    assert {path.suffix for path in files()} == {".csv", ".json", ".md", ".safetensors"} | {
        ".svg",
        ".toml",
    }
    for path in files():
        if path.suffix != ".safetensors":
            text = path.read_text(encoding="utf-8")
            assert not any(place in text for place in ("/work", "/home", "/tmp", "/root", "C:\\"))


def test_they_are_the_recipes_of_the_zoo(entry: Entry) -> None:
    model, result = package.open_model(entry.name), entry.result(0)
    assert model.metrics["accuracy"] >= LEAST[entry.experiment.dataset.short_name]
    assert model.environment.data.origin == "full"
    recipe = Training(entry, 0).cell().composition
    assert recipe is not None
    assert model.experiment.identity("", {}) == recipe.experiment.identity("", {})
    assert result is not None
    assert model.ending is not None
    assert model.ending.files["weights.safetensors"] == result.weights


def test_no_image_of_the_data_is_in_them(entry: Entry) -> None:
    model = package.open_model(entry.name)
    evaluation = load_evaluation(model)
    assert evaluation is not None
    assert len(evaluation.labels) == model.environment.data.sizes["test"]
    assert not len(evaluation.mistakes)


def test_the_card_has_the_licence_of_zookit_alone(entry: Entry) -> None:
    card = (package.open_model(entry.name).folder / "card.md").read_text(encoding="utf-8")
    assert "\nlicence MIT.\n" in card


def test_they_answer_well_on_the_sample(entry: Entry, recwarn: pytest.WarningsRecorder) -> None:
    dataset = entry.experiment.dataset.short_name
    test = package.load_data(dataset, "sample").splits.test
    predicted = package.open_model(entry.name).predict(test.images).argmax(axis=1)
    assert np.mean(predicted == test.labels) > LEAST[dataset] - 0.02
    assert not recwarn


def test_a_digit_is_recognized_by_the_command(zookit: Command, tmp_path: Path) -> None:
    test = package.load_data("mnist", "sample").splits.test
    at = int(np.argmax(test.labels == 7))
    Image.fromarray(test.images[at, :, :, 0]).save(tmp_path / "digit.png")
    outcome = zookit("predict", "mnist_cnn", tmp_path / "digit.png")
    assert outcome.code == 0
    assert "predicted: 7" in outcome.out
    assert not outcome.err
