"""An experiment in a TOML file is trained as it is."""

from pathlib import Path
from typing import Any

import pytest
from small_runs import DENSE

from zookit.core import BadExperiment, BadParameter
from zookit.training.experiment_file import compose_file
from zookit.training.resolve import compose


def test_options_must_agree_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "experiment.toml"
    options = {"epochs": 3, "optimizer": "sgd:momentum=0.5", "learning_rate": 0.5}
    composed = compose("mnist", DENSE, (), {**options, "augment": "zoom+flip", "threads": 2})
    path.write_text(composed.experiment.to_toml())
    agreeing: dict[str, Any] = {
        **options,
        "threads": "2",
        "seed": "0",
        "augment": "zoom+flip",
        "optimizer": "sgd:momentum=0.5",
    }
    for given in ({}, agreeing, {"learning_rate": 0.5}):
        assert compose_file(path, given).experiment == composed.experiment
    for given in (
        {"epochs": 4},
        {"threads": 1},
        {"learning_rate": 0.1},
        {"optimizer": "sgd:momentum=0.5"},  # with another learning rate
        {"augment": "flip"},
    ):
        with pytest.raises(BadExperiment, match=next(iter(given))):
            compose_file(path, given)
    with pytest.raises(BadParameter, match="'epoch'"):
        compose_file(path, {"epoch": 3})


@pytest.mark.parametrize(
    ("filed", "given", "facts"),
    [
        ({"learning_rate": "cosine:0.1"}, {"learning_rate": 0.5}, ["0.5", "cosine"]),
        (
            {"learning_rate": "cosine:0.1"},
            {"optimizer": "adam:0.5"},
            ["learning_rate=0.5", "optimizer"],
        ),
        ({"optimizer": "adam:0.5"}, {"learning_rate": "cosine:0.1"}, ["0.5", "cosine"]),
        ({}, {"learning_rate": "cosine:0.1"}, ["cosine"]),
    ],
)
def test_a_learning_rate_is_compared_with_that_of_the_file(
    tmp_path: Path, filed: dict[str, Any], given: dict[str, Any], facts: list[str]
) -> None:
    path = tmp_path / "experiment.toml"
    path.write_text(compose("mnist", DENSE, (), filed).experiment.to_toml())
    with pytest.raises(BadExperiment, match="on the command line") as raised:
        compose_file(path, given)
    assert all(fact in str(raised.value) for fact in facts), raised.value
    for same in (filed, {"optimizer": filed.get("optimizer", "adam")}):
        compose_file(path, same)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadExperiment, match="missing"):
        compose_file(tmp_path / "missing.toml", {})
    (tmp_path / "latin.toml").write_bytes(b"\xff")
    with pytest.raises(BadExperiment, match="UTF-8"):
        compose_file(tmp_path / "latin.toml", {})
