"""Pulls from folders, from a web server and from a store in memory."""

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from bounded import bounded
from http_server import Server, serving
from pushed_runs import contents, served

from zookit.core import BadRun, FolderError
from zookit.remote.fsspec_storage import FsspecStorage
from zookit.remote.manifest import MANIFEST, Manifest, manifest_of, parse_manifest
from zookit.remote.pull import pull_run, run_at
from zookit.remote.push import push_run
from zookit.remote.storage import RemoteError
from zookit.remote.storage_at import storage_at
from zookit.runs.run import CHECKPOINT, WEIGHTS, RunRecord

pytestmark = pytest.mark.xdist_group("shared runs")


@pytest.fixture
def shared(run: RunRecord, tmp_path: Path) -> Path:
    """A folder that the run was pushed to."""
    push_run(run, str(tmp_path / "shared"))
    return tmp_path / "shared"


def asked(server: Server) -> list[str]:
    """Return the names of the files that were asked for since the last call."""
    names = [path.removeprefix("/run/") for path, _ in server.requests]
    server.requests.clear()
    return names


def flipped(content: bytes) -> bytes:
    return bytes([content[0] ^ 1]) + content[1:]


@pytest.mark.parametrize("kind", ["folder", "file", "memory", "web"])
def test_a_run_is_pulled_as_it_was_pushed(
    run: RunRecord, tmp_path: Path, server: Server, kind: str
) -> None:
    plots = run.folder / "files" / "plot"
    plots.mkdir(parents=True)
    (plots / "epoch-00001.txt").write_bytes(b"")
    url = {"folder": str(tmp_path / "a b"), "file": (tmp_path / "a b").as_uri()}.get(kind)
    if kind == "web":
        url = served(server, run.folder)
    else:
        url = url or "memory://pulled/run"
        push_run(run, url)
    pulled = pull_run(url, tmp_path / "new" / "runs")
    assert pulled.folder == tmp_path / "new" / "runs" / run.name
    assert contents(pulled.folder) == contents(run.folder)
    assert (pulled.files, pulled.was_there) == (len(contents(run.folder)), False)


def test_the_names_of_files_are_quoted_in_web_addresses(
    run: RunRecord, tmp_path: Path, server: Server
) -> None:
    (run.folder / "50% #é.txt").write_bytes(b"odd")
    url = served(server, run.folder)
    server.files["/run/50%25%20%23%C3%A9.txt"] = server.files.pop("/run/50% #é.txt")
    assert contents(pull_run(url, tmp_path).folder) == contents(run.folder)


def test_the_query_of_a_signed_address_goes_with_each_file_and_into_no_message(
    run: RunRecord, tmp_path: Path, server: Server
) -> None:
    url = served(server, run.folder)
    for path in list(server.files):
        server.files[f"{path}?sig=secret"] = server.files.pop(path)
    server.files[f"/run/{WEIGHTS}?sig=secret"] = (b"", [403])
    with pytest.raises(RemoteError, match=rf"{WEIGHTS}.*403 Forbidden") as raised:
        pull_run(f"{url}?sig=secret", tmp_path)
    assert "secret" not in str(raised.value)


def test_what_arrived_is_not_pulled_again(run: RunRecord, tmp_path: Path, server: Server) -> None:
    url = served(server, run.folder, weights=404)
    for _ in range(2):
        with pytest.raises(RemoteError, match="404 Not Found"):
            pull_run(url, tmp_path / "new")
    assert not (tmp_path / "new").exists()
    served(server, run.folder)
    asked(server)
    pull_run(url, tmp_path / "new")
    assert asked(server) == [MANIFEST, WEIGHTS]


