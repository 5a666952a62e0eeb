"""The commands of the page about sweeps, one after the other in one folder."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from pages import blocks, commands, is_sweep


@pytest.mark.slow
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


@pytest.mark.cluster
def test_the_commands_for_a_cluster_run_side_by_side(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    (block,) = (each for each in blocks("docs/sweeps.md", "sh") if "dask scheduler" in each)
    scheduler, worker, sweep = block.replace("8786", str(port)).splitlines()
    bin_folder = Path(sys.executable).parent
    running = [
        subprocess.Popen(
            [bin_folder / each.split()[0], *each.split()[1:]],
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for each in (scheduler, worker)
    ]
    try:
        ended = subprocess.run(
            [bin_folder / "zookit", *sweep.split()[1:]],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert ended.returncode == 0, ended.stderr
        assert "4 cells: 4 finished" in ended.stdout
    finally:
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
