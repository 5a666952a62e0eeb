"""Pushes to folders and to a store in memory."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from bounded import bounded
from http_server import Server
from pushed_runs import contents

from zookit.core import BadRun, FolderError
from zookit.core.messages import at_command_line
from zookit.core.progress import Advance
from zookit.remote.folder_storage import FolderStorage
from zookit.remote.fsspec_storage import FsspecStorage
from zookit.remote.manifest import MANIFEST, parse_manifest
from zookit.remote.pull import run_at
from zookit.remote.push import push_run
from zookit.remote.storage import RemoteError
from zookit.remote.storage_at import storage_at
from zookit.runs.run import WEIGHTS, RunRecord, read_run

pytestmark = pytest.mark.xdist_group("shared runs")
MEMORY = "memory://bucket/run"


@pytest.fixture(autouse=True)
def memory() -> Iterator[fsspec.AbstractFileSystem]:
    """The store in memory, which is empty at first."""
    store = fsspec.filesystem("memory")
    yield store
    store.store.clear()
    store.pseudo_dirs[:] = [""]


@pytest.fixture(params=["folder", "memory"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path / "shared" / "run") if request.param == "folder" else MEMORY


def stored(url: str) -> dict[str, bytes]:
    """Return the files at an address, also the manifest."""
    if url != MEMORY:
        return {
            path.relative_to(url).as_posix(): path.read_bytes()
            for path in Path(url).rglob("*")
            if path.is_file()
        }
    files = fsspec.filesystem("memory").store
    return {name.removeprefix("/bucket/run/"): file.getvalue() for name, file in files.items()}


def test_a_run_is_pushed_as_it_is(run: RunRecord, url: str) -> None:
    (run.folder / "files" / "plot").mkdir(parents=True)
    (run.folder / "files" / "plot" / "epoch-00001.txt").write_bytes(b"")
    pushed = push_run(run, url)
    found = stored(url)
    manifest = parse_manifest(found.pop(MANIFEST))
    assert found == contents(run.folder)
    assert set(manifest.files) == set(found)
    assert (pushed.files, pushed.sent, pushed.size) == (len(found), len(found), manifest.size)


def test_what_is_there_is_not_sent_again(run: RunRecord, url: str) -> None:
    push_run(run, url)
    assert push_run(run, url).sent == 0
    (run.folder / "note.txt").write_text("new")
    assert push_run(run, url).sent == 1
    (run.folder / "note.txt").write_text("old")  # of the same size
    assert push_run(run, url).sent == 1
    (run.folder / "note.txt").unlink()
    assert push_run(run, url).sent == 0
    assert "note.txt" not in stored(url)
    assert stored(url).keys() - {MANIFEST} == contents(run.folder).keys()


def test_a_push_that_was_stopped_is_no_run_and_continues(
    run: RunRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = tmp_path / "shared"
    push_run(run, str(url))
    for name in ("weights.safetensors", "times.csv", "probe.safetensors"):
        content = bytearray((run.folder / name).read_bytes())
        content[-1] ^= 1  # of the same size
        (run.folder / name).write_bytes(content)
    send = FolderStorage.send

    def broken(storage: FolderStorage, path: Path, name: str, advance: Advance) -> None:
        if name.startswith("weights"):
            raise RemoteError("the connection was lost")
        send(storage, path, name, advance)

    with monkeypatch.context() as patched:
        patched.setattr(FolderStorage, "send", broken)
        with pytest.raises(RemoteError, match="lost"):
            push_run(run, str(url))
    assert MANIFEST not in stored(str(url))
    assert push_run(run, str(url)).sent == 1
    assert {**stored(str(url)), MANIFEST: b""} == {**contents(run.folder), MANIFEST: b""}


def test_a_folder_and_a_file_may_change_places(run: RunRecord, tmp_path: Path) -> None:
    url = str(tmp_path / "shared")
    (run.folder / "a").mkdir()
    (run.folder / "a" / "b").write_text("in a folder")
    (run.folder / "c").write_text("a file")
    push_run(run, url)
    shutil.rmtree(run.folder / "a")
    (run.folder / "a").write_text("a file")
    (run.folder / "c").unlink()
    (run.folder / "c" / "d").mkdir(parents=True)
    (run.folder / "c" / "d" / "e").write_text("in a folder")
    push_run(run, url)
    assert stored(url).keys() - {MANIFEST} == contents(run.folder).keys()
    assert stored(url)["a"] == b"a file"


def test_a_push_that_fails_has_removed_nothing(
    run: RunRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (run.folder / "note.txt").write_text("old")
    url = str(tmp_path / "shared")
    push_run(run, url)
    before = stored(url)
    (run.folder / "note.txt").rename(run.folder / "new.txt")
    monkeypatch.setattr(FolderStorage, "send", lambda *_: pytest.fail("lost"))
    with pytest.raises(pytest.fail.Exception):
        push_run(run, url)
    assert stored(url) == {name: before[name] for name in before.keys() - {MANIFEST}}


def test_another_run_is_replaced_only_with_force(run: RunRecord, url: str) -> None:
    push_run(run, url)
    other = read_run(run.folder.rename(run.folder.with_name("20300101-000000Z-other")))
    (other.folder / "times.csv").unlink()
    with pytest.raises(RemoteError, match=f"another run, {run.name}.*force=True"):
        push_run(other, url)
    assert "times.csv" in stored(url)
    push_run(other, url, force=True)
    assert parse_manifest(stored(url)[MANIFEST]).name == other.name
    assert "times.csv" not in stored(url)


def test_a_foreign_manifest_is_replaced_only_with_force(run: RunRecord, tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text('{"app": 1}')
    with pytest.raises(RemoteError, match=r"not one of a run.*force=True"):
        push_run(run, str(tmp_path))
    assert push_run(run, str(tmp_path), force=True).sent > 0


def test_another_run_that_was_not_pushed_is_replaced_only_with_force(
    run: RunRecord, tmp_path: Path
) -> None:
    """Such as another run in the folder of runs."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "experiment.toml").write_text("format = 2")
    (other / WEIGHTS).write_text("mine")
    with pytest.raises(RemoteError, match=r"was not pushed.*force=True"):
        push_run(run, str(other))
    assert (other / WEIGHTS).read_text() == "mine"
    assert push_run(run, str(other), force=True).sent > 0


