"""The index of a folder of runs: what is listed is what the folders say, whatever it holds."""

import errno
import fcntl
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from made_runs import digits

from zookit.runs import index, index_state, listing
from zookit.runs.index import LOCK, NAME, read_index
from zookit.runs.listing import (
    find_by_cell,
    find_by_identity,
    intact_summaries,
    list_folders,
    list_summaries,
)
from zookit.runs.lock import locked
from zookit.runs.run import read_run
from zookit.runs.summary import cell_of, summary_of

FILES = ("environment.json", "experiment.toml", "history.csv", "times.csv", "metrics.json")
COUNT = 8
WRITE = (
    "import sys; from pathlib import Path; from zookit.runs import index, listing\n"
    "index.FEWEST = listing.FEWEST = listing._WORTH = 1\n"
)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small folders have an index too."""
    monkeypatch.setattr(index, "FEWEST", 1)
    monkeypatch.setattr(listing, "FEWEST", 1)
    monkeypatch.setattr(listing, "_WORTH", 1)


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that were just written count as if they had been written long ago."""
    monkeypatch.setattr(index_state, "_TICK", -(10**10))


@pytest.fixture
def runs(tmp_path: Path, settled: None) -> Path:
    """A folder of runs with an index."""
    folder = tmp_path / "runs"
    for at in range(COUNT):
        copy(folder / f"run-{at}")
    list_summaries(folder)
    assert len(read_index(folder, summaries=True).runs) == COUNT
    return folder


def copy(target: Path) -> Path:
    target.mkdir(parents=True)
    for name in FILES:
        shutil.copy2(digits().folder / name, target / name)
    return target


