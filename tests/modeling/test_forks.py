"""A forked child of a process in which TensorFlow has started gets an error instead of a hang."""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_runs import DENSE, SMALL, small_images, small_run

import zookit
from zookit.core import ZookitError
from zookit.modeling.forks import check_not_forked, tensorflow_has_started
from zookit.registry import datasets

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")


def train(folder: Path) -> None:
    zookit.run(small_images(), DENSE, runs_dir=folder, epochs=1, **SMALL)


ATTEMPTS: dict[str, Callable[[Path], Any]] = {
    "run": train,
    "resume": lambda _: zookit.open_run(small_run()).resume(epochs=3, quiet=True),
    "reproduce": lambda folder: zookit.open_run(small_run()).reproduce(folder, quiet=True),
    "model": lambda _: zookit.open_run(small_run()).model(),
    "predict": lambda _: zookit.open_run(small_run()).predict(np.zeros((1, 8, 8, 1), np.uint8)),
    "evaluate": lambda _: zookit.open_run(small_run()).evaluate(),
    "what needs no TensorFlow": lambda _: (zookit.compare([]), list(datasets)),
}


def attempt(name: str, folder: Path, answers: Any) -> None:
    try:
        ATTEMPTS[name](folder)
    except ZookitError as error:
        answers.put(str(error))
    else:
        answers.put("")


@pytest.mark.parametrize("name", list(ATTEMPTS))
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*")
def test_a_forked_child_is_told_to_spawn(name: str, tmp_path: Path) -> None:
    small_run()  # starts TensorFlow
    assert tensorflow_has_started()
    forking = multiprocessing.get_context("fork")
    answers = forking.SimpleQueue()
    child = forking.Process(target=attempt, args=(name, tmp_path, answers))
    child.start()
    child.join(30)
    hangs = child.is_alive()
    child.kill()
    assert not hangs
    answer = answers.get()
    assert ("spawn" in answer) == ("no TensorFlow" not in name)
    assert not list(tmp_path.iterdir())
    check_not_forked()  # this process is not


OWN_TENSORFLOW = """
import os
import zookit
import tensorflow as tf
if {started}:
    tf.constant(1)
if os.fork():
    raise SystemExit(os.waitstatus_to_exitcode(os.wait()[1]))
from zookit.modeling.forks import check_not_forked
try:
    check_not_forked()
except zookit.ZookitError:
    os._exit(1)
os._exit(0)
"""


@pytest.mark.slow
@pytest.mark.parametrize("started", [True, False])
def test_only_a_tensorflow_that_has_started_matters(started: bool) -> None:
    script = OWN_TENSORFLOW.format(started=started)
    assert subprocess.run([sys.executable, "-c", script]).returncode == started
