"""Only one process at a time writes a run's folder."""

import fcntl
from pathlib import Path

import pytest

from zookit.core import FolderError
from zookit.runs.lock import is_locked, locked


def test_the_folder_is_locked_for_a_while(tmp_path: Path) -> None:
    assert not is_locked(tmp_path)
    with locked(tmp_path):
        assert is_locked(tmp_path)
        with pytest.raises(FolderError, match="another process"), locked(tmp_path):
            pass
    assert not is_locked(tmp_path)


def test_the_lock_is_released_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="bad"), locked(tmp_path):
        raise ValueError("bad")
    assert not is_locked(tmp_path)


def test_a_process_that_checks_is_not_taken_for_a_writer(tmp_path: Path) -> None:
    with locked(tmp_path):
        pass
    with (tmp_path / ".lock").open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        assert not is_locked(tmp_path)


def test_a_folder_that_is_gone_cannot_be_locked(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderError, match="cannot be written"), locked(tmp_path / "file"):
        pass
