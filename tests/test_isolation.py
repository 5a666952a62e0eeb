"""Functions called in child processes: answers, errors, output, Ctrl-C. All processes are real."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
from processes import is_running

from zookit.core import BadRun, FolderError, UnknownName
from zookit.isolation import Call, ProcessDied, call_all, run_in_child


def wait_until_ended(pid: int) -> None:
    deadline = time.monotonic() + 10
    while is_running(pid):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_answer_comes_from_another_process_with_the_same_path() -> None:
    argument = {"folder": "runs/é", "threads": [1, None, 2.5]}
    answer = run_in_child("child_functions:describe", argument)
    assert answer["argument"] == argument
    assert answer["pid"] != os.getpid()
    assert answer["path"] == sys.path
    assert answer["argv"] == ["zookit"]


def test_lines_arrive_while_the_function_runs(tmp_path: Path) -> None:
    lines = []

    def receive(stream: str, line: str) -> None:
        lines.append((stream, line))
        (tmp_path / "received").touch()

    assert run_in_child("child_functions:write", str(tmp_path), on_line=receive) is None
    assert lines[0] == ("stdout", "épochs 1/2\n")
    assert set(lines[1:]) == {("stderr", "watch out\n"), ("stdout", "unfinished")}


def test_lines_go_to_sys_stdout_and_sys_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`capsys` replaces the two objects, as a notebook does, and sees no file descriptor."""
    (tmp_path / "received").touch()
    run_in_child("child_functions:write", str(tmp_path))
    assert capsys.readouterr() == ("épochs 1/2\nunfinished", "watch out\n")


def test_without_a_writable_temporary_folder_one_line_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(FolderError, match="TMPDIR"):
        run_in_child("child_functions:describe", {})
    with pytest.raises(FolderError, match="TMPDIR"):
        call_all([Call("child_functions:describe", {}, 10)], lambda: None)


def test_a_zookit_error_keeps_its_class_and_text() -> None:
    with pytest.raises(BadRun) as raised:
        run_in_child("child_functions:raise_bad_run", "runs/1: not a run folder")
    assert str(raised.value) == "runs/1: not a run folder"
    with pytest.raises(UnknownName, match="no such name"):
        run_in_child("child_functions:raise_private", "no such name")


def test_a_process_that_dies_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ProcessDied, match="exit code 3"):
        run_in_child("child_functions:exit_at_once", 3)
    with pytest.raises(ProcessDied, match="exit code 1"):
        run_in_child("child_functions:raise_defect", "a defect")
    assert "RuntimeError: a defect" in capsys.readouterr().err


def test_reading_standard_input_does_not_wait() -> None:
    assert "standard input" in run_in_child("child_functions:read_input", None)


def test_a_process_that_the_function_leaves_is_killed() -> None:
    assert not is_running(run_in_child("child_functions:leave_a_child", ""))


def interrupt(stream: str, line: str) -> None:
    """Send Ctrl-C to this process."""
    assert (stream, line) == ("stdout", "ready\n")
    signal.raise_signal(signal.SIGINT)


def test_ctrl_c_reaches_the_child_whose_answer_counts(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    answer = run_in_child("child_functions:wait_for_interrupt", str(tmp_path), on_line=interrupt)
    assert answer == "stopped"
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_that_the_function_does_not_handle_is_raised_here(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_in_child("child_functions:wait", str(tmp_path), on_line=interrupt)


def test_the_third_ctrl_c_kills(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_in_child("child_functions:ignore_interrupts", str(tmp_path), on_line=interrupt)
    assert not is_running(int((tmp_path / "pid").read_text()))


def test_it_works_in_another_thread() -> None:
    answers = []
    thread = threading.Thread(
        target=lambda: answers.append(run_in_child("child_functions:read_input", None))
    )
    thread.start()
    thread.join()
    assert len(answers) == 1


def test_the_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    source = f"from child_functions import run_waiting_child; run_waiting_child({str(tmp_path)!r})"
    parent = subprocess.Popen(
        [sys.executable, "-c", source],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
    )
    try:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"ready\n"
        child = int((tmp_path / "pid").read_text())
        assert is_running(child)
    finally:
        parent.kill()
        parent.communicate()
    wait_until_ended(child)


def test_call_all_keeps_the_order_and_says_how_each_call_ended(tmp_path: Path) -> None:
    done = []
    answered, died = call_all(
        [
            Call("child_functions:describe", [1], 20, {"ZOOKIT_WITH": "tensorboard"}),
            Call("child_functions:exit_at_once", 3, 20),
        ],
        lambda: done.append(1),
    )
    assert answered.answer["argument"] == [1]
    assert (answered.exit_code, answered.timed_out) == (0, False)
    assert died.answer is None
    assert died.ending == "with exit code 3"
    assert len(done) == 2


def test_call_all_ends_a_call_that_takes_too_long(tmp_path: Path) -> None:
    (result,) = call_all([Call("child_functions:wait", str(tmp_path), 1)], lambda: None)
    assert result.timed_out
    assert result.answer is None
    files = [Path(file).name for file, _ in result.stack]
    assert "child_functions.py" in files
    assert not is_running(int((tmp_path / "pid").read_text()))
