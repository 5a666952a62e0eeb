"""The runtime: threads, precision, XLA, seed, and Keras's configuration."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import pytest
import tensorflow as tf

from zookit.core import Preference, TrainingFailed, ZookitError
from zookit.core.processor_count import processors
from zookit.modeling.runtime import (
    can_use_threads,
    keras_configured,
    out_of_memory_reported,
    start_runtime,
    versions,
)
from zookit.runs.environment import Runtime


def started(**changes: Any) -> Runtime:
    arguments: dict[str, Any] = {
        "precision": "float32",
        "preference": Preference(),
        "threads": None,
        **changes,
    }
    with start_runtime(**arguments) as found:
        return found


@pytest.fixture
def process_threads() -> int:
    """The threads of this process, in which TensorFlow has started."""
    tf.constant(1)
    return started().intra_op_threads


def test_what_is_in_force_is_returned(process_threads: int, monkeypatch: Any) -> None:
    monkeypatch.setenv("TF_XLA_FLAGS", "")
    found = started()
    assert found.precision == "float32"
    assert found.intra_op_threads == process_threads > 0
    assert found.inter_op_threads > 0
    assert any(":CPU:" in device for device in found.devices)
    assert found.variables["TF_XLA_FLAGS"] == ""
    assert found.steps_per_execution == 1


@pytest.mark.parametrize(
    ("prefers", "given", "xla"),
    [(True, None, True), (False, None, False), (True, False, False), (False, True, True)],
)
def test_xla(prefers: bool, given: bool | None, xla: bool) -> None:
    found = started(preference=Preference(xla=prefers), xla=given)
    assert found.xla is xla


def test_automatic_precision_depends_on_preference_and_processor() -> None:
    assert started(precision="auto").precision == "float32"
    cpuinfo = Path("/proc/cpuinfo")
    fast = cpuinfo.exists() and "bf16" in cpuinfo.read_text()
    found = started(precision="auto", preference=Preference(bfloat16=True))
    assert found.precision == ("mixed_bfloat16" if fast else "float32")


def test_keras_is_configured_and_restored() -> None:
    keras.config.set_epsilon(1e-3)
    keras.config.set_image_data_format("channels_first")
    try:
        with keras_configured("mixed_bfloat16"):
            assert keras.config.dtype_policy().name == "mixed_bfloat16"
            assert keras.config.epsilon() == 1e-7
            assert keras.config.image_data_format() == "channels_last"
        assert keras.config.dtype_policy().name == "float32"
        assert keras.config.epsilon() == 1e-3
        assert keras.config.image_data_format() == "channels_first"
    finally:
        keras.config.set_epsilon(1e-7)
        keras.config.set_image_data_format("channels_last")


def test_a_strategy_is_refused() -> None:
    with (
        tf.distribute.OneDeviceStrategy("/cpu:0").scope(),
        pytest.raises(ZookitError, match=r"tf\.distribute"),
    ):
        started()


@pytest.mark.parametrize(
    "error", [MemoryError(), tf.errors.ResourceExhaustedError(None, None, "OOM")]
)
def test_too_little_memory_is_an_error_for_users(error: Exception) -> None:
    with pytest.raises(TrainingFailed, match="batch_size"), out_of_memory_reported():
        raise error


def test_threads_of_a_process_that_uses_tensorflow(process_threads: int) -> None:
    more = process_threads + 1
    assert can_use_threads(process_threads)
    assert not can_use_threads(more)
    assert started(threads=process_threads).intra_op_threads == process_threads
    with pytest.raises(ZookitError, match=rf"{process_threads} thread.*expected {more}.*process"):
        started(threads=more)


FRESH = """
import sys
from zookit.core import Preference, ZookitError
from zookit.core.processor_count import processors
from zookit.modeling.runtime import can_use_threads, start_runtime


def threads_with(threads, preferred=None):
    with start_runtime(
        precision="float32",
        preference=Preference(threads=preferred),
        threads=threads,
    ) as found:
        tf.constant(1)
    assert found.inter_op_threads == 1
    return found.intra_op_threads


assert can_use_threads(3) and "tensorflow" not in sys.modules
import tensorflow as tf

assert can_use_threads(3)
assert tf.config.threading.get_intra_op_parallelism_threads() == 0  # unchanged
"""
CHOSEN = """
assert threads_with(None, preferred=1) == 1
assert can_use_threads(1) and not can_use_threads(2)
print("warnings follow", file=sys.stderr)
assert threads_with(None) == threads_with(None) == threads_with(1) == 1
"""
REQUESTED = """
count = processors() + 1
assert threads_with(count, preferred=1) == count
assert threads_with(None) == threads_with(None, preferred=1) == count
assert can_use_threads(count) and not can_use_threads(1)
print("warnings follow", file=sys.stderr)
try:
    threads_with(1)
except ZookitError as error:
    print(error, file=sys.stderr)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "lines", "expected"),
    [
        # A line for each run; with one processor nothing could use more threads.
        (CHOSEN, 2 * min(processors() - 1, 1), "already uses 1 thread"),
        (REQUESTED, 1, f"already uses {processors() + 1} threads"),
    ],
    ids=["chosen", "requested"],
)
def test_threads_of_a_new_process(code: str, lines: int, expected: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", FRESH + code],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2"},
    )
    assert ended.returncode == 0, ended.stderr
    written = ended.stderr.partition("warnings follow\n")[2].splitlines()
    assert len(written) == lines
    assert all(expected in line for line in written)


def test_versions() -> None:
    found = versions()
    assert found["keras"] == keras.__version__
    assert found["tensorflow"] == tf.__version__
    assert found["python"] == ".".join(map(str, sys.version_info[:3]))
    assert {"zookit", "numpy", "pillow", "platform"} <= set(found)
