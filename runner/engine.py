"""Keras on TensorFlow, made ready, and what of it decides the bits of a result."""

import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

from zookit.core import Settings, TrainingFailed, ZookitError
from zookit.core.errors import reason_of

STEPS_PER_EXECUTION = 1
JIT_COMPILE = False
"""XLA makes convolutions about twice slower on the CPU, and changes what dropout draws."""


_DECIDING = ("TF_ENABLE_ONEDNN_OPTS", "TF_XLA_FLAGS", "XLA_FLAGS", "TF_DETERMINISTIC_OPS")


@contextmanager
def engine(settings: Settings) -> Iterator[Mapping[str, Any]]:
    """Keras as this experiment needs it, its configuration put back as it was at the end.

    The seed is set for Python, NumPy and TensorFlow and stays set. Gives what decides the bits of a
    result, as plain values. Raises ZookitError where Keras was set to a backend other than
    TensorFlow.
    """
    # Asked before Keras is imported: another backend may not even be installed. Setting it wins
    # over a person's ~/.keras/keras.json.
    backend = os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    if backend != "tensorflow":
        raise _wrong_backend(backend)
    with _native_chatter_held_back():
        import keras
        import tensorflow as tf

        devices = [device.name for device in tf.config.list_physical_devices()]
    if keras.backend.backend() != "tensorflow":
        raise _wrong_backend(keras.backend.backend())
    config = keras.config
    before = config.dtype_policy(), config.image_data_format(), config.floatx(), config.epsilon()
    # A person's ~/.keras/keras.json may say otherwise.
    config.set_image_data_format("channels_last")
    config.set_floatx("float32")
    config.set_epsilon(1e-7)
    config.set_dtype_policy(settings.precision)
    _fix_threads()
    keras.utils.set_random_seed(settings.seed)
    try:
        yield {
            "precision": settings.precision,
            "jit_compile": JIT_COMPILE,
            "steps_per_execution": STEPS_PER_EXECUTION,
            "intra_op_threads": tf.config.threading.get_intra_op_parallelism_threads(),
            "inter_op_threads": tf.config.threading.get_inter_op_parallelism_threads(),
            "devices": devices,
            # What was set by hand and changes how TensorFlow computes.
            "variables": {name: os.environ[name] for name in _DECIDING if name in os.environ},
        }
    finally:
        config.set_dtype_policy(before[0])
        config.set_image_data_format(before[1])
        config.set_floatx(before[2])
        config.set_epsilon(before[3])


@contextmanager
def memory_told() -> Iterator[None]:
    """Turn TensorFlow's being out of memory into a TrainingFailed."""
    import tensorflow as tf

    try:
        yield
    except (tf.errors.ResourceExhaustedError, MemoryError) as error:
        reason = reason_of(error)[:120]
        raise TrainingFailed(
            f"there is not enough memory ({reason}). Take fewer units or filters, smaller images "
            "or a smaller --batch-size."
        ) from error


@contextmanager
def _native_chatter_held_back() -> Iterator[None]:
    """Keep TensorFlow's start-up notes off the terminal; TF_CPP_MIN_LOG_LEVEL=0 asks for them.

    Its C++ side writes some to file descriptor 2 whatever the level. They are shown after all
    where the import fails.
    """
    level = os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if "tensorflow" in sys.modules or level == "0":
        yield
        return
    try:
        stderr = os.dup(2)
    except OSError:  # There is none, as under pythonw: nothing to hold back.
        yield
        return
    with tempfile.TemporaryFile() as notes:
        os.dup2(notes.fileno(), 2)
        try:
            yield
        except Exception:
            notes.seek(0)
            os.write(stderr, notes.read())
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)


def _fix_threads() -> None:
    """As many threads as processors may be used, said so that it is known: they decide bits."""
    import tensorflow as tf

    affinity = getattr(os, "sched_getaffinity", None)  # Linux alone has it
    processors = len(affinity(0)) if affinity else os.cpu_count() or 1
    try:
        tf.config.threading.set_intra_op_parallelism_threads(processors)
        tf.config.threading.set_inter_op_parallelism_threads(processors)
    except RuntimeError:
        pass  # TensorFlow is at work already in this process; what holds is what is recorded.


def _wrong_backend(backend: str) -> ZookitError:
    return ZookitError(
        f"Keras is set to the backend {backend!r}, but zookit needs 'tensorflow'. Unset "
        "KERAS_BACKEND or set it to tensorflow before Keras is imported."
    )


def versions() -> dict[str, str]:
    """The versions of what computes."""
    packages = ("zookit", "tensorflow", "keras", "numpy", "pillow")
    return {
        "python": platform.python_version(),
        **{package: version(package) for package in packages},
        "platform": platform.platform(),
    }
