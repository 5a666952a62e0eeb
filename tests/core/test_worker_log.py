"""Where a process was when it crashed or hung."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from made_plugins import make_distribution

from zookit.core.worker_log import last_line, out_of_memory_kills, place_in_log, took_too_long

CRASHES = """
import faulthandler, os, threading, time
faulthandler.enable()
threading.Thread(target=time.sleep, args=(60,), daemon=True).start()

def crashing():
    os.abort()

def hanging():
    faulthandler.dump_traceback_later(0.1, exit=True)
    time.sleep(60)

def waiting():
    faulthandler.dump_traceback_later(0.1, exit=True)
    threading.Event().wait()  # in a file of Python

"""


@pytest.mark.parametrize("function", ["crashing", "hanging", "waiting"])
def test_the_place_is_found_in_the_log(tmp_path: Path, function: str) -> None:
    script, log = tmp_path / "münchen 日本 😀" / "script.py", tmp_path / "log"
    script.parent.mkdir()
    script.write_text(f"{CRASHES}{function}()\n")
    log.write_text(
        'Fatal Python error: Aborted\n\nCurrent thread 0x1:\n  File "a", line 1 in old\n'
    )
    start = log.stat().st_size
    assert "old" in place_in_log(log, 0)
    assert place_in_log(log, start) == ""
    with log.open("ab") as file:
        subprocess.run([sys.executable, script], stderr=file, check=False)
    assert function in place_in_log(log, start)
    assert str(script) in place_in_log(log, start)
    assert took_too_long(log, start) == (function != "crashing")


STACK = """Timeout (0:00:04)!
Thread 0x1 (most recent call first):
  File "/elsewhere/net.py", line 1 in other_thread

Thread 0x2 (most recent call first):
  File "{threading}", line 327 in wait
  File "/tmp/__autograph_generated_file7x.py", line 9 in tf__call
  File "/env/lib/python3/site-packages/keras/src/layer.py", line 4 in __call__
"""


@pytest.mark.parametrize(
    ("outer", "place"),
    [
        ("/home/me/net.py", "features (/home/me/net.py:8)"),
        ("/env/lib/python3/site-packages/some_plugins/net.py", "some_plugins/net.py:8"),
        ("/env/lib/python3/site-packages/zookit/training/loop.py", "threading.py:327"),
        ("<string>", "threading.py:327"),
    ],
)
def test_the_place_is_one_that_the_user_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outer: str, place: str
) -> None:
    point = {"zookit.architectures": "net = some_plugins.net:Net"}
    make_distribution(tmp_path / "site", "some-plugins", point)
    monkeypatch.syspath_prepend(tmp_path / "site")
    log = tmp_path / "log"
    stack = STACK.format(threading=threading.__file__)
    log.write_text(f'{stack}  File "{outer}", line 8 in features\n  File "<string>", line 1 in f\n')
    assert place in place_in_log(log, 0)


def test_the_last_line_is_found(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("first\n\033bad  news\n\n")
    assert last_line(log, 0) == "\\x1bbad news"
    assert last_line(log, log.stat().st_size) == ""
    assert last_line(tmp_path / "none", 0) == ""


def test_no_log(tmp_path: Path) -> None:
    assert place_in_log(tmp_path / "log", 0) == ""


def test_the_system_counts_its_kills() -> None:
    assert out_of_memory_kills() >= 0
    assert os.path.exists("/proc/vmstat") or out_of_memory_kills() == 0  # noqa: PTH110