def test_a_part_is_continued(
    run: RunRecord, tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (run.folder / "large").write_bytes(os.urandom(3_000_000))
    push_run(run, "memory://parts/run")
    blocks = FsspecStorage.blocks

    def cut(storage: FsspecStorage, name: str, start: int) -> Iterator[bytes]:
        found = blocks(storage, name, start)
        return (each[:1000] for each in islice(found, 1)) if name == "large" else found

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(FsspecStorage, "blocks", cut)
        with pytest.raises(RemoteError, match=r"ended after .* bytes.*again"):
            pull_run("memory://parts/run", tmp_path / "new")
    (part,) = own_cache.rglob("large.part")
    part.write_bytes((run.folder / "large").read_bytes()[:1_500_000])
    starts = {}

    def recorded(storage: FsspecStorage, name: str, start: int) -> Iterator[bytes]:
        starts[name] = start
        return blocks(storage, name, start)

    monkeypatch.setattr(FsspecStorage, "blocks", recorded)
    assert contents(pull_run("memory://parts/run", tmp_path / "new").folder) == contents(run.folder)
    assert starts["large"] == 1_500_000
    assert not list(own_cache.iterdir())


@pytest.mark.parametrize("part", ["wrong", "too long", "link", "FIFO"])
def test_a_part_of_something_else_is_removed(
    run: RunRecord, tmp_path: Path, shared: Path, own_cache: Path, part: str
) -> None:
    run_at(str(shared))
    (copy,) = own_cache.glob("*/*/")
    (copy / WEIGHTS).unlink()
    path, mine = copy / f"{WEIGHTS}.part", tmp_path / "mine"
    mine.write_text("mine")
    if part == "link":
        path.symlink_to(mine)
    elif part == "FIFO":
        os.mkfifo(path)
    else:
        path.write_bytes(b"x" * (10 if part == "wrong" else 1_000_000))
    with bounded():
        assert contents(pull_run(str(shared), tmp_path / "new").folder) == contents(run.folder)
    assert mine.read_text() == "mine"


def test_the_same_run_is_there_already_and_a_different_one_stays(
    run: RunRecord, tmp_path: Path, shared: Path
) -> None:
    pull_run(str(shared), tmp_path / "new")
    (tmp_path / "new" / run.name / "report.html").write_text("mine")
    assert pull_run(str(shared), tmp_path / "new").was_there
    (tmp_path / "new" / run.name / "history.csv").write_text("mine")
    with pytest.raises(FolderError, match=r"differs from .* in history\.csv.*runs_dir"):
        pull_run(str(shared), tmp_path / "new")
    assert (tmp_path / "new" / run.name / "history.csv").read_text() == "mine"


def replaced(path: Path, make: Callable[[Path], None]) -> None:
    path.unlink()
    make(path)


CHANGES: dict[str, tuple[Any, str]] = {
    "one byte": (lambda path: path.write_bytes(flipped(path.read_bytes())), "SHA-256"),
    "truncated": (
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        "has only .* bytes",
    ),
    "longer": (lambda path: path.write_bytes(path.read_bytes() + b"x"), "more than"),
    "missing": (lambda path: path.unlink(), "is missing.*push it again"),
    "FIFO": (lambda path: replaced(path, os.mkfifo), "not a regular file"),
    "folder": (lambda path: replaced(path, Path.mkdir), "not a regular file"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_was_changed_is_refused(tmp_path: Path, shared: Path, change: str) -> None:
    edit, reason = CHANGES[change]
    edit(shared / WEIGHTS)
    with bounded(), pytest.raises(RemoteError, match=rf"{WEIGHTS}.*{reason}") as raised:
        pull_run(str(shared), tmp_path / "new")
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "new").exists()


def test_where_nothing_was_pushed_there_is_nothing_to_pull(tmp_path: Path, server: Server) -> None:
    for url in (str(tmp_path), "memory://nothing/here", f"{server.url}/nothing"):
        with pytest.raises(RemoteError, match="no run was pushed there"):
            pull_run(url, tmp_path / "new")
    with pytest.raises(RemoteError, match=r"Leave out /manifest\.json"):
        pull_run(f"{server.url}/nothing/{MANIFEST}", tmp_path / "new")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"format": 2}', "format is 2"),
        (b"x" * 9_000_000, "more than 8,000,000"),
        (b"<html>Log in</html>", "JSON"),
    ],
    ids=["format", "large", "page"],
)
def test_a_bad_manifest_is_refused(
    tmp_path: Path, server: Server, content: bytes, reason: str
) -> None:
    server.serve(f"/run/{MANIFEST}", content)
    with pytest.raises(RemoteError, match=rf"{MANIFEST}.*{reason}"):
        pull_run(f"{server.url}/run", tmp_path / "new")


