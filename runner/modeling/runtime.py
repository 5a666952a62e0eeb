"""Keras on TensorFlow: threads, precision, XLA, seed and all else that decides a result's bits."""

import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from zookit.core import Preference, TrainingFailed, ZookitError, warn
from zookit.core.errors import reason_of
from zookit.core.messages import counted, option
from zookit.core.processor_count import processors
from zookit.modeling.forks import tensorflow_has_started
from zookit.modeling.one_training import one_training
from zookit.modeling.tensorflow_import import import_keras
from zookit.runs.environment import Runtime

_DECIDING = ("TF_ENABLE_ONEDNN_OPTS", "TF_XLA_FLAGS", "XLA_FLAGS", "TF_DETERMINISTIC_OPS")


@contextmanager
def start_runtime(
    *,
    precision: str,
    preference: Preference,
    threads: int | None,
    xla: bool | None = None,
) -> Iterator[Runtime]:
    """Set up Keras for one training, and restore its configuration at the end.

    Trainings of other threads wait until then.

    Args:
        precision: auto, float32 or mixed_bfloat16.
        preference: what suits the components of the training step.
        threads: threads of an operation; None for those preferred.
        xla: whether steps are compiled; None for what is preferred.

    Yields:
        What is in force, with the numbers of threads that TensorFlow uses.

    Raises:
        ZookitError: Keras uses a backend other than TensorFlow, a tf.distribute strategy is in
            scope, TensorFlow already uses another number of threads than `threads`, this thread
            already trains, or the process was forked after TensorFlow had started.
    """
    import_keras()
    import tensorflow as tf

    if tf.distribute.has_strategy():
        raise ZookitError(
            "a run cannot use a tf.distribute strategy, and one is in scope. Start the run outside "
            "of `strategy.scope()`."
        )
    intra_op_threads = _set_threads(threads, preference)
    if precision == "auto":
        precision = "mixed_bfloat16" if preference.bfloat16 and computes_bfloat16() else "float32"
    if xla is None:
        xla = _on_cpu() and preference.xla
    with one_training(), keras_configured(precision):
        yield Runtime(
            "mixed_bfloat16" if precision == "mixed_bfloat16" else "float32",
            xla=xla,
            intra_op_threads=intra_op_threads,
            inter_op_threads=tf.config.threading.get_inter_op_parallelism_threads() or processors(),
            devices=devices(),
            variables={name: os.environ[name] for name in _DECIDING if name in os.environ},
        )


def devices() -> tuple[str, ...]:
    """Return the names of the devices that TensorFlow computes on."""
    import_keras()
    import tensorflow as tf

    return tuple(device.name for device in tf.config.list_physical_devices())


def can_use_threads(count: int) -> bool:
    """Return whether a run in this process can use this number of threads.

    It can unless TensorFlow has already started with another number.
    """
    if "tensorflow" not in sys.modules:
        return True
    import tensorflow as tf

    threading = tf.config.threading
    before = threading.get_intra_op_parallelism_threads()
    if (before or processors()) == count:
        return True
    return not tensorflow_has_started()


def wanted_threads(threads: int | None, preference: Preference) -> int:
    """Return the threads of an operation; `threads` is None for as many as are useful."""
    return threads or min(preference.threads or processors(), processors())


def _set_threads(threads: int | None, preference: Preference) -> int:
    """Set TensorFlow's threads if it has not started, and return those of an operation.

    Raises ZookitError if it has started with another number than `threads`.
    """
    import tensorflow as tf

    threading = tf.config.threading
    expected = wanted_threads(threads, preference)
    try:
        threading.set_intra_op_parallelism_threads(expected)
        # One operation after another: with two at a time, a gradient of a convolution on large
        # images had other last bits from one time to the next (TensorFlow 2.21).
        threading.set_inter_op_parallelism_threads(1)
    except RuntimeError:
        pass  # TensorFlow has started; it keeps the numbers that it has
    # 0 means as many as there are processors.
    actual: int = threading.get_intra_op_parallelism_threads() or processors()
    if threads is not None and actual != threads:
        raise ZookitError(
            f"TensorFlow already uses {counted(actual, 'thread')} in this process, expected "
            f"{threads}. Start the run in a new process, or do not set threads."
        )
    if actual < expected:
        warn(
            f"TensorFlow already uses {counted(actual, 'thread')} in this process, so this run, "
            "which could use more, takes longer. To use more, start it in a new process."
        )
    return actual


@contextmanager
def keras_configured(precision: str) -> Iterator[None]:
    """Configure Keras for building models, and restore its configuration at the end."""
    import_keras()
    from keras import config

    before = config.dtype_policy(), config.image_data_format(), config.floatx(), config.epsilon()
    # The user's ~/.keras/keras.json may have other values.
    config.set_image_data_format("channels_last")
    config.set_floatx("float32")
    config.set_epsilon(1e-7)
    config.set_dtype_policy(precision)
    try:
        yield
    finally:
        config.set_dtype_policy(before[0])
        config.set_image_data_format(before[1])
        config.set_floatx(before[2])
        config.set_epsilon(before[3])


@contextmanager
def out_of_memory_reported() -> Iterator[None]:
    """Raise TrainingFailed if TensorFlow runs out of memory."""
    import tensorflow as tf

    try:
        yield
    except (tf.errors.ResourceExhaustedError, MemoryError) as error:
        reason = reason_of(error)[:120]
        raise TrainingFailed(
            f"out of memory ({reason}). Use fewer units or filters, smaller images, or a smaller "
            f"{option('--batch-size', 'batch_size')}."
        ) from error


def _on_cpu() -> bool:
    return all(":CPU:" in device for device in devices())


def computes_bfloat16() -> bool:
    """Return whether the device has instructions for bfloat16; False if that is unknown."""
    import_keras()
    import tensorflow as tf

    if not _on_cpu():
        gpus = tf.config.list_physical_devices("GPU")
        details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
        # NVIDIA GPUs have had them since Ampere.
        return all(each.get("compute_capability", (0, 0)) >= (8, 0) for each in details)
    try:
        words = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").split()
    except OSError:
        return False  # not Linux
    return not {"avx512_bf16", "amx_bf16", "bf16"}.isdisjoint(words)


def versions() -> dict[str, str]:
    """Return the versions of Python, of the platform and of the packages that compute."""
    packages = ("zookit", "tensorflow", "keras", "numpy", "pillow")
    return {
        "python": platform.python_version(),
        **{package: version(package) for package in packages},
        "platform": platform.platform(),
    }