def replaced(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def values(folder: Path) -> dict[str, dict[str, object]]:
    """What is listed, by name."""
    return {
        run.name: {
            name: getattr(run, name) for name in run.__slots__ if name not in ("recipe", "parent")
        }
        | {
            "experiment": run.experiment,
            "components": run.recipe.components,
            "data": run.recipe.data,
            "logged": run.recipe.logged,
            "folder": run.folder,
            "defaulted": [each.defaulted for each in run.experiment.components()],
        }
        for run in list_summaries(folder)
    }


def direct(folder: Path) -> dict[str, dict[str, object]]:
    """The same without the index."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(listing, "read_index", lambda *_, **__: index.Entries())
        patched.setattr(listing, "write_index", lambda *_: None)
        return values(folder)


def forbid_reading(monkeypatch: pytest.MonkeyPatch, *allowed: str) -> None:
    def read(folder: Path) -> object:
        assert folder.name in allowed, folder
        return read_run(folder)

    monkeypatch.setattr(listing, "read_run", read)


def test_an_indexed_run_is_not_read_and_is_the_same(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = direct(runs)
    record = summary_of(read_run(runs / "run-0"))
    forbid_reading(monkeypatch)
    assert values(runs) == expected
    assert expected["run-0"]["experiment"] == record.experiment
    assert expected["run-0"]["test"] == record.test


@pytest.mark.parametrize("cold", [False, True])
def test_equal_experiments_are_held_once(runs: Path, cold: bool) -> None:
    """So that thousands of runs take little memory, also before there is an index."""
    if cold:
        (runs / NAME).unlink()
    replaced(runs / "run-0" / "experiment.toml", "batch_size = 64", "batch_size = 32")
    found = [run.recipe for run in list_summaries(runs)]
    assert len({id(each) for each in found}) == 2
    assert len({id(each.experiment.dataset) for each in found}) == 1


def test_a_small_folder_has_no_index(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (NAME, LOCK):
        (runs / name).unlink()
    for module in (index, listing):
        monkeypatch.setattr(module, "FEWEST", COUNT + 1)
    assert len(list_summaries(runs)) == COUNT
    assert not (runs / NAME).exists()


@pytest.mark.parametrize("kept", [False, True])
def test_an_edited_file_is_read_again(
    runs: Path, monkeypatch: pytest.MonkeyPatch, kept: bool
) -> None:
    """Also if it has the old size and its time is set back."""
    file = runs / "run-3" / "metrics.json"
    before = file.stat()
    replaced(file, '"finished"', '"failed"  ' if kept else '"failed"')
    if kept:
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert file.stat().st_size == before.st_size
    forbid_reading(monkeypatch, "run-3")
    found = values(runs)
    assert [name for name, each in found.items() if each["status"] == "failed"] == ["run-3"]


def test_a_file_that_was_just_written_is_read_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its next change may have the same time and size."""
    run = copy(tmp_path / "runs" / "run")
    list_summaries(run.parent)
    assert not read_index(run.parent, summaries=True).runs
    now = time.time_ns() + 10 * index_state._TICK
    monkeypatch.setattr(index_state, "time", SimpleNamespace(time_ns=lambda: now))
    list_summaries(run.parent)
    assert read_index(run.parent, summaries=True).runs


def test_runs_that_are_removed_renamed_and_copied(runs: Path) -> None:
    shutil.rmtree(runs / "run-0")
    (runs / "run-1").rename(runs / "renamed")
    shutil.copytree(runs / "run-2", runs / "copied")
    (runs / "run-3").rename(runs.parent / "aside")
    (runs / "run-4").rename(runs / "run-3")
    replaced(runs / "copied" / "history.csv", "1,", "1,")
    assert values(runs) == direct(runs)
    assert set(values(runs)) == {"renamed", "copied", "run-2", "run-3", "run-5", "run-6", "run-7"}
    assert set(read_index(runs, summaries=True).runs) == set(values(runs))


def test_a_folder_copied_with_its_index(runs: Path, tmp_path: Path) -> None:
    shutil.copytree(runs, tmp_path / "other")
    replaced(tmp_path / "other" / "run-1" / "metrics.json", '"finished"', '"failed"')
    found = values(tmp_path / "other")
    assert found == direct(tmp_path / "other")
    assert found["run-1"]["status"] == "failed"


def test_status_of_runs_that_have_not_ended(runs: Path) -> None:
    for at in (0, 1):
        (runs / f"run-{at}" / "metrics.json").unlink()
    assert values(runs)["run-0"]["status"] == "killed"
    code = "import sys; from pathlib import Path; from zookit.runs.lock import locked\n"
    code += "with locked(Path(sys.argv[1])): print('locked', flush=True); sys.stdin.read()"
    child = subprocess.Popen(
        [sys.executable, "-c", code, runs / "run-1"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with child:
        assert child.stdout is not None
        child.stdout.readline()
        found = {name: each["status"] for name, each in values(runs).items()}
    assert (found["run-0"], found["run-1"], found["run-2"]) == ("killed", "running", "finished")
    assert values(runs)["run-1"]["status"] == "killed"


def test_damaged_and_changed_runs_are_reported_each_time(
    runs: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (runs / "run-0" / "environment.json").write_text("{")
    replaced(runs / "run-1" / "experiment.toml", "batch_size = 64", "batch_size = 32")
    (runs / "other").mkdir()
    for _ in range(3):
        caplog.clear()
        assert len(list_summaries(runs)) == COUNT - 1
        messages = " ".join(sorted(record.getMessage() for record in caplog.records))
        assert all(name in messages for name in ("skipped run-0:", "run-1:", "skipped other:"))
        assert len(caplog.records) == 3
    caplog.clear()
    assert {run.name for run in intact_summaries(runs)} == {f"run-{at}" for at in range(1, COUNT)}
    assert not caplog.records


def garbage(path: Path) -> None:
    path.write_bytes(random.Random(0).randbytes(10_000))


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def other_tables(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE runs (other TEXT)")
    connection.close()


def newer_version(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 2000000000")
        connection.execute("ALTER TABLE runs RENAME TO later")
    connection.close()


def link(path: Path) -> None:
    kept = path.with_name("kept")
    path.rename(kept)
    path.symlink_to(kept)


@pytest.mark.parametrize("damage", [garbage, truncated, other_tables, newer_version, link])
def test_an_unusable_index_is_written_anew(
    runs: Path, monkeypatch: pytest.MonkeyPatch, damage: "object"
) -> None:
    expected = direct(runs)
    assert callable(damage)
    damage(runs / NAME)
    kept = (runs / "kept").read_bytes() if damage is link else b""
    assert values(runs) == expected
    forbid_reading(monkeypatch)
    assert values(runs) == expected
    assert not (runs / NAME).is_symlink()
    assert not kept or (runs / "kept").read_bytes() == kept


def test_changed_bytes_never_change_what_is_listed(runs: Path) -> None:
    expected, intact = direct(runs), (runs / NAME).read_bytes()
    drawn = random.Random(1)
    for _ in range(25):
        content = bytearray(intact)
        for _ in range(drawn.choice((1, 20))):
            content[drawn.randrange(100, len(content))] ^= 1 << drawn.randrange(8)
        (runs / NAME).write_bytes(content)
        assert values(runs) == expected


def test_several_processes_write_at_once(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = direct(runs)
    code = f"{WRITE}listing._BATCH = 1\nfrom zookit.runs import index_state\n"
    code += "index_state._TICK = -10**10\nfor _ in range(5):\n"
    code += " (Path(sys.argv[1]) / index.NAME).unlink(missing_ok=True)\n"
    code += f" assert len(listing.list_summaries(Path(sys.argv[1]))) == {COUNT}\n"
    writers = [subprocess.Popen([sys.executable, "-c", code, runs]) for _ in range(3)]
    assert [each.wait() for each in writers] == [0, 0, 0]
    assert values(runs) == expected
    forbid_reading(monkeypatch)
    assert values(runs) == expected


def test_a_process_killed_while_it_writes(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = direct(runs)
    code = f"{WRITE}import os, signal\n"
    code += "class Killing(dict):\n def items(self):\n  yield from super().items()\n"
    code += "  os.kill(os.getpid(), signal.SIGKILL)\n"
    code += "entries = index.read_index(Path(sys.argv[1]), summaries=True)\n"
    code += "entries.runs = Killing({f'no-{at}': (b'', 'x' * 9999) for at in range(2000)})\n"
    code += "index.write_index(Path(sys.argv[1]), entries)"
    killed = subprocess.run([sys.executable, "-c", code, runs], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (runs / f"{NAME}-journal").exists()
    forbid_reading(monkeypatch)
    assert values(runs) == expected
    assert not any(name.startswith("no-") for name in read_index(runs, summaries=True).runs)


@pytest.fixture(params=["no locks", "read-only"])
def unwritable(request: pytest.FixtureRequest, runs: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (NAME, LOCK):
        (runs / name).unlink()

    def flock(file: object, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    def lock_file(path: Path, seconds: float) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    if request.param == "no locks":
        monkeypatch.setattr(fcntl, "flock", flock)
    else:
        monkeypatch.setattr(index, "lock_file", lock_file)
    return runs


def test_without_an_index_it_works_and_says_so_in_one_line(
    unwritable: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from zookit.core.messages import warnings_given_once

    with warnings_given_once():
        assert len(list_summaries(unwritable)) == COUNT
        list_folders(unwritable)
        list_summaries(unwritable)
    (line,) = (record.getMessage() for record in caplog.records)
    assert str(unwritable) in line
    assert "\n" not in line
    assert not (unwritable / NAME).exists()


def test_few_runs_without_an_index_are_not_worth_a_message(
    unwritable: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "FEWEST", COUNT + 1)
    assert len(list_summaries(unwritable)) == COUNT
    assert not caplog.records


def test_runs_are_found_by_identity_and_by_cell(runs: Path) -> None:
    record = read_run(runs / "run-0")
    identity, data = record.environment.identity, record.environment.data.hash
    for at, old, new in (
        (1, "epochs = 1", "epochs = 2"),  # no contradiction, but another experiment
        (2, "batch_size = 64", "batch_size = 32"),  # a contradiction
    ):
        replaced(runs / f"run-{at}" / "experiment.toml", old, new)
    (runs / "run-3" / "metrics.json").unlink()
    with locked(runs / "run-3"):
        found = find_by_identity(runs, [identity, "none"])
    assert found["none"] == []
    by_name = {run.name: run.status for run in found[identity]}
    assert by_name == {
        f"run-{at}": "running" if at == 3 else "finished" for at in range(COUNT) if at not in (1, 2)
    }
    threads = record.experiment.with_settings(threads=7)
    (cell,) = {cell_of(each, data) for each in (threads, record.experiment)}
    assert [run.name for run in find_by_cell(runs, [cell])[cell]] == list(by_name)
    other = cell_of(record.experiment.with_settings(seed=1), data)
    assert find_by_cell(runs, [other]) == {other: []}
