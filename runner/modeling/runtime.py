"""Keras on TensorFlow, made ready, and what of it decides the bits of a result."""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from zookit.core import Preference, Settings, TrainingFailed, ZookitError
from zookit.core.data.threads import processors
from zookit.core.errors import reason_of
from zookit.modeling.tensorflow_import import import_keras
from zookit.runs.environment import Engine

_DECIDING = ("TF_ENABLE_ONEDNN_OPTS", "TF_XLA_FLAGS", "XLA_FLAGS", "TF_DETERMINISTIC_OPS")


@contextmanager
def engine(
    settings: Settings,
    preference: Preference | None = None,
    *,
    alone: bool = False,
    replay: Engine | None = None,
) -> Iterator[Engine]:
    """Keras as this experiment needs it, its configuration put back as it was at the end.

    `alone` says that nothing else in this process uses TensorFlow, so that it may be held to as few
    threads as suit. `replay` is the engine of a run that is to be gone on with or repeated: as much
    of it as this process still lets be chosen. The seed is set for Python, NumPy and TensorFlow and
    stays set. Raises ZookitError where Keras was set to another backend than TensorFlow, or in a
    strategy's scope.
    """
    preference = preference or Preference()
    import_keras()
    import keras
    import tensorflow as tf

    if tf.distribute.has_strategy():
        raise ZookitError(
            "a run was started within the scope of a tf.distribute strategy, which it cannot use. "
            "Start it outside of the scope."
        )
    devices = [device.name for device in tf.config.list_physical_devices()]
    on_cpu = all(":CPU:" in device for device in devices)
    precision = settings.precision
    if precision == "auto":
        faster = preference.bfloat16 and _multiplies_bfloat16(on_cpu=on_cpu)
        precision = "mixed_bfloat16" if faster else "float32"
    # Of the random changes to images XLA knows some not at all and draws others slowly.
    xla = on_cpu and preference.xla and not settings.augment
    if replay is not None:
        xla = replay.xla
    count = processors()
    if not alone:
        _fix_threads(count, count)
    elif replay is not None:
        _fix_threads(replay.intra_op_threads, replay.inter_op_threads)
    else:
        _fix_threads(min(preference.threads or count, count), count)
    with keras_set(precision):
        keras.utils.set_random_seed(settings.seed)
        yield Engine(
            precision,
            xla=xla,
            intra_op_threads=tf.config.threading.get_intra_op_parallelism_threads(),
            inter_op_threads=tf.config.threading.get_inter_op_parallelism_threads(),
            devices=tuple(devices),
            variables={name: os.environ[name] for name in _DECIDING if name in os.environ},
        )


@contextmanager
def keras_set(precision: str) -> Iterator[None]:
    """Keras's configuration as models are built with, put back as it was at the end."""
    import_keras()
    from keras import config

    before = config.dtype_policy(), config.image_data_format(), config.floatx(), config.epsilon()
    # A person's ~/.keras/keras.json may say otherwise.
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


def _fix_threads(intra_op: int, inter_op: int) -> None:
    """So many threads, said so that it is known."""
    import tensorflow as tf

    try:
        tf.config.threading.set_intra_op_parallelism_threads(intra_op)
        tf.config.threading.set_inter_op_parallelism_threads(inter_op)
    except RuntimeError:
        pass  # TensorFlow is at work already in this process; what holds is what is recorded.


def _multiplies_bfloat16(*, on_cpu: bool) -> bool:
    """Whether the device has instructions for it; where that cannot be known, no."""
    import tensorflow as tf

    if not on_cpu:
        gpus = tf.config.list_physical_devices("GPU")
        details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
        # NVIDIA's since Ampere.
        return all(each.get("compute_capability", (0, 0)) >= (8, 0) for each in details)
    try:
        words = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").split()
    except OSError:
        return False  # not Linux
    return not {"avx512_bf16", "amx_bf16", "bf16"}.isdisjoint(words)


def versions() -> dict[str, str]:
    """The versions of what computes."""
    packages = ("zookit", "tensorflow", "keras", "numpy", "pillow")
    return {
        "python": platform.python_version(),
        **{package: version(package) for package in packages},
        "platform": platform.platform(),
    }
