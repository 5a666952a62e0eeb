"""Real trainings, killed with SIGKILL at random moments, and resumed to the bit-equal end."""

import os
import random
import secrets
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from made_runs import ENDS

from zookit import resume
from zookit import run as train

pytestmark = pytest.mark.slow

KILLS = 5
"""Of each composition; together they make twenty."""

COMPOSITIONS = {
    "dropout, validation, Keras's callbacks": (
        "fashion_mnist dense:48,dropout=0.3 early_stopping:3 reduce_lr_on_plateau:1 "
        "stop_at_accuracy:0.999 --validation 0.2 --epochs 12"
    ),
    "convolutions, augmentation": (
        "mnist cnn:filters=4+8,units=16,dropout=0.2 --augment rotation+zoom --epochs 3"
    ),
    "averages of weights under XLA, a log beside the run": (
        "mnist dense:32 swap_ema_weights csv_logger:log.csv --validation 0.1 "
        "--optimizer adam:use_ema=true --epochs 12"
    ),
    "two classes, bfloat16, class weights, momentum": (
        "horse_or_human cnn:filters=4+4+4,units=8 --augment flip --precision mixed_bfloat16 "
        "--class-weights --optimizer sgd:momentum=0.9 --batch-size 8 --epochs 3"
    ),
}


def zookit(words: str, folder: Path) -> "subprocess.Popen[bytes]":
    # A checkpoint as often as is allowed, so that kills fall within epochs too.
    environment = {**os.environ, "ZOOKIT_CHECKPOINT_MINUTES": "0"}
    return subprocess.Popen(
        [sys.executable, "-m", "zookit", *words.split()],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def finish(process: "subprocess.Popen[bytes]") -> None:
    out, _ = process.communicate(timeout=300)
    assert process.returncode == 0, out.decode()


def wait_for_training(process: "subprocess.Popen[bytes]", folder: Path, before: int) -> None:
    """Until the run's folder says for the next time that it trains, or all is over."""
    while process.poll() is None and resumptions(folder) <= before:
        time.sleep(0.005)


def resumptions(folder: Path) -> int:
    """How often a training began in there: 0 without a run."""
    texts = [path.read_text() for path in folder.glob("runs/*/environment.json")]
    return sum(1 + text.count('"steps": ') for text in texts)


@pytest.mark.parametrize("words", COMPOSITIONS.values(), ids=COMPOSITIONS)
def test_killed_at_random_moments_it_ends_as_if_it_had_not_been(tmp_path: Path, words: str) -> None:
    whole = tmp_path / "whole"
    whole.mkdir()
    process = zookit(f"run {words} --data sample", whole)
    wait_for_training(process, whole, 0)
    began = time.monotonic()
    finish(process)
    duration = time.monotonic() - began

    seed = secrets.randbits(32)
    print(f"seed {seed}, {duration:.1f} s")  # shown where the test fails
    moments = random.Random(seed)
    killed = tmp_path / "killed"
    kills = 0
    while kills < KILLS:
        # The first of a run at any moment of its training, the later ones soon after it goes on:
        # so there are several of one run, and some at the end of one.
        anew = not any(killed.glob("runs/*/experiment.toml"))
        killed.mkdir(exist_ok=True)
        before = resumptions(killed)
        process = zookit(f"run {words} --data sample" if anew else "resume latest", killed)
        wait_for_training(process, killed, before)
        delay = moments.uniform(0, duration * (1 if anew else 0.6))
        try:
            process.wait(delay)
        except subprocess.TimeoutExpired:
            process.kill()
            kills += 1
            print(f"killed {delay:.2f} s after it began to train, {'anew' if anew else 'resumed'}")
        process.communicate()
        if process.returncode == 0:
            assert_same(killed, whole)
            killed.rename(tmp_path / f"done-{kills}-{time.monotonic_ns()}")
    if killed.exists():
        if any(killed.glob("runs/*/experiment.toml")):
            finish(zookit("resume latest", killed))
        else:  # killed before it was a run
            finish(zookit(f"run {words} --data sample", killed))
        assert_same(killed, whole)


def assert_same(killed: Path, whole: Path) -> None:
    (one,) = (path.parent for path in killed.glob("runs/*/experiment.toml"))
    (other,) = whole.glob("runs/*")
    for name in ENDS:
        assert (one / name).read_bytes() == (other / name).read_bytes(), name
    logs = [(folder / "log.csv") for folder in (killed, whole)]
    if logs[1].exists():
        assert logs[0].read_bytes() == logs[1].read_bytes()


class Killed(BaseException):
    """Nothing happens after it."""


@pytest.mark.parametrize("extended", [False, True], ids=["anew", "extended"])
def test_killed_between_any_two_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, extended: bool
) -> None:
    """SIGKILL as the folder meets it: after a file was moved into place, no other is."""
    small: dict[str, Any] = {"data": "sample", "batch_size": 64, "quiet": True}
    words = "mnist", "dense:4", "early_stopping:5,monitor=loss"
    whole = train(*words, runs_dir=tmp_path / "whole", epochs=2, **small).folder
    first = train(*words, runs_dir=tmp_path / "first", epochs=1, **small).folder
    replace = Path.replace
    for at in range(1, 100):
        runs = tmp_path / str(at)
        if extended:
            shutil.copytree(first.parent, runs)
        moved = 0

        def move(path: Path, target: Path, last: int = at) -> Path:
            nonlocal moved
            moved += 1
            if moved > last:
                raise Killed
            return replace(path, target)

        with monkeypatch.context() as patched:
            patched.setattr(Path, "replace", move)
            try:
                if extended:
                    resume(runs / first.name, epochs=2, quiet=True)
                else:
                    train(*words, runs_dir=runs, epochs=2, **small)
            except Killed:
                pass
            else:
                break
        (run,) = runs.iterdir()
        if (run / "experiment.toml").exists():
            resume(run, epochs=2, quiet=True)
            for name in ENDS:
                assert (run / name).read_bytes() == (whole / name).read_bytes(), (at, name)
    assert at > 8
