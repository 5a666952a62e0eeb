"""Downloads from a real server that disconnects, stalls and sends wrong bytes."""

import hashlib
import os
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import numpy as np
import pytest
from bounded import bounded
from http_server import Manner, Server, serving
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_data import zipped

from zookit.core import DataUnavailable, WrongHash
from zookit.core.data import Progress, RemoteFile, silent
from zookit.data.download import ATTEMPTS, download

CONTENT = np.random.default_rng(0).integers(0, 64, 300_000, np.uint8).tobytes()
PLAIN = RemoteFile("set.zip", hashlib.sha256(CONTENT).hexdigest(), ())
GZ = RemoteFile("set.gz", PLAIN.sha256, (), decompressed=True)
SIZED = replace(PLAIN, size=len(CONTENT))
SIZED_GZ = replace(GZ, size=len(CONTENT))
PIECES = (
    *(b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 206 Partial\r\n", b"HTTP/1.0 416 \r\n"),
    *(b"HTTP/1.1 100\r\n\r\n", b"\r\n", b"5\r\nhello\r\n", b"0\r\n", CONTENT, CONTENT[10:]),
    *(b"Content-Length: 5\r\n", b"Content-Length: -1\r\n", b"Content-Length: \xb2\r\n"),
    b"Content-Length: " + b"9" * 5000 + b"\r\n",
    *(b"Content-Range: bytes 10-20/30\r\n", b"Content-Range: x\r\n", b"Location: /\r\n"),
    *(b"Transfer-Encoding: chunked\r\n", b"Content-Encoding: gzip\r\n"),
    b"HTTP/1.1 302 \r\nLocation: file:///etc/passwd\r\n",
    b"HTTP/1.1 302 \r\nLocation: http://a:b@[::1/\x1b[31m\r\n\r\n",
)
"""Of answers of a server."""
SECONDS = 0.2
"""Seconds without data after which a server counts as stalled, in tests of servers that stall."""
STALLING = ("stall", "silent", "trickle", "trickling_header")


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


def get(
    file: RemoteFile,
    folder: Path,
    *urls: str,
    progress: Progress = silent,
    manner: Manner = "ranges",
) -> Path:
    """Download from servers of which one may stall; no other may be thought to, if it is busy."""
    seconds = SECONDS if manner in STALLING else 20.0
    return download(file, urls, folder, progress, read_seconds=seconds)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def assert_resumed_from_half(server: Server, sent: bytes) -> None:
    """Assert that the second request was for the missing half; the last block may be lost."""
    first, second = server.ranges()
    assert first is None
    assert second is not None
    half = len(sent) // 2
    assert half - (1 << 16) < int(second.removeprefix("bytes=").removesuffix("-")) <= half


@pytest.mark.parametrize("manner", ["ranges", "no_ranges"])
def test_a_file_is_downloaded(server: Server, tmp_path: Path, manner: Manner) -> None:
    path = get(PLAIN, tmp_path / "new", server.serve("/set.zip", CONTENT, manner))
    assert path == tmp_path / "new" / "set.zip"
    assert path.read_bytes() == CONTENT
    assert names_in(tmp_path / "new") == ["set.zip"]
    assert server.requests == [("/set.zip", None)]


@pytest.mark.parametrize("level", [0, 1, 9])
@pytest.mark.parametrize("manner", ["ranges", "gzip_encoded"])
def test_a_gz_file_is_verified_by_its_content(
    server: Server, tmp_path: Path, level: int, manner: Manner
) -> None:
    sent = zipped(CONTENT, level)
    path = get(GZ, tmp_path, server.serve("/set.gz", sent, manner))
    assert path.read_bytes() == sent


def test_progress_is_reported(server: Server, tmp_path: Path) -> None:
    started: list[tuple[str, int | None, str]] = []
    amounts: list[int] = []

    @contextmanager
    def progress(label: str, total: int | None, unit: str) -> Iterator[Callable[[int], None]]:
        started.append((label, total, unit))
        amounts.append(0)
        yield amounts.append

    half = len(CONTENT) // 2
    (tmp_path / "set.zip.part").write_bytes(CONTENT[:half])
    get(PLAIN, tmp_path, server.serve("/set.zip", CONTENT), progress=progress)
    assert started == [("downloading set.zip", len(CONTENT), "bytes")]
    assert amounts[1] == half  # the part that existed
    assert sum(amounts) == len(CONTENT)


@pytest.mark.parametrize("broken", ["cut", "stall"])
def test_a_broken_download_is_resumed(server: Server, tmp_path: Path, broken: Manner) -> None:
    url = server.serve("/set.zip", CONTENT, broken, "ranges")
    assert get(PLAIN, tmp_path, url, manner=broken).read_bytes() == CONTENT
    assert_resumed_from_half(server, CONTENT)


@pytest.mark.parametrize("broken", ["cut", "stall"])
def test_a_later_call_resumes_too(server: Server, tmp_path: Path, broken: Manner) -> None:
    with pytest.raises(DataUnavailable):
        get(PLAIN, tmp_path, server.serve("/set.zip", CONTENT, broken), manner=broken)
    assert names_in(tmp_path) == ["set.zip.part"]
    have = (tmp_path / "set.zip.part").stat().st_size
    assert 0 < have < len(CONTENT)
    assert get(PLAIN, tmp_path, server.serve("/set.zip", CONTENT)).read_bytes() == CONTENT
    assert server.ranges()[ATTEMPTS:] == [f"bytes={have}-"]
    assert names_in(tmp_path) == ["set.zip"]


def test_a_complete_file_is_used_though_more_was_announced(server: Server, tmp_path: Path) -> None:
    url = server.serve("/set.zip", CONTENT, "too_long")
    assert get(PLAIN, tmp_path, url).read_bytes() == CONTENT


def test_a_server_without_ranges_sends_the_whole_file(server: Server, tmp_path: Path) -> None:
    url = server.serve("/set.zip", CONTENT, "cut", "no_ranges")
    assert get(PLAIN, tmp_path, url).read_bytes() == CONTENT
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("manner", "reason"),
    [
        ("stall", "the server stalled"),
        ("silent", "the server stalled"),
        ("cut", "the connection was lost"),
        (404, "the server answered 404 Not Found"),
        (500, "the server answered 500 Internal Server Error"),
    ],
)
def test_gives_up_after_few_attempts(
    server: Server, tmp_path: Path, manner: Manner, reason: str
) -> None:
    url = server.serve("/set.zip", CONTENT, manner)
    with pytest.raises(DataUnavailable, match=f"^{url}: {reason}$"):
        get(PLAIN, tmp_path, url, manner=manner)
    assert len(server.requests) <= ATTEMPTS
    assert not (tmp_path / "set.zip").exists()


