"""Blocking plugins: --no-plugin and ZOOKIT_DISABLE."""

import json
from pathlib import Path

import pytest
from conftest import Command
from made_data import put_pictures
from made_plugins import ARCHITECTURE, make_distribution

from zookit import registry
from zookit.core import AmbiguousName, UnknownName
from zookit.isolation import Call, call_all
from zookit.plugins.architectures.dense import Dense
from zookit.registry import Registry, default


@pytest.mark.parametrize("name", ["dense", "zookit/dense", "Zookit/dense"])
def test_a_blocked_name_is_not_found(zookit: Command, name: str) -> None:
    message = zookit("--no-plugin", name, "run", "mnist", "dense").message()
    assert "no architecture named 'dense'" in message
    assert "Installed: cnn" in message
    assert "blocked by --no-plugin or ZOOKIT_DISABLE" in message


@pytest.mark.parametrize("names", ["dense", "cnn, zookit/dense", "zookit", " dense\tcnn"])
def test_the_variable_blocks(zookit: Command, monkeypatch: pytest.MonkeyPatch, names: str) -> None:
    monkeypatch.setenv("ZOOKIT_DISABLE", names)
    for arguments in (["run", "mnist", "dense"], ["show", "dense"], ["show", "zookit/dense"]):
        assert "is blocked" in zookit(*arguments).message()


def test_names_add_up(zookit: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOKIT_DISABLE", "dense")
    listed = zookit("--no-plugin", "mnist", "--no-plugin", "stop_at_loss", "list", "--json").out
    entries = [entry for kind in json.loads(listed).values() for entry in kind]
    blocked = {entry["name"] for entry in entries if entry["blocked"]}
    assert blocked == {"dense", "mnist", "stop_at_loss"}


def test_the_list_marks_them(zookit: Command) -> None:
    shown = zookit("--no-plugin", "dense", "list", "architectures")
    (line,) = (line for line in shown.out.splitlines() if line.startswith("  dense "))
    assert line.rstrip().endswith("  blocked")
    assert zookit("list", "architectures").out.count("blocked") == 1, "as it stays in this process"
    listed = json.loads(zookit("list", "--json").out)
    assert [e["name"] for kind in listed.values() for e in kind if e["blocked"]] == ["dense"]


def test_an_unknown_name_has_a_suggestion(zookit: Command) -> None:
    for wrong, meant in (("dnese", "dense"), ("zookit/dnese", "zookit/dense"), ("zokit", "zookit")):
        message = zookit("--no-plugin", wrong, "list").message()
        assert f"{wrong!r} to block. Did you mean {meant!r}?" in message


def test_unknown_names_in_the_variable_are_ignored(
    zookit: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOOKIT_DISABLE", "not_installed_here, a/b, /, ,")
    shown = zookit("list")
    assert shown.code == 0
    assert "blocked" not in shown.out


@pytest.mark.parametrize("after", [["run", "mnist", "dense"], ["list"], ["data", "list"]])
def test_the_option_after_the_command_is_explained(zookit: Command, after: list[str]) -> None:
    message = zookit(*after, "--no-plugin", "cnn").message()
    assert f"Run: zookit --no-plugin cnn {' '.join(after)}" in message


def test_the_variable_has_effect_at_any_time(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "dense" in registry.architectures
    monkeypatch.setenv("ZOOKIT_DISABLE", "dense")
    assert "dense" not in registry.architectures
    assert "dense" not in list(registry.architectures)
    assert [entry.name for entry in registry.architectures.blocked()] == ["dense"]
    with pytest.raises(UnknownName, match=r"'dense'.* blocked"):
        registry.architectures.build("dense:units=3")
    monkeypatch.setenv("ZOOKIT_DISABLE", "")
    assert registry.architectures.build("dense:units=3").spec.parameters["units"] == [3]


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """Two distributions that offer the same name."""
    for name in ("zookit-left", "zookit_right"):
        module = name.replace("-", "_")
        entry_points = {"zookit.architectures": f"net = {module}:Made"}
        make_distribution(tmp_path, name, entry_points, {f"{module}.py": ARCHITECTURE})
    monkeypatch.syspath_prepend(tmp_path)
    return Registry(path=[str(tmp_path)])


@pytest.mark.parametrize("blocked", ["zookit-left", "Zookit.Left", "zookit_left/net"])
def test_blocking_a_distribution_resolves_an_ambiguity(two: Registry, blocked: str) -> None:
    nets = two.architectures
    with pytest.raises(AmbiguousName):
        nets["net"]
    two.block(blocked)
    assert list(nets) == ["net"]
    assert nets["net"].owner == "zookit_right==1.0"
    assert nets.build("net").spec.name == "zookit_right/net"
    with pytest.raises(UnknownName, match=r"zookit-left==1\.0 is blocked"):
        nets["zookit-left/net"]


def test_a_plain_name_blocks_all_of_its_entries(two: Registry) -> None:
    two.block("net")
    assert not two.architectures.entries()
    with pytest.raises(UnknownName, match=r"left==1\.0 and zookit_right==1\.0 is blocked"):
        two.architectures["net"]


def test_an_instance_of_a_blocked_class_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOKIT_DISABLE", "dense")
    with pytest.raises(UnknownName, match="zookit/dense is blocked"):
        registry.architectures.build(Dense())


def test_a_blocked_listener_in_the_variable_is_not_used(
    zookit: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOOKIT_WITH", "tensorboard")
    put_pictures(tmp_path / "photos", cats=6, dogs=6)
    # With dropout, zookit compiles with TensorFlow alone, which is quicker here than XLA.
    words = ("run", "image_folder:photos,size=8", "dense:4,dropout=0.1", "--epochs", "1", "--json")
    outcome = zookit("--no-plugin", "tensorboard", *words)
    assert outcome.code == 0, outcome
    assert json.loads(outcome.out)["environment"]["listeners"] == []
    message = zookit("--no-plugin", "tensorboard", *words, "--with", "tensorboard").message()
    assert "is blocked" in message


def test_a_child_process_knows_what_is_blocked() -> None:
    """As those of resume, reproduce, check and doctor."""
    registry.default.block("tensorboard")
    call = Call("child_functions:is_blocked", "tensorboard", 20)
    (result,) = call_all([call], lambda: None)
    assert result.answer is True


def test_python_is_told_of_the_variable_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOKIT_DISABLE", "dense")
    for given in ("dense", Dense()):
        with pytest.raises(UnknownName, match="ZOOKIT_DISABLE") as raised:
            default.architectures.build(given)
        assert "--no-plugin" not in str(raised.value)
