"""`zookit list`."""

import json

from conftest import Command

import zookit as package

OWNER = f"zookit=={package.__version__}"


def test_everything_with_its_owner(zookit: Command) -> None:
    lines = [line.split() for line in zookit("list").out.splitlines()]
    for name in ("fashion_mnist", "image_folder", "cnn", "stop_at_loss"):
        assert [name, OWNER] in lines


def test_lines_in_a_pipe_are_short(zookit: Command) -> None:
    assert max(map(len, zookit("list").out.splitlines())) < 80


def test_one_kind(zookit: Command) -> None:
    out = zookit("list", "architectures").out
    assert "dense" in out
    assert "mnist" not in out


def test_an_unknown_kind(zookit: Command) -> None:
    assert "Did you mean 'datasets'?" in zookit("list", "dataset").message()


def test_blocked_plugins_are_marked(zookit: Command) -> None:
    lines = [line.split() for line in zookit("--no-plugin", "cnn", "list").out.splitlines()]
    assert ["cnn", OWNER, "blocked"] in lines


def test_json(zookit: Command) -> None:
    listed = json.loads(zookit("list", "--json").out)
    assert set(listed) == {"datasets", "architectures", "callbacks", "listeners", "commands"}
    dense = next(each for each in listed["architectures"] if each["name"] == "dense")
    assert dense == {
        "name": "dense",
        "full_name": "zookit/dense",
        "owner": OWNER,
        "defined_in": "zookit.plugins.architectures.dense:Dense",
        "ambiguous": False,
        "blocked": False,
    }
