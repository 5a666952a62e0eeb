"""Importing Keras: the backend is checked, file descriptor 2 redirected and restored.

tests/cli/test_startup.py tests in processes of their own that nothing of TensorFlow's is shown.
"""

import os
import subprocess
import sys
import tempfile

import keras  # noqa: F401 - imported before, as in every test process
import pytest

from zookit.core import ZookitError
from zookit.modeling import tensorflow_import
from zookit.modeling.tensorflow_import import (
    descriptor_2_in,
    import_keras,
    importing_keras,
    notes_file,
)


def test_another_backend_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "numpy")
    with pytest.raises(ZookitError, match=r"'numpy'.*KERAS_BACKEND"):
        import_keras()
    with pytest.raises(ZookitError, match="'numpy'"), importing_keras():
        pytest.fail("checked before anything is started")


def test_the_thread_imports_once_it_is_started() -> None:
    stderr = sys.stderr
    with importing_keras() as importing:
        assert importing.ident is None
        importing.start()
        importing.wait()
    assert not importing.is_alive()
    assert sys.stderr is stderr
    with importing_keras():
        pass  # never started


@pytest.mark.parametrize("error", [ImportError("no TensorFlow"), SystemExit("no TensorFlow")])
def test_the_error_of_the_import_is_raised_by_wait(
    monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(tensorflow_import, "import_keras", fail)
    with importing_keras() as importing:
        importing.start()
        importing.join()
        with pytest.raises(type(error), match="no TensorFlow"):
            importing.wait()


def test_descriptor_2_is_redirected_and_restored(capfd: pytest.CaptureFixture[str]) -> None:
    with tempfile.TemporaryFile() as notes:
        with descriptor_2_in(notes):
            os.write(2, b"inside")
        os.write(2, b"outside")
        notes.seek(0)
        assert notes.read() == b"inside"
    assert capfd.readouterr().err == "outside"


@pytest.mark.slow
def test_keras_is_imported_without_a_writable_temporary_folder() -> None:
    """In a process of its own: here TensorFlow is imported already."""
    program = (
        "import tempfile; tempfile.tempdir = '/missing'\n"
        "from zookit.modeling.tensorflow_import import import_keras\n"
        "import_keras()"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_without_a_writable_temporary_folder_notes_are_dropped(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(tempfile, "tempdir", "/missing")
        notes = notes_file()
    with notes, descriptor_2_in(notes):
        os.write(2, b"inside")
    assert capfd.readouterr().err == ""
