"""The command `zookit` itself: help, version, and how errors become exit codes."""

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Command

import zookit as package


def test_version(zookit: Command) -> None:
    assert zookit("--version").out == f"zookit {package.__version__}\n"


@pytest.mark.parametrize("command", [(), ("data",)], ids=str)
def test_without_a_command_the_help_is_shown(zookit: Command, command: tuple[str, ...]) -> None:
    outcome = zookit(*command)
    assert outcome.code == 0
    assert "Commands:" in outcome.out.splitlines()
    assert not outcome.err


def test_no_plugin_belongs_before_the_command(zookit: Command) -> None:
    message = zookit("run", "mnist", "dense", "--no-plugin", "cnn").message()
    assert "zookit --no-plugin NAME run" in message


def test_a_missing_argument_names_the_help_of_the_command(zookit: Command) -> None:
    assert "zookit show --help" in zookit("show").message()


def test_output_that_nobody_reads_is_not_an_error(tmp_path: Path) -> None:
    ended = subprocess.run(
        f"{sys.executable} -m zookit list | true",
        shell=True,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert not ended.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
def test_output_that_does_not_fit_the_device_is_an_error(tmp_path: Path) -> None:
    ended = subprocess.run(
        f"{sys.executable} -m zookit list > /dev/full",
        shell=True,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode != 0
    assert "no space left" in ended.stderr.lower()


def test_a_choice_that_does_not_exist_is_named_with_the_choices(zookit: Command) -> None:
    message = zookit("export", "latest", "--to", "kears").message()
    assert "'--to': 'kears' is not one of 'keras'" in message
