"""Refuses TensorFlow in a process that was forked from one in which TensorFlow had started.

Such a process has TensorFlow's state without its threads, so it hangs or aborts.
"""

import sys

from zookit.core import ZookitError


class _Process:
    """What is known about this process."""

    started_before_fork = False


def check_not_forked() -> None:
    """Raise ZookitError if TensorFlow cannot work in this process, because it was forked."""
    if _Process.started_before_fork:
        raise ZookitError(
            "this process was forked after TensorFlow had started, where TensorFlow hangs. Start "
            "the process with multiprocessing.get_context('spawn'), or fork before any training "
            "or prediction."
        )


def note_fork() -> None:
    """Note that this process has just been forked from one that had imported TensorFlow."""
    _Process.started_before_fork = tensorflow_has_started()


def tensorflow_has_started() -> bool:
    """Whether TensorFlow has started its threads, whose number cannot be changed any more."""
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is None or not hasattr(tensorflow, "config"):  # it may be being imported
        return False
    threading = tensorflow.config.threading
    before = threading.get_intra_op_parallelism_threads()
    try:
        threading.set_intra_op_parallelism_threads(before + 1)
    except RuntimeError:
        return True
    threading.set_intra_op_parallelism_threads(before)
    return False
