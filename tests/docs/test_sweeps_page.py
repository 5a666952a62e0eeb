"""The commands of the page about sweeps, one after the other in one folder."""

import subprocess
import sys
from pathlib import Path

import pytest
from pages import commands, is_sweep

pytestmark = pytest.mark.slow


def test_the_commands_of_the_page_run_in_their_order(tmp_path: Path) -> None:
    outputs = {}
    for command in filter(is_sweep, commands("docs/sweeps.md")):
        ended = subprocess.run(
            f'"{sys.executable}" -m {command}',
            shell=True,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert ended.returncode == 0, (command, ended.stderr)
        outputs[command] = ended.stdout
    first, second, *_ = outputs.values()
    assert "3 cells: 3 finished" in first
    assert "6 cells: 6 finished, 3 of them before" in second
    assert "heat" in (tmp_path / "sweep.html").read_text(encoding="utf-8")
