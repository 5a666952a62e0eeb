"""Trainings killed with SIGKILL at random moments, and resumed to the same end, bit by bit.

ZOOKIT_TEST_KILLS sets the number of kills of each composition.
"""

import os
import random
import secrets
import shutil
import signal
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

import pytest
from contents import contents
from drawing_plugin import install_drawing
from small_runs import DENSE, SMALL, different_ends, shared_folder, small_images

from zookit import resume
from zookit import run as train

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("ZOOKIT_TEST_KILLS", "5"))

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
    "the weights of another run under XLA, frozen for two epochs, pictures": (
        "mnist dense:32 unfreeze:epoch=3,learning_rate=1e-4 draw_predictions --init {start} "
        "--freeze body --validation 0.1 --epochs 6"
    ),
    "mixed labels, smoothed loss, further metrics, schedule": (
        "mnist dense:32 --augment rotation:0.05 --augment mixup --augment cutmix "
        "--loss crossentropy:label_smoothing=0.1 --metric top_k:3 --metric auc "
        "--learning-rate cosine:0.01,warmup=0.5 --class-weights --validation 0.1 --epochs 4"
    ),
}


@cache
def drawing() -> Path:
    """Return a folder with a plugin that draws predictions."""
    folder = shared_folder() / "drawing"
    folder.mkdir()
    install_drawing(folder)
    return folder


@cache
def start() -> Path:
    """Return a run that others start from."""
    runs_dir = shared_folder() / "start"
    return train("mnist", "dense:32", data="sample", epochs=1, runs_dir=runs_dir, quiet=True).folder


def zookit(words: str, folder: Path) -> "subprocess.Popen[bytes]":
    # A checkpoint whenever possible, so that some kills are within an epoch.
    environment = {**os.environ, "ZOOKIT_CHECKPOINT_MINUTES": "0", "PYTHONPATH": str(drawing())}
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
    """Wait until another training has started in the run's folder, or the process has ended."""
    while process.poll() is None and resumptions(folder) <= before:
        time.sleep(0.005)


def resumptions(folder: Path) -> int:
    """Return how often a training has started in the folder: 0 without a run."""
    texts = [path.read_text() for path in folder.glob("runs/*/environment.json")]
    return sum(1 + text.count('"steps": ') for text in texts)


@pytest.mark.parametrize("words", COMPOSITIONS.values(), ids=COMPOSITIONS)
def test_a_run_killed_at_random_moments_ends_like_one_that_was_not(
    tmp_path: Path, words: str
) -> None:
    if "{start}" in words:
        words = words.format(start=start())
    whole = tmp_path / "whole"
    whole.mkdir()
    process = zookit(f"run {words} --data sample", whole)
    wait_for_training(process, whole, 0)
    began = time.monotonic()
    finish(process)
    duration = time.monotonic() - began

    seed = secrets.randbits(32)
    print(f"seed {seed}, {duration:.1f} s")  # shown if the test fails
    moments = random.Random(seed)
    killed = tmp_path / "killed"
    kills = 0
    while kills < KILLS:
        # The first kill of a run is at any moment of its training, later ones are soon after it
        # was resumed: so some runs are killed several times, and some at their end.
        is_new = not any(killed.glob("runs/*/experiment.toml"))
        killed.mkdir(exist_ok=True)
        before = resumptions(killed)
        process = zookit(
            f"run {words} --data sample" if is_new else "resume latest --allow-writes", killed
        )
        wait_for_training(process, killed, before)
        delay = moments.uniform(0, duration * (1 if is_new else 0.6))
        try:
            process.wait(delay)
        except subprocess.TimeoutExpired:
            process.kill()
            kills += 1
            print(f"killed {delay:.2f} s after training started, {'new' if is_new else 'resumed'}")
        out, _ = process.communicate()
        assert process.returncode in (0, -signal.SIGKILL), out.decode()
        if process.returncode == 0:
            assert_same(killed, whole)
            killed.rename(tmp_path / f"done-{kills}-{time.monotonic_ns()}")
    if killed.exists():
        if any(killed.glob("runs/*/experiment.toml")):
            finish(zookit("resume latest --allow-writes", killed))
        else:  # killed before its folder was a run
            finish(zookit(f"run {words} --data sample", killed))
        assert_same(killed, whole)


def assert_same(killed: Path, whole: Path) -> None:
    (one,) = (path.parent for path in killed.glob("runs/*/experiment.toml"))
    (other,) = whole.glob("runs/*")
    assert different_ends(one, other) == []
    files = [contents(folder / "files") for folder in (one, other)]
    assert files[0] == files[1]
    logs = [(folder / "log.csv") for folder in (killed, whole)]
    if logs[1].exists():
        assert logs[0].read_bytes() == logs[1].read_bytes()


class Killed(BaseException):
    """Ends everything: no handler catches it."""


@pytest.mark.parametrize("extended", [False, True], ids=["new", "extended"])
def test_killed_between_any_two_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, extended: bool
) -> None:
    """As a kill looks to the folder: after one file was moved into place, no other is."""
    words = small_images(), DENSE, "early_stopping:5,monitor=loss"
    whole = train(*words, runs_dir=tmp_path / "whole", epochs=2, **SMALL).folder
    first = train(*words, runs_dir=tmp_path / "first", epochs=1, **SMALL).folder
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
                    train(*words, runs_dir=runs, epochs=2, **SMALL)
            except Killed:
                pass
            else:
                break
        (run,) = runs.iterdir()
        if (run / "experiment.toml").exists():
            resume(run, epochs=2, quiet=True)
            assert different_ends(run, whole) == [], at
    assert at > 6