@pytest.mark.parametrize(
    ("file", "sent", "manner", "got"),
    [
        (PLAIN, CONTENT, "wrong", "[0-9a-f]{64}"),
        (PLAIN, CONTENT, "too_short", "[0-9a-f]{64}"),
        (PLAIN, b"<html>Please log in</html>", "ranges", "[0-9a-f]{64}"),
        (PLAIN, b"", "ranges", "e3b0c442.*"),
        (GZ, zipped(CONTENT[1:]), "ranges", "[0-9a-f]{64}"),
        (GZ, zipped(CONTENT)[:-5], "ranges", "unknown, because the file is incomplete or damaged"),
    ],
    ids=["wrong", "too short", "a web page", "empty", "other content", "incomplete gz"],
)
def test_wrong_bytes_are_removed(
    server: Server, tmp_path: Path, file: RemoteFile, sent: bytes, manner: Manner, got: str
) -> None:
    url = server.serve("/set", sent, manner)
    with pytest.raises(WrongHash, match=f"SHA-256 {got}, expected {file.sha256}") as raised:
        get(file, tmp_path, url)
    for way in ("ZOOKIT_MIRROR", "ZOOKIT_DATA_DIR"):
        assert way in str(raised.value)
    assert names_in(tmp_path) == []


def test_a_wrong_hash_is_reported_beside_other_reasons(server: Server, tmp_path: Path) -> None:
    wrong, down = server.serve("/wrong", CONTENT, "wrong"), server.serve("/down", b"", 503)
    for urls in ((wrong, down), (down, wrong)):
        with pytest.raises(WrongHash, match=rf"{down}: [^;]*503") as raised:
            get(PLAIN, tmp_path, *urls)
        assert f"{wrong} sent" in str(raised.value)


@pytest.mark.parametrize("manner", ["ranges", "no_ranges"])
@pytest.mark.parametrize("length", [10, len(CONTENT), len(CONTENT) + 7], ids=str)
def test_garbage_in_the_part_is_replaced(
    server: Server, tmp_path: Path, length: int, manner: Manner
) -> None:
    (tmp_path / "set.zip.part").write_bytes(b"\xff" * length)
    url = server.serve("/set.zip", CONTENT, manner)
    assert get(PLAIN, tmp_path, url).read_bytes() == CONTENT
    assert names_in(tmp_path) == ["set.zip"]


