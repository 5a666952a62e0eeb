"""A command and a child process are zookit's own; a program that imports zookit is not."""

import gc
import subprocess
import sys

import pytest

from zookit import own_process
from zookit.isolation import run_in_child


def test_a_command_is_an_own_process_and_a_program_is_not() -> None:
    program = (
        "import sys, zookit\n"
        "from zookit.cli.app import main\n"
        "from zookit.own_process import is_own_process\n"
        "before = is_own_process()\n"
        "sys.argv = ['zookit', '--version']\n"
        "try:\n    main()\nexcept SystemExit:\n    print(before, is_own_process())\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ended.stdout.splitlines()[-1:] == ["False True"], ended.stderr


def test_a_child_process_is_an_own_process() -> None:
    assert run_in_child("child_functions:owned", None) is True


def test_garbage_is_left_alone_in_an_own_process_only(monkeypatch: pytest.MonkeyPatch) -> None:
    for own in (False, True):
        monkeypatch.setattr(own_process, "_own", own)
        with own_process.without_garbage_collection():
            assert gc.isenabled() != own
        assert gc.isenabled()
