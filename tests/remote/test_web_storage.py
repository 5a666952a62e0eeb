"""Pulls from a web server that disconnects, stalls and sends wrong bytes."""

import socket
from pathlib import Path

import pytest
from bounded import bounded
from http_server import Manner, Server
from pushed_runs import contents, served

from zookit.remote.manifest import MANIFEST, FileEntry, Manifest, manifest_of
from zookit.remote.pull import pull_run
from zookit.remote.storage import RemoteError
from zookit.runs.run import WEIGHTS, RunRecord

pytestmark = [
    pytest.mark.xdist_group("shared runs"),
    # Of connections that are left behind.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

BROKEN: tuple[tuple[Manner, str], ...] = (
    (403, "403 Forbidden"),
    (404, "404 Not Found"),
    (500, "500 Internal Server Error"),
    ("wrong", "is not the file that was pushed"),
    ("redirect_loop", "too many redirects"),
    ("too_long", "the server sends more than"),
    ("endless", "the server sends more than"),
)
STALLING: tuple[tuple[Manner, str], ...] = (
    ("stall", "stalled"),
    ("silent", "stalled"),
    ("trickle", "bytes per second"),
    ("trickling_header", "no answer"),
)


def assert_refused(url: str, file: str, reason: str, runs_dir: Path) -> None:
    with bounded(), pytest.raises(RemoteError, match=rf"{file}.*{reason}") as raised:
        pull_run(url, runs_dir)
    assert "\n" not in str(raised.value)
    assert not runs_dir.exists()


@pytest.mark.parametrize(("manner", "reason"), BROKEN, ids=[str(each) for each, _ in BROKEN])
def test_a_broken_file_is_refused(
    run: RunRecord, server: Server, tmp_path: Path, manner: Manner, reason: str
) -> None:
    assert_refused(served(server, run.folder, weights=manner), WEIGHTS, reason, tmp_path / "new")


def test_an_empty_file_with_another_hash_is_refused(
    run: RunRecord, server: Server, tmp_path: Path
) -> None:
    url = served(server, run.folder)
    found = manifest_of(run.folder)
    files = {**found.files, "empty": FileEntry(0, "0" * 64)}
    server.serve(f"/run/{MANIFEST}", Manifest(found.name, files).content())
    assert_refused(url, "empty", "SHA-256", tmp_path / "new")


@pytest.mark.parametrize("manner", [403, 500, "redirect_loop", "wrong", "cut"])
def test_a_broken_manifest_is_refused(
    run: RunRecord, server: Server, tmp_path: Path, manner: Manner
) -> None:
    url = served(server, run.folder, manifest=manner)
    assert_refused(url, r"manifest\.json", "", tmp_path / "new")


@pytest.mark.slow
@pytest.mark.usefixtures("connections_collected")
@pytest.mark.parametrize("file", ["manifest", "weights"])
@pytest.mark.parametrize(("manner", "reason"), STALLING, ids=[str(each) for each, _ in STALLING])
def test_a_server_that_stalls_is_given_up(
    run: RunRecord,
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    file: str,
    manner: Manner,
    reason: str,
) -> None:
    monkeypatch.setattr("zookit.remote.web_storage.READ_SECONDS", 0.3)
    url = served(server, run.folder, **{file: manner})
    assert_refused(url, file, reason, tmp_path / "new")


def test_a_transfer_that_breaks_off_is_resumed(
    run: RunRecord, server: Server, tmp_path: Path
) -> None:
    url = served(server, run.folder)
    content = (run.folder / WEIGHTS).read_bytes()
    server.serve(f"/run/{WEIGHTS}", content, "cut", "ranges")
    assert contents(pull_run(url, tmp_path / "new").folder) == contents(run.folder)
    ranges = [each for path, each in server.requests if path.endswith(WEIGHTS)]
    assert ranges[0] is None
    assert ranges[1]
    assert int(ranges[1].removeprefix("bytes=").removesuffix("-")) > 0


def test_a_host_that_cannot_be_reached_is_an_error_without_the_secret(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://me:secret@127.0.0.1:{closed.getsockname()[1]}/run?sig=secret"
        with bounded(), pytest.raises(RemoteError, match=r"http://127.*no connection") as raised:
            pull_run(url, tmp_path / "new")
    assert "secret" not in str(raised.value)
