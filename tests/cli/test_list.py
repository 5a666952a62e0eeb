"""`zookit list`."""

import json
from pathlib import Path

import pytest
from conftest import Command
from model_site import ModelSite, models

import zookit as package
from zookit.registry import Registry

__all__ = ["models"]

OWNER = f"zookit=={package.__version__}"


def test_everything_with_its_owner(zookit: Command) -> None:
    lines = [line.split() for line in zookit("list").out.splitlines()]
    for name in ("fashion_mnist", "image_folder", "cnn", "stop_at_loss"):
        assert any(line[0] == name and line[-1] == OWNER for line in lines)


def test_every_name_is_described(zookit: Command) -> None:
    listed = json.loads(zookit("list", "--json").out)
    entries = [entry for kind in listed.values() for entry in kind]
    assert len(entries) >= 18
    assert all(entry["summary"].endswith(".") for entry in entries), entries
    assert "handwritten digits" in zookit("list", "datasets").out


def test_lines_in_a_pipe_are_short(zookit: Command) -> None:
    assert max(map(len, zookit("list").out.splitlines())) < 140


def test_one_kind(zookit: Command) -> None:
    out = zookit("list", "architectures").out
    assert "dense" in out
    assert "mnist" not in out


def test_an_unknown_kind(zookit: Command) -> None:
    assert "Did you mean 'datasets'?" in zookit("list", "dataset").message()


def test_blocked_plugins_are_marked(zookit: Command) -> None:
    lines = [line.split() for line in zookit("--no-plugin", "cnn", "list").out.splitlines()]
    assert any(line[0] == "cnn" and line[-2:] == [OWNER, "blocked"] for line in lines)


def test_json(zookit: Command) -> None:
    listed = json.loads(zookit("list", "--json").out)
    assert list(listed) == [kind.plural for kind in Registry.kinds()]
    dense = next(each for each in listed["architectures"] if each["name"] == "dense")
    assert dense == {
        "name": "dense",
        "full_name": "zookit/dense",
        "summary": "Dense layers on the flattened pixels: a multilayer perceptron.",
        "owner": OWNER,
        "defined_in": "zookit.plugins.architectures.dense:Dense",
        "ambiguous": False,
        "blocked": False,
        "now": None,
    }


@pytest.mark.usefixtures("renamed")
def test_old_names_are_marked(zookit: Command) -> None:
    lines = {line.split()[0]: line for line in zookit("list", "architectures").out.splitlines()}
    assert lines["alpha"].endswith("now beta")
    assert lines["beta"].rstrip().endswith("zookit-renamed==2.0")
    listed = json.loads(zookit("list", "architectures", "--json").out)["architectures"]
    assert {each["name"]: each["now"] for each in listed if each["now"]} == {"alpha": "beta"}


def test_models(models: ModelSite, zookit: Command, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    models.install(tmp_path / "run")
    (line,) = (each for each in zookit("list", "models").out.splitlines() if "tiny" in each)
    assert line.split() == ["tiny", "A", "model", "of", "zookit-tiny.", "zookit-tiny==1.0"]
    listed = json.loads(zookit("list", "models", "--json").out)["models"]
    (tiny,) = (each for each in listed if each["name"] == "tiny")
    assert tiny["full_name"] == "zookit-tiny/tiny"
    assert tiny["defined_in"] == "zookit_tiny"
    assert "blocked" in zookit("--no-plugin", "tiny", "list", "models").out
