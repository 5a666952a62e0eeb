"""The output on the page about the first run is what zookit prints."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pages import blocks
from shown_output import check_shown


@pytest.mark.slow
def test_the_output_is_that_of_the_page(tmp_path: Path) -> None:
    (shown,) = blocks("docs/first-run.md", "text")
    words = "run fashion_mnist dense --data sample"
    command = [sys.executable, "-m", "zookit", *words.split()]
    wide = {**os.environ, "COLUMNS": "200"}
    ended = subprocess.run(
        command, cwd=tmp_path, env=wide, capture_output=True, text=True, timeout=300
    )
    assert ended.returncode == 0, ended.stderr
    check_shown(shown, ended.stdout)
