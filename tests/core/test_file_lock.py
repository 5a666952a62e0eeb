"""A lock on a file: held by one process, free when it ends, and missing in some file systems."""

import errno
import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from bounded import bounded

from zookit.core.data.cache import locked
from zookit.core.file_lock import lock_file


def test_a_killed_process_releases_its_lock(tmp_path: Path) -> None:
    holding = (
        "import sys, pathlib; from zookit.core.file_lock import lock_file\n"
        "lock = lock_file(pathlib.Path(sys.argv[1]), 0); print('held', flush=True); input()"
    )
    path = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", holding, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        began = time.monotonic()
        with pytest.raises(BlockingIOError):
            lock_file(path, 0.2)
        assert 0.2 <= time.monotonic() - began < 5
        process.kill()
        process.wait()
        with bounded(5):
            lock_file(path, None).release()


def test_a_lock_does_not_go_to_another_program(tmp_path: Path) -> None:
    lock = lock_file(tmp_path / "lock", 0)
    assert not os.get_inheritable(lock.handle)
    lock.release()


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL])
def test_without_locks_the_cache_is_used_with_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, number: int
) -> None:
    """No file system without locks can be mounted here, so the system's call is replaced."""

    def flock(file: object, operation: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", flock)
    with locked("made"):
        pass
    (warning,) = caplog.messages
    assert os.strerror(number) in warning


def test_another_error_is_not_taken_for_a_missing_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flock(file: object, operation: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(OSError, match="Input/output"):
        lock_file(tmp_path / "lock", 0)