def test_a_complete_part_is_used(server: Server, tmp_path: Path) -> None:
    (tmp_path / "set.zip.part").write_bytes(CONTENT)
    assert get(PLAIN, tmp_path, server.serve("/set.zip", CONTENT)).read_bytes() == CONTENT
    assert server.ranges() == [f"bytes={len(CONTENT)}-"]


def test_garbage_before_wrong_bytes_is_a_wrong_hash(server: Server, tmp_path: Path) -> None:
    (tmp_path / "set.zip.part").write_bytes(b"garbage")
    with pytest.raises(WrongHash):
        get(PLAIN, tmp_path, server.serve("/set.zip", CONTENT, "wrong"))
    assert names_in(tmp_path) == []


BAD: list[Manner] = [
    *("cut", "stall", "silent", "too_short", "wrong", "endless", "trickle"),
    *("trickling_header", "redirect_loop", 204, 304, 403, 404, 416, 429, 500, 503),
]


@pytest.mark.parametrize("bad", BAD)
def test_the_second_url_is_tried(server: Server, tmp_path: Path, bad: Manner) -> None:
    # Compressed differently, so that no part of the first can be resumed.
    first = server.serve("/first/set.gz", zipped(CONTENT, 1), bad)
    second = server.serve("/second/set.gz", zipped(CONTENT, 9))
    found = get(SIZED_GZ, tmp_path, first, second, manner=bad)
    assert found.read_bytes() == zipped(CONTENT, 9)


@pytest.mark.parametrize("bad", BAD)
def test_the_second_url_is_tried_for_what_was_begun_too(
    server: Server, tmp_path: Path, bad: Manner
) -> None:
    (tmp_path / "set.zip.part").write_bytes(CONTENT[:1000])
    urls = server.serve("/bad", CONTENT, bad), server.serve("/good", CONTENT)
    assert get(SIZED, tmp_path, *urls, manner=bad).read_bytes() == CONTENT
    assert names_in(tmp_path) == ["set.zip"]


def test_a_login_page_is_called_so_and_the_second_url_is_tried(
    server: Server, tmp_path: Path
) -> None:
    page = server.serve("/login", b"  <!DOCTYPE html><p>Please log in")
    with pytest.raises(WrongHash, match="web page"):
        get(PLAIN, tmp_path, page)
    urls = page, server.serve("/good", CONTENT)
    assert get(PLAIN, tmp_path, *urls).read_bytes() == CONTENT


@pytest.mark.parametrize("file", [SIZED, SIZED_GZ])
def test_no_more_than_the_pinned_size_is_received(
    server: Server, tmp_path: Path, file: RemoteFile
) -> None:
    written: list[int] = []

    @contextmanager
    def progress(label: str, total: int | None, unit: str) -> Iterator[Callable[[int], None]]:
        yield written.append

    url = server.serve("/set", CONTENT, "endless")
    with pytest.raises(DataUnavailable, match=rf"^{url}: .*more than [\d,]+ bytes"):
        get(file, tmp_path, url, progress=progress)
    assert sum(written) < 1.1 * len(CONTENT)
    assert names_in(tmp_path) == []
    assert len(server.requests) == 1


def test_a_length_above_the_pinned_size_is_refused_at_once(server: Server, tmp_path: Path) -> None:
    url = server.serve("/set", CONTENT + b"more")
    with pytest.raises(DataUnavailable, match="more than 300,000 bytes"):
        get(SIZED, tmp_path, url)
    assert names_in(tmp_path) == []


def test_without_a_pinned_size_half_of_the_free_disk_is_the_ceiling(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "zookit.data.download.shutil.disk_usage", lambda folder: SimpleNamespace(free=10**6)
    )
    with pytest.raises(DataUnavailable, match="more than 500,000 bytes"):
        get(PLAIN, tmp_path, server.serve("/set", CONTENT, "endless"))


@pytest.mark.parametrize("manner", ["trickle", "trickling_header"])
def test_a_server_that_is_too_slow_is_left(server: Server, tmp_path: Path, manner: Manner) -> None:
    url = server.serve("/set", CONTENT, manner)  # for ever
    with pytest.raises(DataUnavailable, match=rf"^{url}: the server sen"):
        get(PLAIN, tmp_path, url, manner=manner)
    assert len(server.requests) == 1


