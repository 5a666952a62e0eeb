"""Where a process was when it crashed or hung."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from zookit.core.worker_log import last_line, out_of_memory_kills, place_in_log

CRASHES = """
import faulthandler, os, threading, time
faulthandler.enable()
threading.Thread(target=time.sleep, args=(60,), daemon=True).start()

def crashing():
    os.abort()

def hanging():
    faulthandler.dump_traceback_later(0.1, exit=True)
    time.sleep(60)

"""


@pytest.mark.parametrize("function", ["crashing", "hanging"])
def test_the_place_is_found_in_the_log(tmp_path: Path, function: str) -> None:
    script, log = tmp_path / "script.py", tmp_path / "log"
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