def test_a_copy_of_a_run_that_is_elsewhere_is_not_pushed(run: RunRecord, tmp_path: Path) -> None:
    push_run(run, MEMORY)
    with pytest.raises(BadRun, match=r"zookit\.pull\(url\)"):
        push_run(read_run(run_at(MEMORY)), str(tmp_path / "shared"))


def test_a_warning_of_what_a_run_names_comes_before_it_is_sent(
    run: RunRecord, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ["dataset.path is /home/me/photos"] * 5
    monkeypatch.setattr("zookit.remote.push.private_values", lambda _: iter(lines))
    monkeypatch.setattr(FsspecStorage, "send", lambda *_: pytest.fail(caplog.text))
    with pytest.raises(pytest.fail.Exception, match=rf"{MEMORY} learns .*/home/me/photos.*2 more"):
        push_run(run, MEMORY)


def test_a_run_that_trains_is_not_pushed(run: RunRecord, url: str) -> None:
    (run.folder / "metrics.json").unlink()
    (run.folder / ".lock").write_text(json.dumps({"host": "far", "process": 1, "started": ""}))
    with pytest.raises(BadRun, match="being trained"):
        push_run(read_run(run.folder), url)
    assert stored(url) == {}


def test_a_run_that_was_killed_is_pushed(run: RunRecord, url: str) -> None:
    (run.folder / "metrics.json").unlink()
    assert push_run(read_run(run.folder), url).sent > 0


def test_a_web_address_cannot_be_pushed_to(run: RunRecord, server: Server) -> None:
    url = server.url.replace("//", "//me:secret@") + "/run?sig=secret"
    with pytest.raises(RemoteError, match=r"http://127.*can only be pulled.*s3://") as raised:
        push_run(run, url)
    assert "secret" not in str(raised.value)
    assert server.requests == []


def test_a_run_is_not_pushed_into_its_own_folder(run: RunRecord, tmp_path: Path) -> None:
    before = contents(run.folder)
    (tmp_path / "link").symlink_to(run.folder)
    for folder in (run.folder, run.folder / "inner", tmp_path / "link" / "inner"):
        with pytest.raises(RemoteError, match=r"in the run's own folder.*elsewhere"):
            push_run(run, str(folder))
    assert contents(run.folder) == before
    assert not (run.folder / MANIFEST).exists()


def test_a_run_is_not_pushed_beside_itself(run: RunRecord) -> None:
    before = sorted(run.folder.parent.iterdir())
    with pytest.raises(RemoteError, match=r"folder of runs.*elsewhere"):
        push_run(run, str(run.folder.parent / "new"))
    with pytest.raises(RemoteError, match="other files"):
        push_run(run, str(run.folder.parent))
    assert sorted(run.folder.parent.iterdir()) == before


def test_a_run_is_not_pushed_among_other_files(run: RunRecord, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("mine")
    for force in (False, True):
        with pytest.raises(RemoteError, match=rf"other files.*push to .*mine/{run.name}"):
            push_run(run, str(mine), force=force)
    assert [each.name for each in mine.iterdir()] == ["thesis.txt"]
    push_run(run, str(mine / run.name))


@pytest.mark.parametrize(
    ("url", "advice"),
    [
        ("s3:/bucket/run", "write s3:// with two"),
        ("foo://bucket/run", "protocol, foo.*s3://BUCKET"),
    ],
)
def test_an_address_that_no_store_has_is_an_error(
    run: RunRecord,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    url: str,
    advice: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(RemoteError, match=advice):
        push_run(run, url)
    assert sorted(tmp_path.iterdir()) == before


def test_a_protocol_may_be_written_in_capitals(run: RunRecord) -> None:
    push_run(run, MEMORY.replace("memory", "Memory"))
    assert read_run(run_at(MEMORY)).name == run.name


def test_the_memory_of_a_command_is_not_pushed_to(run: RunRecord) -> None:
    with at_command_line(), pytest.raises(RemoteError, match="ends with it"):
        push_run(run, MEMORY)


@pytest.mark.parametrize("url", ["file://shared/run", "local://shared/run"])
def test_a_path_without_its_third_slash_is_an_error(run: RunRecord, url: str) -> None:
    """It would name another folder."""
    with pytest.raises(RemoteError, match=r"'shared'.*file:///FOLDER"):
        push_run(run, url)


def test_the_address_of_a_folder_may_have_any_characters(run: RunRecord, tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    push_run(run, f"file://localhost{tmp_path}/shared/a#b?c%20d")
    assert [each.name for each in (tmp_path / "shared").iterdir()] == ["a#b?c d"]


@pytest.mark.parametrize("url", ["memory://bucket/me@home/run", "memory://bucket/me@work/run"])
def test_the_address_of_what_was_pushed_is_where_it_is(run: RunRecord, url: str) -> None:
    assert push_run(run, url).address == url
    assert read_run(run_at(url)).name == run.name


@pytest.mark.parametrize("url", ["", " ", "http://[", "file:///nonexistent/\0"])
def test_an_address_that_is_none_is_an_error(url: str) -> None:
    with pytest.raises(RemoteError):
        storage_at(url).read(MANIFEST, 10)


@pytest.mark.parametrize("kind", ["FIFO", "folder"])
def test_nothing_hangs_on_what_is_no_file(run: RunRecord, tmp_path: Path, kind: str) -> None:
    shared = tmp_path / "shared"
    push_run(run, str(shared))
    (shared / "times.csv").unlink()
    if kind == "FIFO":
        os.mkfifo(shared / "times.csv")
    else:
        (shared / "times.csv").mkdir()
    with bounded(), pytest.raises(RemoteError, match=r"times\.csv cannot be read"):
        push_run(run, str(shared))


def test_nothing_is_written_through_a_link(run: RunRecord, tmp_path: Path) -> None:
    shared, elsewhere = tmp_path / "shared", tmp_path / "elsewhere"
    elsewhere.write_text("mine")
    push_run(run, str(shared))
    (shared / "times.csv").unlink()
    (shared / "times.csv").symlink_to(elsewhere)
    push_run(run, str(shared))
    assert elsewhere.read_text() == "mine"
    assert not (shared / "times.csv").is_symlink()


@pytest.mark.parametrize("why", ["sent", "removed"])
def test_nothing_is_changed_through_a_linked_folder(
    run: RunRecord, tmp_path: Path, why: str
) -> None:
    """What a manifest lists that somebody else wrote may be a file of this user's."""
    shared, mine = tmp_path / "shared", tmp_path / "mine"
    (run.folder / "files").mkdir()
    (run.folder / "files" / "plot").write_text("of the run")
    push_run(run, str(shared))
    shutil.move(shared / "files", mine)
    (shared / "files").symlink_to(mine)
    if why == "sent":
        (run.folder / "files" / "plot").write_text("of the run, later")
    else:
        shutil.rmtree(run.folder / "files")
    with pytest.raises(RemoteError, match=r"files is a link.*Remove it"):
        push_run(run, str(shared))
    assert (mine / "plot").read_text() == "of the run"


def test_a_folder_that_cannot_be_written_is_an_error(run: RunRecord, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderError, match="file"):
        push_run(run, str(tmp_path / "file" / "run"))
