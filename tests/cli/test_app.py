"""The command `zookit` itself: help, version, and how errors become exit codes."""

import signal
import subprocess
import sys
import time
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
    assert "Run: zookit --no-plugin cnn run mnist dense" in message


def test_a_missing_argument_is_shown_by_an_example(zookit: Command) -> None:
    assert "Run: zookit new " in zookit("new").message()


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
    message = zookit("run", "mnist", "dense", "--precision", "float23").message()
    assert "precision must be 'auto', 'float32'" in message
    assert "got 'float23'" in message


@pytest.mark.parametrize(
    ("seconds", "number"),
    [
        (0.02, signal.SIGINT),
        (0.3, signal.SIGINT),
        pytest.param(2.0, signal.SIGINT, marks=pytest.mark.slow),
        (0.3, signal.SIGTERM),
    ],
)
def test_a_signal_before_a_training_ends_it_in_one_line(
    tmp_path: Path, seconds: float, number: signal.Signals
) -> None:
    """While Python imports zookit, while data is prepared, and while TensorFlow is imported."""
    ended = interrupted(tmp_path, seconds, number)
    assert ended.returncode == 130
    assert ended.stderr.splitlines()[-1] == "zookit: interrupted."
    assert "Traceback" not in ended.stderr


def interrupted(
    folder: Path, seconds: float, number: signal.Signals
) -> subprocess.CompletedProcess[str]:
    program = "from zookit.cli.app import main; print(flush=True); main()"
    process = subprocess.Popen(
        [sys.executable, "-c", program, "run", "mnist", "dense", "--data", "sample"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # The background jobs of a shell ignore SIGINT, and so do the processes they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(seconds)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def test_an_error_that_ctrl_c_became_is_no_error(
    zookit: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python code may turn KeyboardInterrupt into another error, as extensions that import do."""

    def fail(*_: object) -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise ImportError from None

    monkeypatch.setattr("zookit.cli.list.groups_of", fail)
    ended = zookit("list")
    assert ended.code == 130
    assert ended.err == "zookit: interrupted.\n"


def test_the_help_of_every_command_is_complete(
    zookit: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for command in ((), ("data",)):
        shown = zookit(*command, "--help").out
        assert "..." not in shown.replace("[ARGS]...", "")
        assert max(map(len, shown.splitlines())) <= 80


def test_the_end_of_the_input_is_explained(
    zookit: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(*_: object) -> None:
        raise EOFError

    monkeypatch.setattr("zookit.cli.list.groups_of", ask)
    assert "input" in zookit("list").message()
