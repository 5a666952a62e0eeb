"""Images and trainings that take about a second."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

import zookit
from zookit.core import Callback, Listener, RunContext, hookimpl

if TYPE_CHECKING:
    import keras

DENSE = "dense:8,dropout=0.1"
"""Not compiled with XLA, which would take longer than the training."""
SMALL: dict[str, Any] = {"batch_size": 4, "learning_rate": 0.01, "quiet": True}
"""An epoch of 12 executions with two steps each."""
CLASSES = ("bright", "dark", "grey")
ENDS = ("history.csv", "weights.safetensors", "metrics.json", "evaluation.safetensors")
"""The files of a run that contain no times, so that equal runs have equal files."""


@cache
def shared_folder() -> Path:
    """Return a folder of this process, which is removed when the process ends."""
    return Path(_folder().name)


@cache
def _folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="zookit-small-runs-")


@cache
def small_images() -> str:
    """Return the words of a data set with 96 training and 24 test images of three classes.

    Do not change them.
    """
    folder = shared_folder() / "images"
    random = np.random.default_rng(0)
    for name, brightness in zip(CLASSES, (150, 0, 70), strict=True):
        (folder / name).mkdir(parents=True)
        for at in range(40):
            pixels = random.integers(brightness, brightness + 100, (8, 8), np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{at:02}.png")
    return f"image_folder:path={folder},size=8,grey=true"


@cache
def small_run() -> Path:
    """Return the folder of a finished run of two epochs, which tests must not change."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("ZOOKIT_CACHE_DIR", str(shared_folder() / "cache"))
        runs_dir = shared_folder() / "finished"
        return zookit.run(small_images(), DENSE, runs_dir=runs_dir, epochs=2, **SMALL).folder


def run_by_command(runs_dir: Path, *options: str, architecture: str = DENSE) -> Path:
    """Train the experiment of `small_run` by the command, in a new process."""
    small = ("--batch-size", "4", "--learning-rate", "0.01", "--runs-dir", str(runs_dir))
    words = ["run", small_images(), architecture, "--json", *small, *options]
    ended = subprocess.run(
        [sys.executable, "-m", "zookit", *words],
        capture_output=True,
        text=True,
        check=True,
    )
    return Path(json.loads(ended.stdout)["folder"])


def threads_of_this_process() -> int:
    """Return the number of threads of an operation that TensorFlow uses here."""
    return zookit.open_run(small_run()).environment.runtime.intra_op_threads


def other_threads() -> int:
    """Return a number of threads that this process cannot use any more."""
    return 1 if threads_of_this_process() > 1 else 2


@cache
def run_with_other_threads() -> Path:
    """Return the folder of a finished run of one epoch, which tests must not change."""
    options = ("--threads", str(other_threads()), "--epochs", "1")
    return run_by_command(shared_folder() / "other threads", *options)


def copy_run(folder: Path, into: Path) -> Path:
    """Copy a run's folder, to be changed."""
    return Path(shutil.copytree(folder, into / "runs" / folder.name))


def different_ends(one: Path, other: Path) -> list[str]:
    """Return the names of the files that differ between two runs."""
    return [name for name in ENDS if _end(one / name) != _end(other / name)]


def _end(path: Path) -> Any:
    if path.name != "metrics.json":
        return path.read_bytes()
    metrics = json.loads(path.read_text())
    metrics["files"].pop("checkpoint.safetensors", None)  # which contains times
    return metrics


@dataclass(frozen=True)
class Interrupt(Listener):
    """Sends a signal to this process after a number of executions, over all epochs."""

    after: int = 1

    @hookimpl
    def keras_callbacks(self, run: RunContext) -> "Sequence[keras.callbacks.Callback]":
        import keras

        seen = 0

        def count(batch: int, logs: Mapping[str, Any] | None = None) -> None:
            nonlocal seen
            seen += 1
            if seen == self.after:
                os.kill(os.getpid(), signal.SIGTERM)  # SIGINT is ignored in background jobs

        return [keras.callbacks.LambdaCallback(on_train_batch_end=count)]


@dataclass(frozen=True)
class Slower(Callback):
    """Lowers the learning rate with every execution, counted over all epochs."""

    def build(self) -> "keras.callbacks.Callback":
        import keras

        class Slow(keras.callbacks.Callback):  # type: ignore[misc]
            seen = np.zeros(1, np.int64)

            def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
                self.seen = self.seen + 1
                self.model.optimizer.learning_rate = 0.1 / (1 + int(self.seen[0]))

            def get_state(self) -> dict[str, Any]:
                return {"seen": self.seen}

            def set_state(self, state: dict[str, Any]) -> None:
                self.seen = state["seen"]

        return Slow()


def interrupt_after_each_epoch(patched: pytest.MonkeyPatch) -> None:
    """Have each epoch end with the signal of Ctrl-C."""
    patched.setattr(
        "zookit.training.progress.Display.epoch_ended",
        hookimpl(lambda self, epoch: signal.raise_signal(signal.SIGINT)),
    )
