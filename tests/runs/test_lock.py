"""Only one process at a time writes a run's folder, and others see whether one does."""

import errno
import fcntl
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from bounded import bounded
from conftest import Command
from contents import contents

from zookit.core import FolderError
from zookit.runs.lock import Writer, locked, writing
from zookit.runs.run import read_run

NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL)


def written_by(folder: Path, host: str, process: int, started: str = "") -> None:
    """Leave what a process leaves that was killed while it wrote the folder."""
    text = json.dumps({"host": host, "process": process, "started": started})
    (folder / ".lock").write_text(text)


@pytest.fixture
def no_locks(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> int:
    """A file system without locks. None can be mounted here, so the system's call is replaced."""
    number: int = getattr(request, "param", errno.ENOLCK)

    def flock(file: object, operation: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", flock)
    return number


def test_the_folder_is_locked_for_a_while(tmp_path: Path) -> None:
    assert writing(tmp_path) is False
    with locked(tmp_path):
        assert writing(tmp_path) is True
        with pytest.raises(FolderError, match="another process"), locked(tmp_path):
            pass
    assert writing(tmp_path) is False


def test_the_lock_is_released_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="bad"), locked(tmp_path):
        raise ValueError("bad")
    assert writing(tmp_path) is False


def test_a_process_that_checks_is_not_taken_for_a_writer(tmp_path: Path) -> None:
    with locked(tmp_path):
        pass
    with (tmp_path / ".lock").open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        assert writing(tmp_path) is False


def test_a_folder_that_is_gone_cannot_be_locked(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderError, match="cannot be written"), locked(tmp_path / "file"):
        pass


def test_the_lock_names_its_process_until_the_run_has_ended(tmp_path: Path) -> None:
    with locked(tmp_path):
        assert Writer.read((tmp_path / ".lock").read_bytes()) == Writer.current()
        assert Writer.current().is_alive()
    assert (tmp_path / ".lock").read_bytes() == b""
    written_by(tmp_path, "elsewhere", 7)
    before = contents(tmp_path)
    with pytest.raises(ValueError, match="bad"), locked(tmp_path):
        raise ValueError("bad")
    assert contents(tmp_path) == before
    with locked(tmp_path):
        (tmp_path / "metrics.json").write_text("{}")
    assert (tmp_path / ".lock").read_bytes() == b""


def pipe(path: Path) -> None:
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.mkdir()


def link(path: Path) -> None:
    path.symlink_to(path.with_name("victim"))


def loop(path: Path) -> None:
    path.symlink_to(path)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("make", [pipe, folder, link, loop, device])
def test_what_is_no_file_is_neither_waited_for_nor_followed(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / ".lock")
    with bounded(1, 64):
        assert writing(tmp_path) is False
        with pytest.raises(FolderError, match=r"\.lock cannot be written"), locked(tmp_path):
            pass
    assert not (tmp_path / "victim").exists()


def test_a_pipe_as_lock_is_refused_and_harms_no_other_run(zookit: Command, run: Path) -> None:
    other = run.with_name("20261122-101500-00000000")
    other.mkdir()
    for each in run.iterdir():
        if each.name not in (".lock", "metrics.json"):
            (other / each.name).write_bytes(each.read_bytes())
    os.mkfifo(other / ".lock")
    with bounded(10, 1024):
        listed = json.loads(zookit("runs", "--json").out)
        assert {each["run"]: each["status"] for each in listed} == {
            run.name: "finished",
            other.name: "killed",
        }
        assert ".lock" in zookit("resume", other).message()


@pytest.mark.parametrize(
    "content",
    ["", "{}", "[1]", "{", "[" * 900, '{"host": 1}', '{"host": "a", "process": "b"}', "x"],
)
def test_any_content_of_the_lock_is_harmless(tmp_path: Path, content: str) -> None:
    (tmp_path / ".lock").write_text(content)
    with bounded(1, 64):
        assert writing(tmp_path) is False
        with locked(tmp_path):
            assert writing(tmp_path) is True


@pytest.mark.parametrize("no_locks", NO_LOCKS, indirect=True, ids=errno.errorcode.get)
def test_without_locks_a_run_is_written_with_a_warning(
    tmp_path: Path, no_locks: int, caplog: pytest.LogCaptureFixture
) -> None:
    with locked(tmp_path):
        assert writing(tmp_path) is True
        with pytest.raises(FolderError, match=f"process {os.getpid()}"), locked(tmp_path):
            pass
    assert writing(tmp_path) is False
    (warning,) = caplog.messages
    assert all(fact in warning for fact in (str(tmp_path), os.strerror(no_locks), "no locks"))


@pytest.mark.usefixtures("no_locks")
def test_without_locks_a_training_run_is_running_until_its_process_ends(run: Path) -> None:
    (run / "metrics.json").unlink()
    sleeper = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    started = Path(f"/proc/{sleeper.pid}/stat")
    ticks = started.read_text().rpartition(")")[2].split()[19] if started.exists() else ""
    written_by(run, socket.gethostname(), sleeper.pid, ticks)
    assert read_run(run).status == "running"
    sleeper.communicate(b"\n")
    assert read_run(run).status == "killed"


@pytest.mark.usefixtures("no_locks")
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
@pytest.mark.parametrize("process", [None, 0, -1, 2**31, 2**70])
def test_a_number_of_another_process_is_not_the_writer(run: Path, process: int | None) -> None:
    (run / "metrics.json").unlink()
    written_by(run, socket.gethostname(), os.getpid() if process is None else process, "1")
    assert read_run(run).status == "killed"


def test_a_run_of_another_machine_is_not_shown_as_killed(zookit: Command, run: Path) -> None:
    (run / "metrics.json").unlink()
    written_by(run, "elsewhere", 7)
    assert read_run(run).status == "unknown"
    assert json.loads(zookit("runs", "--json").out)[0]["status"] == "unknown"
    assert "another machine" in zookit("export", run, "--to", "keras").message()
    long_ago = time.time() - 100_000
    for each in run.iterdir():
        os.utime(each, (long_ago, long_ago))
    assert read_run(run).status == "killed"


def test_a_run_of_this_machine_whose_lock_is_free_was_killed(run: Path) -> None:
    (run / "metrics.json").unlink()
    written_by(run, socket.gethostname(), os.getpid())
    assert read_run(run).status == "killed"
