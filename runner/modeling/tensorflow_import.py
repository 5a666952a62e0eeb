"""Importing Keras and TensorFlow: seconds of it, without their chatter."""

import os
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, redirect_stderr, suppress
from threading import Lock, Thread
from typing import IO

from zookit.core import ZookitError

_importing = Lock()


class KerasImport(Thread):
    """A thread that imports Keras and TensorFlow."""

    def __init__(self) -> None:
        super().__init__(name="importing Keras")
        self._done: Future[None] = Future()

    def run(self) -> None:
        """Import them, and keep the error for whoever waits."""
        try:
            import_keras()
        except Exception as error:  # noqa: BLE001 - raised by wait
            self._done.set_exception(error)
        else:
            self._done.set_result(None)

    def wait(self) -> None:
        """Return when they are imported. Raises what importing them has raised."""
        self._done.result()


@contextmanager
def importing_keras() -> Iterator[KerasImport]:
    """A thread that, once started, imports Keras and TensorFlow; it is over at the end.

    Meanwhile sys.stderr goes to the terminal although file descriptor 2 does not. Raises
    ZookitError where Keras is set to a backend other than TensorFlow.
    """
    _check_backend(os.environ.get("KERAS_BACKEND", "tensorflow"))
    thread = KerasImport()
    with _python_writes_past_descriptor_2():
        try:
            yield thread
        finally:
            if thread.ident is not None:
                thread.join()


def import_keras() -> None:
    """Import Keras and TensorFlow, whose C++ side's chatter is held back.

    Raises ZookitError where Keras is set to a backend other than TensorFlow.
    """
    # Setting it wins over a person's ~/.keras/keras.json. Asked before Keras is imported: another
    # backend may not even be installed.
    _check_backend(os.environ.setdefault("KERAS_BACKEND", "tensorflow"))
    with _importing, _chatter_held_back():
        import keras
        import tensorflow as tf

        tf.config.list_physical_devices()  # looks for a GPU and complains where there is none
    _check_backend(keras.backend.backend())


def _check_backend(backend: str) -> None:
    if backend != "tensorflow":
        raise ZookitError(
            f"Keras is set to the backend {backend!r}, but zookit needs 'tensorflow'. Unset "
            "KERAS_BACKEND or set it to tensorflow before Keras is imported."
        )


@contextmanager
def _chatter_held_back() -> Iterator[None]:
    """Keep what is written to file descriptor 2 off the terminal, unless an error is raised.

    TensorFlow's C++ side writes some notes there whatever the level. TF_CPP_MIN_LOG_LEVEL=0 asks
    for them.
    """
    if not _is_chatter_ahead():
        yield
        return
    with tempfile.TemporaryFile() as notes:
        try:
            with descriptor_2_in(notes):
                yield
        except Exception:
            notes.seek(0)
            with suppress(OSError):
                os.write(2, notes.read())
            raise


@contextmanager
def descriptor_2_in(notes: IO[bytes]) -> Iterator[None]:
    """What is written to file descriptor 2, by C++ code too, goes into a file."""
    try:
        stderr = os.dup(2)
    except OSError:  # There is none, as under pythonw: nothing to hold back.
        yield
        return
    os.dup2(notes.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)


def _is_chatter_ahead() -> bool:
    level = os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    return level != "0" and "tensorflow" not in sys.modules


@contextmanager
def _python_writes_past_descriptor_2() -> Iterator[None]:
    """Progress is shown while chatter is held back."""
    before = sys.__stderr__
    if not _is_chatter_ahead() or before is None or sys.stderr is not before:
        yield
        return
    try:
        descriptor = os.dup(2)
    except OSError:
        yield
        return
    before.flush()
    # Never closed: a log handler that is made meanwhile keeps it. It is made once in a process.
    stream = os.fdopen(descriptor, "w", 1, before.encoding, "backslashreplace", closefd=False)
    with redirect_stderr(stream):
        yield
