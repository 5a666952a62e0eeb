"""The entries of the zoo: their recipes fit, and results are written and read."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from zoo_entries import ENTRIES, Entry, Origin, Result, located, read_entries, read_entry

from zookit.core import BadExperiment, UnknownName
from zookit.core.experiment import Experiment
from zookit.training.resolve import compose_experiment

NAMES = tuple(path.stem for path in sorted(ENTRIES.glob("*.toml")))
RESULT = Result(seed=0, accuracy=0.9, val_accuracy=0.8, seconds=1.5, weights="ab" * 32)
ORIGIN = Origin(
    zookit="0.1.0",
    tensorflow="2.21.0",
    keras="3.15.1",
    numpy="2.4.6",
    python="3.11.7",
    processor="a processor",
    data="cd" * 32,
    parameters=10,
    size=100,
)
TINY = """format = 2
dataset.name = "mnist"
architecture.name = "dense"
settings = { epochs = 2, threads = 1, validation = 0.1, data = "sample" }
notes = { data = "MNIST", seeds = [0, 1], estimate = 1 }
"""


@pytest.fixture
def entry(tmp_path: Path) -> Entry:
    path = tmp_path / "tiny.toml"
    path.write_text(TINY)
    return read_entry(path)


def test_there_are_enough_on_each_data_set_with_each_architecture() -> None:
    entries = read_entries()
    assert len(entries) >= 24
    datasets = {each.experiment.dataset.short_name for each in entries}
    assert datasets == {"mnist", "fashion_mnist", "horse_or_human", "image_folder"}
    assert {each.experiment.architecture.short_name for each in entries} >= {
        "dense",
        "cnn",
        "lenet5",
        "resnet",
        "vgg",
        "mobilenet_small",
        "mlp_mixer",
        "vit",
    }
    published = {
        each.experiment.architecture.short_name for each in entries if each.notes.published
    }
    assert published >= {"lenet5", "resnet", "vit"}


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_fits_and_says_all_that_decides_bits(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for split in ("train", "test"):
        for label in ("cat", "dog"):
            (tmp_path / "cifar-10" / split / label).mkdir(parents=True)
    monkeypatch.setenv("ZOOKIT_DATA_DIR", str(tmp_path))
    (entry,) = read_entries([name])
    settings = entry.experiment.settings
    assert (settings.threads, settings.seed, settings.validation) == (1, 0, 0.1)
    assert settings.precision in ("float32", "mixed_bfloat16")
    assert entry.seconds <= 20 * 60
    composition = compose_experiment(located(entry.experiment))
    composition.architecture.check(composition.dataset.info.image_shape)


def test_no_file_names_a_place_of_one_machine() -> None:
    for path in ENTRIES.glob("*.toml"):
        assert not any(f'"{root}' in path.read_text() for root in ("/", "~", "file:", "C:"))


def test_a_recipe_finds_its_folder_in_the_data_dir(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = TINY.replace('"mnist"\n', '"image_folder"\ndataset.parameters.path = "photos"\n', 1)
    experiment = Experiment.from_toml(text)
    monkeypatch.delenv("ZOOKIT_DATA_DIR", raising=False)
    with pytest.raises(BadExperiment, match=r"photos.*ZOOKIT_DATA_DIR"):
        located(experiment)
    monkeypatch.setenv("ZOOKIT_DATA_DIR", str(tmp_path))
    assert located(experiment).dataset.parameters["path"] == str(tmp_path / "photos")
    there = located(experiment)
    assert located(there) == there
    assert located(Experiment.from_toml(TINY)) == Experiment.from_toml(TINY)


def test_results_are_written_and_read(entry: Entry) -> None:
    assert entry.missing == (0, 1)
    entry.with_result(RESULT, ORIGIN).write()
    again = read_entry(entry.path)
    assert again.missing == (1,)
    assert (again.result(0), again.notes.origin) == (RESULT, ORIGIN)
    assert again.experiment == entry.experiment
    again.with_result(replace(RESULT, seed=1), ORIGIN).write()
    assert [each.seed for each in read_entry(entry.path).notes.results] == [0, 1]
    written = entry.path.read_bytes()
    read_entry(entry.path).write()
    assert entry.path.read_bytes() == written


def test_the_seconds_of_a_seed_are_measured_or_estimated(entry: Entry) -> None:
    assert entry.seconds == 1
    measured = entry.with_result(RESULT, ORIGIN)
    assert measured.seconds == RESULT.seconds
    both = measured.with_result(replace(RESULT, seed=1, seconds=2.5), ORIGIN)
    assert both.seconds == 2


def test_seeds_that_came_about_differently_do_not_stand_together(entry: Entry) -> None:
    first = entry.with_result(RESULT, ORIGIN)
    with pytest.raises(BadExperiment) as error:
        first.with_result(replace(RESULT, seed=1), replace(ORIGIN, keras="4.0"))
    for fact in ("tiny", "seed 1", "keras 4.0", "keras 3.15.1", "train --again tiny"):
        assert fact in str(error.value)
    assert "numpy" not in str(error.value)  # which is the same


def test_that_seeds_will_come_about_differently_is_known_before(entry: Entry) -> None:
    entry.check_origin(0, {"keras": "4.0"})  # of the first result
    first = entry.with_result(RESULT, ORIGIN)
    first.check_origin(0, {"keras": "4.0"})  # which replaces the only result
    first.check_origin(1, {"keras": ORIGIN.keras, "processor": ORIGIN.processor})
    with pytest.raises(BadExperiment, match=r"processor another.*processor a processor"):
        first.check_origin(1, {"keras": ORIGIN.keras, "processor": "another"})


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        ("notes = {", "other = {", "other"),
        ("seeds = [0, 1]", "seeds = []", "notes.seeds"),
        ("estimate = 1", 'estimate = "a minute"', "notes.estimate"),
        ("estimate = 1", "estimate = 1, extra = 2", "notes.extra"),
        ('"dense"', "3", "architecture"),
    ],
)
def test_a_file_that_is_not_an_entry_is_named(entry: Entry, old: str, new: str, fact: str) -> None:
    entry.path.write_text(TINY.replace(old, new))
    with pytest.raises(BadExperiment) as error:
        read_entry(entry.path)
    assert "tiny.toml" in str(error.value)
    assert fact in str(error.value)


def test_an_unknown_name_is_reported_with_the_nearest(tmp_path: Path) -> None:
    shutil.copy(ENTRIES / "mnist_cnn.toml", tmp_path)
    with pytest.raises(UnknownName, match="Did you mean 'mnist_cnn'"):
        read_entries(["mnist_cn"], tmp_path)
