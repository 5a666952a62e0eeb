"""The output on the page about the first run is what zookit prints."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pages import blocks

TOLERANCE = 0.02
"""Of losses and accuracies: other processors round otherwise."""


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
    expected, printed = (fixed_lines(each) for each in (shown, ended.stdout))
    assert [text for text, _ in printed] == [text for text, _ in expected]
    for (line, numbers), (_, others) in zip(printed, expected, strict=True):
        assert numbers == pytest.approx(others, abs=TOLERANCE), line


def fixed_lines(output: str) -> list[tuple[str, list[float]]]:
    """Return each line without what differs from run to run, and its losses and accuracies."""
    lines = re.sub(r" +[\d.]+ s$|(?<=saved in ).*", "", output, flags=re.MULTILINE).splitlines()
    number = re.compile(r"\b\d\.\d{4}\b")
    return [(number.sub("N", each), [float(n) for n in number.findall(each)]) for each in lines]
