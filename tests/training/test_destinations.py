"""Somebody else's run or experiment writes outside its folder only if the user allows it."""

import json
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import Command
from contents import contents
from small_runs import DENSE, SMALL, small_images

import zookit
from zookit.core import BadRun, FolderError
from zookit.training.destinations import destinations
from zookit.training.resolve import compose


def stranger(tmp_path: Path, *callbacks: str) -> Path:
    """Train an epoch in another folder, remove what the callbacks wrote, and return the run."""
    run = zookit.run(
        small_images(), DENSE, callbacks, runs_dir=tmp_path / "runs", epochs=1, **SMALL
    )
    for each in (tmp_path / "mine").iterdir():
        each.unlink()
    return run.folder


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    (tmp_path / "mine").mkdir()
    return tmp_path / "mine"


def test_the_command_names_the_paths_and_writes_nothing(
    zookit: Command, tmp_path: Path, mine: Path
) -> None:
    log, model = mine / "log.csv", mine / "model.keras"
    run = stranger(tmp_path, f"csv_logger:{log}", f"model_checkpoint:{model},monitor=loss")
    log.write_text("mine")
    before = contents(tmp_path)
    for command in (
        ("resume", run, "--epochs", "2"),
        ("reproduce", run),
        ("run", "--from", run / "experiment.toml"),
    ):
        message = zookit(*command).message()
        assert all(f in message for f in ("csv_logger", str(log), str(model), "--allow-writes"))
        assert contents(tmp_path) == before
    allowed = zookit("resume", run, "--epochs", "2", "--allow-writes", "--json")
    assert allowed.code == 0
    assert json.loads(allowed.out)["status"] == "finished"
    assert model.exists()
    assert log.read_text() != "mine"


def test_python_asks_for_the_keyword(tmp_path: Path, mine: Path) -> None:
    run = stranger(tmp_path, f"csv_logger:{mine}/log.csv")
    opened = zookit.open_run(run)
    before = contents(tmp_path)
    with pytest.raises(FolderError, match="allow_writes=True"):
        opened.resume(2, quiet=True)
    with pytest.raises(FolderError, match=r"log\.csv"):
        zookit.resume(run, 2, quiet=True)
    with pytest.raises(FolderError, match=r"log\.csv"):
        opened.reproduce(tmp_path / "again", quiet=True)
    assert contents(tmp_path) == before
    assert zookit.resume(run, 2, quiet=True, allow_writes=True).epochs == 2
    (mine / "log.csv").unlink()
    again = opened.refresh().reproduce(tmp_path / "again", quiet=True, allow_writes=True)
    assert again.identical
    assert (mine / "log.csv").exists()


def test_a_complete_run_writes_nothing_and_needs_no_permission(
    zookit: Command, tmp_path: Path, mine: Path
) -> None:
    run = stranger(tmp_path, f"csv_logger:{mine}/log.csv")
    assert "already complete" in zookit("resume", run).err


@pytest.mark.parametrize(
    ("path", "outside"),
    [
        ("{run}/log.csv", False),
        ("{run}/deeper/log.csv", False),
        ("{run}/../log.csv", True),
        ("{run}/deeper/../../log.csv", True),
        ("{run}/link/log.csv", True),
        ("{run}/file.csv", True),
        ("{run}/../linked/log.csv", False),
        ("{run}2/log.csv", True),
        ("log.csv", True),
        ("/dev/full", True),
    ],
)
def test_links_and_dots_are_resolved(tmp_path: Path, path: str, outside: bool) -> None:
    run = tmp_path / "run"
    run.mkdir()
    (run / "link").symlink_to(tmp_path)
    (run / "file.csv").symlink_to(tmp_path / "file.csv")
    (tmp_path / "linked").symlink_to(run)
    words = f"csv_logger:{path.format(run=run)}"
    found = destinations(compose("mnist", "dense", [words]), run)
    assert bool(found) is outside
    assert destinations(compose("mnist", "dense", [words])), "a new run has no folder yet"


@pytest.mark.parametrize(
    ("words", "fact"),
    [
        ("remote_monitor:http://example.org", "example.org"),
        ("remote_monitor: HTTPS://example.org:99/", "example.org"),
        ("remote_monitor:http://example.org/?token=secret", "http://example.org"),
        ("remote_monitor", "http://localhost:9000"),
        ("early_stopping", ""),
    ],
)
def test_servers_are_named_without_their_secrets(words: str, fact: str) -> None:
    found = " ".join(destinations(compose("mnist", "dense", [words])))
    assert fact.lower() in found.lower()
    assert bool(found) is bool(fact)
    assert "secret" not in found


def test_what_is_only_read_is_no_destination(tmp_path: Path) -> None:
    assert destinations(compose(small_images(), DENSE), tmp_path) == ()


def test_control_characters_of_a_path_are_escaped(tmp_path: Path) -> None:
    (found,) = destinations(compose("mnist", "dense", [f"csv_logger:{tmp_path}/\x1b[31m"]))
    assert found.isprintable()


def answered(run: Path, tmp_path: Path, answer: bytes) -> tuple[int, str]:
    """Resume on a terminal, where a person answers; return the exit code and what was shown."""
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "zookit", "resume", str(run), "--epochs", "2"]
    process = subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, cwd=tmp_path, start_new_session=True
    )
    os.close(slave)
    shown, asked = b"", False
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if not select.select([master], [], [], 1)[0]:
            continue
        try:
            shown += os.read(master, 10_000)
        except OSError:  # the other end is closed
            break
        if not asked and b"[y/N]" in shown:
            asked = True
            os.write(master, answer + b"\n")
    os.close(master)
    return process.wait(10), shown.decode()


@pytest.mark.slow
@pytest.mark.parametrize(("answer", "code"), [(b"y", 0), (b"n", 2), (b"", 2)])
def test_on_a_terminal_a_person_is_asked(
    tmp_path: Path, mine: Path, answer: bytes, code: int
) -> None:
    run = stranger(tmp_path, f"csv_logger:{mine}/log.csv")
    before = contents(run)
    ended, shown = answered(run, tmp_path, answer)
    assert ended == code, shown
    assert str(mine / "log.csv") in shown
    assert (mine / "log.csv").exists() is (code == 0)
    assert (contents(run) == before) is (code != 0)


def test_a_damaged_run_is_refused_before_the_question(tmp_path: Path, mine: Path) -> None:
    run = stranger(tmp_path, f"csv_logger:{mine}/log.csv")
    (run / "checkpoint.safetensors").write_bytes(b"")
    with pytest.raises(BadRun):
        zookit.resume(run, 2, quiet=True)


def test_an_experiment_file_that_is_no_file_is_refused(zookit: Command, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "big.toml").touch()
    os.truncate(tmp_path / "big.toml", 40 * 2**30)
    for name in ("pipe.toml", "big.toml"):
        assert name in zookit("run", "--from", tmp_path / name).message()
