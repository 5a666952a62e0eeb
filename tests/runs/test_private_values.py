"""The paths and secrets that a run names."""

from dataclasses import replace

import pytest
from made_runs import digits

from zookit.core import ComponentSpec
from zookit.runs.private_values import is_path_of_machine, private_values
from zookit.runs.run import RunRecord


def run_with(value: object, **more: object) -> RunRecord:
    """A run with a callback that has this value as a parameter."""
    run = digits()
    spec = ComponentSpec("zookit/csv_logger", {"file": value, **more})
    return replace(run, experiment=replace(run.experiment, callbacks=(spec,)))


@pytest.mark.parametrize("text", ["/home/me", "/data", "~/runs", "C:\\Users\\me", "C:/Users/me"])
def test_absolute_paths_are_those_of_a_machine(text: str) -> None:
    assert is_path_of_machine(text)
    (line,) = private_values(run_with(text))
    assert line.startswith("callbacks.0.file is ")


@pytest.mark.parametrize("text", ["photos", "a/b", "T-shirt/top", "~", "and / or", "0.5", ""])
def test_other_texts_are_not(text: str) -> None:
    assert not is_path_of_machine(text)
    assert list(private_values(run_with(text))) == []


def test_a_path_within_a_text_is_found() -> None:
    (line,) = private_values(run_with(["--dump=/home/me/dump"]))
    assert "/home/me/dump" in line


def test_an_address_counts_if_it_has_a_secret_which_is_not_shown() -> None:
    assert list(private_values(run_with("https://example.org/a/b"))) == []
    (line,) = private_values(run_with("https://me:secret@example.org/a"))
    assert "example.org" in line
    assert "secret@" not in line
    (line,) = private_values(run_with("https://example.org/a?token=abc"))
    assert "abc" not in line


def test_defaults_do_not_count() -> None:
    run = digits()
    spec = ComponentSpec("zookit/x", {"path": "/publish/epoch"}, frozenset({"path"}))
    run = replace(run, experiment=replace(run.experiment, callbacks=(spec,)))
    assert list(private_values(run)) == []


def test_the_environment_and_the_error_count_but_no_devices_and_class_names() -> None:
    run = digits()
    assert any("physical_device" in each for each in run.environment.runtime.devices)
    assert list(private_values(run)) == []
    data = replace(run.environment.data, class_names=("/m/01", "/m/02"), left_out=("/home/a.png",))
    (line,) = private_values(replace(run, environment=replace(run.environment, data=data)))
    assert line == "data.left_out is /home/a.png"
    assert run.ending is not None
    failed = replace(run, ending=replace(run.ending, error="cannot write /home/me/x"))
    (line,) = private_values(failed)
    assert "/home/me/x" in line
