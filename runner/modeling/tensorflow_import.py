"""Imports Keras and TensorFlow, which takes seconds, without their log lines."""

import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, nullcontext, redirect_stderr, suppress
from threading import Lock, Thread
from typing import IO

from zookit.core import ZookitError
from zookit.modeling.forks import check_not_forked
from zookit.modeling.optional_packages import optional_packages_refused
from zookit.own_process import is_own_process
from zookit.streams import DrawnStream, GuardedStream

_importing = Lock()


class KerasImport(Thread):
    """A thread that imports Keras and TensorFlow."""

    def __init__(self) -> None:
        super().__init__(name="importing Keras")
        self._done: Future[None] = Future()

    def run(self) -> None:
        """Import them; `wait` raises the error, if any."""
        try:
            import_keras()
        except BaseException as error:  # noqa: BLE001 - `wait` raises it
            self._done.set_exception(error)
        else:
            self._done.set_result(None)

    def end(self) -> None:
        """Wait until the thread has ended, if it was started."""
        if self.ident is not None:
            self.join()

    def wait(self) -> None:
        """Wait until they are imported. Raises the error of the import."""
        self._done.result()


@contextmanager
def importing_keras() -> Iterator[KerasImport]:
    """Yield a thread that imports Keras and TensorFlow once it is started, and join it at the end.

    Meanwhile sys.stderr writes to the terminal, although file descriptor 2 does not. After Ctrl-C
    the thread is not waited for. Raises ZookitError if Keras is set to a backend other than
    TensorFlow.
    """
    check_not_forked()
    _check_backend(os.environ.get("KERAS_BACKEND", "tensorflow"))
    thread = KerasImport()
    with _python_writes_past_descriptor_2():
        try:
            yield thread
        except KeyboardInterrupt:
            raise  # without waiting
        except BaseException:
            thread.end()
            raise
        thread.end()


def import_keras() -> None:
    """Import Keras and TensorFlow, without the log lines of TensorFlow's C++ code.

    Raises ZookitError if Keras is set to a backend other than TensorFlow, or this process was
    forked after TensorFlow had started.
    """
    check_not_forked()
    # The variable overrides ~/.keras/keras.json. It is checked before Keras is imported, because
    # another backend may not be installed.
    _check_backend(os.environ.setdefault("KERAS_BACKEND", "tensorflow"))
    with _importing, _log_lines_suppressed(), _fast():
        import keras
        import tensorflow as tf

        tf.config.list_physical_devices()  # logs a line if there is no GPU
    _check_backend(keras.backend.backend())


@contextmanager
def _fast() -> Iterator[None]:
    """Import without looking for garbage and, in zookit's own process, without large packages.

    Little of what they create is garbage. To look through a million objects for it would take a
    quarter of the import's time, and a second when the process exits.
    """
    if "keras" in sys.modules:
        yield
        return
    own, collects = is_own_process(), gc.isenabled()
    gc.disable()
    try:
        with optional_packages_refused() if own else nullcontext():
            yield
        if own:
            gc.freeze()
    finally:
        if collects:
            gc.enable()


def _check_backend(backend: str) -> None:
    if backend != "tensorflow":
        raise ZookitError(
            f"Keras uses the backend {backend!r}, expected 'tensorflow'. Unset KERAS_BACKEND, or "
            "set it to tensorflow before Keras is imported."
        )


@contextmanager
def _log_lines_suppressed() -> Iterator[None]:
    """Keep what is written to file descriptor 2 off the terminal, unless an error is raised.

    TensorFlow's C++ code writes some lines there at every log level. TF_CPP_MIN_LOG_LEVEL=0 shows
    them.
    """
    if not _will_log():
        yield
        return
    with notes_file() as notes:
        try:
            with descriptor_2_in(notes):
                yield
        except Exception:
            notes.seek(0)
            with suppress(OSError):
                os.write(2, notes.read())
            raise


def notes_file() -> IO[bytes]:
    """Open a temporary file for `descriptor_2_in`, or the null device if none can be written."""
    try:
        return tempfile.TemporaryFile()
    except OSError:  # the disk is full, or no folder is writable
        return open(os.devnull, "w+b")  # noqa: PTH123 - no path


@contextmanager
def descriptor_2_in(notes: IO[bytes]) -> Iterator[None]:
    """Redirect file descriptor 2, to which C++ code writes too, to a file."""
    try:
        stderr = os.dup(2)
    except OSError:  # it does not exist, as under pythonw
        yield
        return
    os.dup2(notes.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)


def _will_log() -> bool:
    level = os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    return level != "0" and "tensorflow" not in sys.modules


@contextmanager
def _python_writes_past_descriptor_2() -> Iterator[None]:
    """Let sys.stderr write to the terminal while file descriptor 2 is redirected."""
    before, guarded = sys.__stderr__, isinstance(sys.stderr, GuardedStream | DrawnStream)
    if not _will_log() or before is None or not (guarded or sys.stderr is before):
        yield
        return
    try:
        descriptor = os.dup(2)
    except OSError:
        yield
        return
    before.flush()
    # Never closed, because a log handler created meanwhile keeps it; it is opened once.
    stream = os.fdopen(descriptor, "w", 1, before.encoding, "backslashreplace", closefd=False)
    try:
        with redirect_stderr(GuardedStream(stream) if guarded else stream):
            yield
    finally:
        os.dup2(descriptor, 2)  # the thread still runs after Ctrl-C