def test_what_is_no_run_is_refused(run: RunRecord, tmp_path: Path, shared: Path) -> None:
    (shared / "environment.json").write_text("{}")
    (shared / MANIFEST).write_bytes(Manifest(run.name, manifest_of(shared).files).content())
    with pytest.raises(BadRun, match=r"shared is not a valid run.*environment\.json"):
        pull_run(str(shared), tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_run_without_a_file_that_it_ended_with_is_refused(
    run: RunRecord, tmp_path: Path, shared: Path
) -> None:
    (shared / WEIGHTS).unlink()
    (shared / MANIFEST).write_bytes(Manifest(run.name, manifest_of(shared).files).content())
    with pytest.raises(BadRun, match=rf"not a whole run: {WEIGHTS} is missing"):
        pull_run(str(shared), tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("when", ["before", "during"])
def test_a_full_disk_is_an_error_and_leaves_no_run(
    tmp_path: Path, shared: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    if when == "before":
        full = SimpleNamespace(free=10)
        monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    else:
        monkeypatch.setattr(Path, "rename", _other_disk)
        monkeypatch.setattr(shutil, "copyfile", _no_space)
    with pytest.raises(FolderError, match=r"free|No space left"):
        pull_run(str(shared), tmp_path / "new")
    assert not list((tmp_path / "new").glob("*"))
    monkeypatch.undo()


def _no_space(*_: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _other_disk(*_: Any) -> None:
    raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))


def test_the_cache_may_be_on_another_disk(
    run: RunRecord, tmp_path: Path, shared: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shared / "files" / "plot").mkdir(parents=True)
    (shared / "files" / "plot" / "epoch-00001.png").write_bytes(b"png")
    (shared / MANIFEST).write_bytes(Manifest(run.name, manifest_of(shared).files).content())
    monkeypatch.setattr(Path, "rename", _other_disk)
    assert contents(pull_run(str(shared), tmp_path / "new").folder) == contents(shared)
    assert not list(own_cache.iterdir())


def test_the_run_at_an_address_is_pulled_once_and_without_its_checkpoint(
    run: RunRecord, server: Server, own_cache: Path
) -> None:
    url = served(server, run.folder)
    folder = run_at(url)
    assert folder.is_relative_to(own_cache)
    assert contents(folder).keys() == contents(run.folder).keys() - {CHECKPOINT}
    asked(server)
    assert run_at(url) == folder
    assert asked(server) == [MANIFEST]


def test_the_run_at_an_address_is_what_is_there_now(
    run: RunRecord, server: Server, own_cache: Path
) -> None:
    url = served(server, run.folder)
    first = run_at(url)
    (first / "history.csv").write_text("damaged")
    (first / "report.html").write_text("left")
    (run.folder / "times.csv").write_text("epoch,seconds\n1,77.0\n")
    served(server, run.folder)
    asked(server)
    assert contents(run_at(url)).items() <= contents(run.folder).items()
    assert sorted(asked(server)) == sorted(["history.csv", MANIFEST, "times.csv"])
    renamed = run.folder.rename(run.folder.with_name("20300101-000000Z-other"))
    served(server, renamed)
    assert run_at(url).name == renamed.name
    assert [each.name for each in own_cache.glob("*/*/")] == [renamed.name]
    used = run_at(url)
    pull_run(url, run.folder.parent.parent / "new")
    assert contents(used) == contents(renamed)  # another command may use it just now


def test_a_copy_is_used_with_a_warning_while_the_address_cannot_be_reached(
    run: RunRecord, caplog: pytest.LogCaptureFixture
) -> None:
    with serving() as server:
        url = served(server, run.folder)
        folder = run_at(url)
        server.serve(f"/run/{MANIFEST}", b"", 404)
        with pytest.raises(RemoteError, match="no run was pushed there"):
            run_at(url)
    assert run_at(url) == folder
    assert "no connection" in caplog.text
    assert "copy in the cache" in caplog.text
    (folder / WEIGHTS).unlink()
    with pytest.raises(RemoteError, match=WEIGHTS):
        run_at(url)


def test_no_two_addresses_share_a_copy() -> None:
    """Also not those that messages show alike."""
    urls = ("http://host/run?id=1", "http://host/run?id=2", "http://a@host/run", "/run")
    assert len({storage_at(url).key for url in urls}) == len(urls)
    assert len({storage_at(url).address for url in urls}) == 2


def test_a_manifest_is_what_was_pushed(run: RunRecord, shared: Path) -> None:
    assert parse_manifest((shared / MANIFEST).read_bytes()) == manifest_of(run.folder)
