"""Sweeps whose processes are killed at random moments end, bit by bit, as an undisturbed one.

ZOOKIT_TEST_KILLS sets the number of kills.
"""

import json
import os
import random
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("ZOOKIT_TEST_KILLS", "6"))
WORDS = (
    "-d mnist -a dense:8,dropout=0.2 -a cnn:filters=2,units=4 --seeds 3 "
    "--vary learning_rate=0.001,0.01 --epochs 4 --validation 0.1 --data sample --batch-size 100"
)
MOST_ROUNDS = 200


def sweep(folder: Path, *more: str) -> "subprocess.Popen[bytes]":
    """Start a sweep. It writes checkpoints whenever possible."""
    return subprocess.Popen(
        [sys.executable, "-m", "zookit", "sweep", *WORDS.split(), *more],
        cwd=folder,
        env={**os.environ, "ZOOKIT_CHECKPOINT_MINUTES": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def results(folder: Path) -> dict[str, Any]:
    """Return the weights' hash and the test values of each cell by its identity; all finished."""
    process = sweep(folder, "--json", "--quiet")
    out, messages = process.communicate(timeout=600)
    assert process.returncode == 0, messages.decode()
    found = json.loads(out)
    assert {each["status"] for each in found["cells"]} == {"finished"}
    endings = {
        each["identity"]: json.loads(Path(each["folder"], "metrics.json").read_text())
        for each in found["cells"]
    }
    return {
        identity: (ending["files"]["weights.safetensors"], ending["test"], ending["last_epoch"])
        for identity, ending in endings.items()
    }


def workers_of(process: int) -> list[int]:
    """Return the processes that a process has started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == process and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def disturb(process: "subprocess.Popen[bytes]", chance: random.Random) -> str:
    """Kill the sweep or one of its workers, or ask one of them to stop; return what was done."""
    kind = chance.choice(["kill sweep", "kill worker", "kill worker", "stop sweep", "stop worker"])
    number = signal.SIGKILL if kind.startswith("kill") else signal.SIGTERM
    workers = workers_of(process.pid)
    target = chance.choice(workers) if kind.endswith("worker") and workers else process.pid
    try:
        os.kill(target, number)
    except ProcessLookupError:
        return f"{kind}: it has ended"
    return kind


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_a_sweep_killed_at_random_moments_ends_like_one_that_was_not(tmp_path: Path) -> None:
    whole, disturbed = tmp_path / "whole", tmp_path / "disturbed"
    whole.mkdir()
    disturbed.mkdir()
    began = time.monotonic()
    undisturbed = results(whole)
    duration = time.monotonic() - began
    seed = secrets.randbits(32)
    print(f"seed {seed}, {duration:.1f} s")  # shown if the test fails
    chance = random.Random(seed)
    kills = rounds = 0
    while kills < KILLS and rounds < MOST_ROUNDS:
        rounds += 1
        process = sweep(disturbed)
        while kills < KILLS:
            try:
                process.wait(chance.uniform(0, max(6.0, duration / 3)))
                break
            except subprocess.TimeoutExpired:
                print(f"{disturb(process, chance)} after {time.monotonic() - began:.1f} s")
                kills += 1
        if process.poll() is None:
            process.kill()
        process.communicate()
        if process.returncode == 0:
            assert results(disturbed) == undisturbed
            disturbed.rename(tmp_path / f"done-{rounds}")
            disturbed.mkdir()
    assert results(disturbed) == undisturbed
    runs = [each for each in (disturbed / "runs").iterdir() if each.name[0].isdigit()]
    assert len(runs) == len(undisturbed)
    assert not any((disturbed / "runs" / ".sweep" / "transit").iterdir())
