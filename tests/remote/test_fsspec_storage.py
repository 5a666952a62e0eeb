"""Stores of a cloud: an S3 server on this machine, and the errors of all protocols."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any, ClassVar

import boto3
import fsspec
import pytest
from bounded import bounded
from fsspec.spec import AbstractBufferedFile, AbstractFileSystem
from http_server import Manner, serving
from pushed_runs import contents, make_keys
from s3_server import BUCKET, s3_server

from zookit.core import NotInstalled
from zookit.remote.fsspec_storage import SECONDS
from zookit.remote.manifest import MANIFEST
from zookit.remote.pull import pull_run, run_at
from zookit.remote.push import push_run
from zookit.remote.storage import RemoteError
from zookit.remote.storage_at import storage_at
from zookit.runs.run import WEIGHTS, RunRecord

URL = f"s3://{BUCKET}/runs/best"

pytestmark = [
    pytest.mark.xdist_group("shared runs"),
    # Of connections that are left behind.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    """A client of the S3 server, which has a bucket."""
    with s3_server():
        yield boto3.client("s3")


@pytest.fixture
def bucket(s3: Any) -> Any:
    """The client, with an empty bucket: all servers of a process share what they store."""
    for each in s3.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
        s3.delete_object(Bucket=BUCKET, Key=each["Key"])
    return s3


def stored(client: Any) -> dict[str, bytes]:
    listed = client.list_objects_v2(Bucket=BUCKET).get("Contents", ())
    return {
        each["Key"].removeprefix("runs/best/"): client.get_object(Bucket=BUCKET, Key=each["Key"])[
            "Body"
        ].read()
        for each in listed
    }


class Slow(AbstractFileSystem):  # type: ignore[misc]  # fsspec has no types
    """A store with one file, which records how many bytes it is asked for at a time."""

    protocol = "slow"
    asked: ClassVar[list[int]] = []

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        return {"name": path, "size": 3_000_000, "type": "file"}

    def _open(self, path: str, mode: str = "rb", block_size: Any = None, **_: Any) -> Any:
        return SlowFile(self, path, mode, block_size, size=3_000_000)


class SlowFile(AbstractBufferedFile):  # type: ignore[misc]  # fsspec has no types
    """The file."""

    def _fetch_range(self, start: int, end: int) -> bytes:
        Slow.asked.append(end - start)
        return b"x" * (end - start)


def test_what_is_asked_for_at_a_time_arrives_in_time_on_a_slow_connection() -> None:
    fsspec.register_implementation("slow", Slow, clobber=True)
    assert sum(map(len, storage_at("slow://store/run").blocks("a", 0))) == 3_000_000
    assert max(Slow.asked) / SECONDS < 20_000


@pytest.mark.slow
def test_a_run_is_pushed_to_s3_pulled_and_verified(
    run: RunRecord, bucket: Any, tmp_path: Path
) -> None:
    keys = make_keys(tmp_path)
    (run.folder / "large").write_bytes(os.urandom(12_000_000))  # in several parts
    reported: list[int] = []

    def progress(label: str, total: int | None, unit: str) -> nullcontext[Any]:
        return nullcontext(reported.append)

    pushed = push_run(run, URL, key=keys.private, progress=progress)
    assert sum(reported) == pushed.size
    found = stored(bucket)
    assert found.pop(MANIFEST)
    assert found == contents(run.folder)
    assert push_run(run, URL).sent == 0
    pulled = pull_run(URL, tmp_path / "new", key=keys.public)
    assert contents(pulled.folder) == contents(run.folder)
    assert contents(run_at(URL)).items() <= contents(run.folder).items()


@pytest.mark.slow
def test_one_changed_byte_on_s3_is_refused(run: RunRecord, bucket: Any, tmp_path: Path) -> None:
    push_run(run, URL)
    content = bytearray((run.folder / WEIGHTS).read_bytes())
    content[-1] ^= 1
    bucket.put_object(Bucket=BUCKET, Key=f"runs/best/{WEIGHTS}", Body=bytes(content))
    with pytest.raises(RemoteError, match=rf"{URL}/{WEIGHTS}.*SHA-256"):
        pull_run(URL, tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.slow
def test_a_push_to_s3_that_was_stopped_continues(run: RunRecord, bucket: Any) -> None:
    push_run(run, URL)
    bucket.delete_object(Bucket=BUCKET, Key=f"runs/best/{MANIFEST}")
    bucket.put_object(Bucket=BUCKET, Key=f"runs/best/{WEIGHTS}", Body=b"half")
    assert push_run(run, URL).sent == 1
    (run.folder / "times.csv").unlink()
    push_run(run, URL)
    assert "times.csv" not in stored(bucket)


@pytest.mark.slow
@pytest.mark.parametrize("url", ["s3://no-such-bucket/run", f"s3://{BUCKET}/nothing"])
def test_a_bucket_without_the_run_is_an_error(s3: Any, tmp_path: Path, url: str) -> None:
    with pytest.raises(RemoteError, match="no run was pushed there"):
        pull_run(url, tmp_path / "new")


@pytest.mark.slow
def test_a_bucket_that_does_not_exist_is_not_created(run: RunRecord, s3: Any) -> None:
    with pytest.raises(RemoteError, match=r"no-such-bucket/run .*bucket .*does not exist.*create"):
        push_run(run, "s3://no-such-bucket/run")
    assert [each["Name"] for each in s3.list_buckets()["Buckets"]] == [BUCKET]


@pytest.mark.slow
@pytest.mark.usefixtures("connections_collected")
@pytest.mark.parametrize("kind", ["closed", "silent"])
def test_a_store_that_cannot_be_reached_is_given_up(
    run: RunRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr("zookit.remote.fsspec_storage.SECONDS", 2.0)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing-secret")
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        if kind == "silent":
            server.listen()
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        for action in (lambda: pull_run(URL, tmp_path / "new"), lambda: push_run(run, URL)):
            with bounded(), pytest.raises(RemoteError, match=URL) as raised:
                action()
            assert "secret" not in str(raised.value)
            assert "\n" not in str(raised.value)
    assert not (tmp_path / "new").exists()


@pytest.mark.slow
@pytest.mark.usefixtures("connections_collected")
def test_without_credentials_the_error_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    with bounded(10), pytest.raises(RemoteError, match=r"credentials.*AWS_PROFILE"):
        pull_run(URL, tmp_path / "new")


@pytest.mark.slow
@pytest.mark.usefixtures("connections_collected")
@pytest.mark.parametrize("status", [403, 500])
def test_a_store_that_refuses_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: Manner
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing-secret")
    with serving() as server:
        server.files = {f"/{BUCKET}/runs/best/{MANIFEST}": (b"", [status])}
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        with pytest.raises(RemoteError, match=URL) as raised:
            pull_run(URL, tmp_path / "new")
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("module", ["fsspec", "s3fs"])
def test_without_its_packages_the_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    known = vars(sys.modules["fsspec.registry"])["_registry"]
    monkeypatch.delitem(known, "s3", raising=False)
    with pytest.raises(NotInstalled, match=r"s3://zoo/runs.*pip install 'zookit\[remote\]'"):
        storage_at(URL)


@pytest.mark.parametrize(
    "url", ["nonsense://a/b", "simplecache::memory://a", "://a", "memory::x://"]
)
def test_an_address_of_no_store_is_an_error(url: str) -> None:
    with pytest.raises(RemoteError):
        storage_at(url)


def test_no_secret_of_an_address_is_shown(tmp_path: Path) -> None:
    with pytest.raises(RemoteError, match=r"memory://bucket/run has no") as raised:
        pull_run("memory://me:secret@bucket/run", tmp_path)
    assert "secret" not in str(raised.value)