def test_another_part_of_the_file_is_not_appended(server: Server, tmp_path: Path) -> None:
    (tmp_path / "set.zip.part").write_bytes(CONTENT[:1000])
    with pytest.raises(DataUnavailable, match="another part"):
        get(PLAIN, tmp_path, server.serve("/set.zip", CONTENT, "other_range"))


def test_a_bomb_is_not_unpacked(server: Server, tmp_path: Path) -> None:
    bomb = zipped(bytes(200_000_000), 1)
    assert len(bomb) < 10**6
    for file in (GZ, replace(SIZED_GZ, size=10**6)):
        with bounded(2, 64), pytest.raises(WrongHash, match="its content has more than"):
            get(file, tmp_path, server.serve("/set.gz", bomb))
    assert names_in(tmp_path) == []


@pytest.mark.parametrize(
    "make",
    [
        lambda part, mine: part.symlink_to(mine),
        lambda part, mine: part.hardlink_to(mine),
        lambda part, _: part.symlink_to("nowhere"),
        lambda part, _: os.mkfifo(part),
    ],
)
def test_what_no_download_left_in_place_of_the_part_is_replaced(
    server: Server, tmp_path: Path, make: Callable[[Path, Path], None]
) -> None:
    mine, folder = tmp_path / "mine", tmp_path / "new"
    mine.write_text("mine")
    folder.mkdir()
    make(folder / "set.zip.part", mine)
    with bounded():
        path = get(PLAIN, folder, server.serve("/set.zip", CONTENT))
    assert path.read_bytes() == CONTENT
    assert mine.read_text() == "mine"
    assert names_in(folder) == ["set.zip"]


@pytest.mark.parametrize(
    "address",
    ["http://me:s3cret@127.0.0.1:9/set", "me:s3cret@host/set", "http://127.0.0.1:9/set?sig=s3cret"],
)
def test_no_secret_is_in_a_message(tmp_path: Path, address: str) -> None:
    with pytest.raises(DataUnavailable) as raised:
        get(PLAIN, tmp_path, address)
    assert "s3cret" not in str(raised.value)


def test_every_url_has_its_reason(server: Server, tmp_path: Path) -> None:
    urls = server.serve("/a", CONTENT, 404), server.serve("/b", CONTENT, 500)
    with pytest.raises(DataUnavailable, match=f"{urls[0]}: .*404.*; {urls[1]}: .*500"):
        get(PLAIN, tmp_path, *urls)


def test_a_gz_file_declared_as_gzip_encoded_is_resumed(server: Server, tmp_path: Path) -> None:
    url = server.serve("/set.gz", zipped(CONTENT), "gzip_encoded_cut", "gzip_encoded")
    assert get(GZ, tmp_path, url).read_bytes() == zipped(CONTENT)
    assert_resumed_from_half(server, zipped(CONTENT))


def test_a_closed_port_is_unavailable(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: refused at once
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/set.zip"
        with pytest.raises(DataUnavailable, match=f"^{url}: no connection$"):
            get(PLAIN, tmp_path, url)


@pytest.mark.parametrize(
    "url",
    [
        "no-scheme/set.zip",
        "file:///etc/passwd",
        "http://",
        "http://[::1/set.zip",
        "http://127.0.0.1:port/set.zip",
        "http://127.0.0.1..x/set.zip",
        f"http://{'a' * 70}.localhost/set.zip",
        "http://two words/set.zip",
    ],
)
def test_an_invalid_url_is_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    with pytest.raises(DataUnavailable, match=r"^[^\n]+$"):
        get(PLAIN, tmp_path, url)


@given(st.binary(max_size=300) | st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_answer_ends_in_short_time(answer: bytes) -> None:
    with TemporaryDirectory() as name, answering(answer) as url, bounded(5, 256):
        folder = Path(name)
        (folder / "set.zip.part").write_bytes(CONTENT[:10])
        try:
            path = download(SIZED, (url,), folder, read_seconds=SECONDS)
        except (DataUnavailable, WrongHash):
            assert not (folder / "set.zip").exists()
        else:
            assert path.read_bytes() == CONTENT


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """Yield the URL of a server that sends these bytes to everybody and disconnects."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(1 << 16)
            self.request.sendall(answer)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/set.zip"
        finally:
            server.shutdown()
            thread.join()
