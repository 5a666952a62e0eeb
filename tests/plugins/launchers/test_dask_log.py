"""What Dask logs goes to a file while a launcher is connected."""

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("distributed")

# In a process of its own: within pytest, Dask has no handlers.
LOGS = """
import logging, sys
from pathlib import Path
from zookit.plugins.launchers.dask_log import logged_in

def log(when):
    for name in ("distributed", "distributed.client", "distributed.core"):
        logging.getLogger(name).error("%s by %s", when, name)

with logged_in(Path("quiet")):
    pass
with logged_in(Path("log")):
    log("meanwhile")
log("later")
"""


def test_messages_go_to_a_file_meanwhile(tmp_path: Path) -> None:
    command = [sys.executable, "-c", LOGS]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert [each.name for each in tmp_path.iterdir()] == ["log"]
    logged, shown = (tmp_path / "log").read_text(), ended.stderr
    assert (logged.count("meanwhile by "), shown.count("meanwhile")) == (3, 0)
    assert (logged.count("later"), shown.count("later by ")) == (0, 3)
