"""Keras on TensorFlow, made ready, and what of it decides the bits of a result."""

import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from threading import Thread
from typing import Literal, TextIO

from zookit.core import Preference, Settings, TrainingFailed, ZookitError
from zookit.core.errors import reason_of

_DECIDING = ("TF_ENABLE_ONEDNN_OPTS", "TF_XLA_FLAGS", "XLA_FLAGS", "TF_DETERMINISTIC_OPS")


@dataclass(frozen=True)
class Engine:
    """What of Keras on TensorFlow decides the bits of a result, as it really is.

    `xla` is whether a CPU's steps are to be compiled; on other devices Keras decides. Of threads 0
    is TensorFlow's own choice. `variables` are those of the environment that were set by hand and
    change how TensorFlow computes.
    """

    precision: Literal["float32", "mixed_bfloat16"]
    xla: bool
    intra_op_threads: int
    inter_op_threads: int
    devices: tuple[str, ...]
    variables: Mapping[str, str]


@contextmanager
def engine(
    settings: Settings, preference: Preference | None = None, *, alone: bool = False
) -> Iterator[Engine]:
    """Keras as this experiment needs it, its configuration put back as it was at the end.

    `alone` says that nothing else in this process uses TensorFlow, so that it may be held to as few
    threads as suit. The seed is set for Python, NumPy and TensorFlow and stays set. Raises
    ZookitError where Keras was set to a backend other than TensorFlow.
    """
    preference = preference or Preference()
    with _native_chatter_held_back():
        _import_keras()
    import keras
    import tensorflow as tf

    devices = [device.name for device in tf.config.list_physical_devices()]
    on_cpu = not any(device for device in devices if ":CPU:" not in device)
    precision = settings.precision
    if precision == "auto":
        faster = preference.bfloat16 and _multiplies_bfloat16(on_cpu=on_cpu)
        precision = "mixed_bfloat16" if faster else "float32"
    config = keras.config
    before = config.dtype_policy(), config.image_data_format(), config.floatx(), config.epsilon()
    # A person's ~/.keras/keras.json may say otherwise.
    config.set_image_data_format("channels_last")
    config.set_floatx("float32")
    config.set_epsilon(1e-7)
    config.set_dtype_policy(precision)
    _fix_threads(preference.threads if alone else None)
    keras.utils.set_random_seed(settings.seed)
    try:
        yield Engine(
            precision,
            # Of the random changes to images XLA knows some not at all and draws others slowly.
            xla=on_cpu and preference.xla and not settings.augment,
            intra_op_threads=tf.config.threading.get_intra_op_parallelism_threads(),
            inter_op_threads=tf.config.threading.get_inter_op_parallelism_threads(),
            devices=tuple(devices),
            variables={name: os.environ[name] for name in _DECIDING if name in os.environ},
        )
    finally:
        config.set_dtype_policy(before[0])
        config.set_image_data_format(before[1])
        config.set_floatx(before[2])
        config.set_epsilon(before[3])


@contextmanager
def importing_keras() -> Iterator[Thread]:
    """A thread that, once started, imports Keras and TensorFlow, which takes seconds.

    Its errors are raised at the end.
    """
    errors: list[Exception] = []

    def attempt() -> None:
        try:
            _import_keras()
        except Exception as error:  # noqa: BLE001 - raised below
            errors.append(error)

    thread = Thread(target=attempt, name="importing Keras")
    with _native_chatter_held_back():
        try:
            yield thread
        finally:
            if thread.ident is not None:
                thread.join()
        for error in errors:
            raise error


def _import_keras() -> None:
    # Asked before Keras is imported: another backend may not even be installed. Setting it wins
    # over a person's ~/.keras/keras.json.
    backend = os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    if backend == "tensorflow":
        import keras
        import tensorflow as tf

        tf.config.list_physical_devices()  # looks for a GPU and complains where there is none
        backend = keras.backend.backend()
    if backend != "tensorflow":
        raise ZookitError(
            f"Keras is set to the backend {backend!r}, but zookit needs 'tensorflow'. Unset "
            "KERAS_BACKEND or set it to tensorflow before Keras is imported."
        )


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
    where the import fails. What Python writes to sys.stderr meanwhile is shown.
    """
    level = os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if "tensorflow" in sys.modules or level == "0":
        yield
        return
    try:
        descriptor = os.dup(2)
    except OSError:  # There is none, as under pythonw: nothing to hold back.
        yield
        return
    with (
        os.fdopen(descriptor, "w", 1, _encoding_of_stderr(), "backslashreplace") as stderr,
        tempfile.TemporaryFile() as notes,
    ):
        os.dup2(notes.fileno(), 2)
        try:
            with _python_writes_to(stderr):
                yield
        except ZookitError:
            raise
        except Exception:
            notes.seek(0)
            os.write(descriptor, notes.read())
            raise
        finally:
            os.dup2(descriptor, 2)


def _encoding_of_stderr() -> str:
    return sys.__stderr__.encoding if sys.__stderr__ is not None else "utf-8"


@contextmanager
def _python_writes_to(stderr: TextIO) -> Iterator[None]:
    """sys.stderr is this stream, unless something stands in for file descriptor 2 already."""
    if sys.__stderr__ is None or sys.stderr is not sys.__stderr__:
        yield
        return
    sys.__stderr__.flush()
    with redirect_stderr(stderr):
        yield


def _fix_threads(at_most: int | None) -> None:
    """As many threads as processors may be used and serve, said so that it is known."""
    import tensorflow as tf

    affinity = getattr(os, "sched_getaffinity", None)  # Linux alone has it
    processors = len(affinity(0)) if affinity else os.cpu_count() or 1
    try:
        tf.config.threading.set_intra_op_parallelism_threads(min(at_most or processors, processors))
        tf.config.threading.set_inter_op_parallelism_threads(processors)
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
