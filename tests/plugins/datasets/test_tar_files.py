"""Members of tar files are read without unpacking; unsafe and damaged archives are refused."""

import contextlib
import io
import os
import tarfile
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from bounded import bounded
from hypothesis import given, settings
from hypothesis import strategies as st
from made_data import tar_gz, zipped

from zookit.core import DataError
from zookit.plugins.datasets.tar_files import tar_members

MEMBERS = {"set/one.bin": b"1" * 2000, "set/readme": b"read me", "set/two.bin": bytes(range(200))}
WANTED = ("set/two.bin", "set/one.bin")
GOOD = tar_gz(MEMBERS)
PLAIN = zlib.decompress(GOOD, wbits=31)


def read(content: bytes, *names: str) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.tar.gz")
        path.write_bytes(content)
        found = {each.name: each.read(each.size + 1) for each in tar_members(path, names or WANTED)}
        assert [each.name for each in Path(folder).iterdir()] == ["a.tar.gz"]
        return found


def special(name: str, change: Callable[[tarfile.TarInfo], None]) -> bytes:
    """An archive in which a member has another type."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as opened:
        member = tarfile.TarInfo(name)
        change(member)
        opened.addfile(member)
    return buffer.getvalue()


def link(member: tarfile.TarInfo) -> None:
    member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"


def fifo(member: tarfile.TarInfo) -> None:
    member.type = tarfile.FIFOTYPE


@pytest.mark.parametrize("content", [GOOD, PLAIN], ids=["gz", "plain"])
def test_members_are_read(content: bytes) -> None:
    assert read(content) == {name: MEMBERS[name] for name in WANTED}


def test_a_leading_dot_is_ignored() -> None:
    assert read(tar_gz({f"./{name}": MEMBERS[name] for name in MEMBERS})).keys() == set(WANTED)


def test_other_members_may_be_anything() -> None:
    assert read(tar_gz({"../../evil": b"x", **MEMBERS})).keys() == set(WANTED)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "is damaged"),
        (b"<html>Not found</html>" * 100, "is damaged"),
        (GOOD[:-20], "Download the file again"),
        (zipped(PLAIN[:1000]), "is damaged"),
        (tar_gz({"set/one.bin": b"1"}), "has no set/two.bin"),
        (special("set/one.bin", link), "'set/one.bin' is not a regular file"),
        (special("set/one.bin", fifo), "'set/one.bin' is not a regular file"),
    ],
    ids=["empty", "a web page", "cut gz", "cut tar", "missing", "a link", "a FIFO"],
)
def test_other_archives_are_refused(content: bytes, expected: str) -> None:
    with bounded(), pytest.raises(DataError, match=f"a[.]tar[.]gz.*{expected}"):
        read(content)


def test_a_member_that_occurs_twice_is_refused() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as opened:
        for _ in range(2):
            opened.addfile(tarfile.TarInfo("set/one.bin"))
    with pytest.raises(DataError, match=r"'set/one\.bin' twice"):
        read(buffer.getvalue())


def test_a_small_archive_of_gigabytes_is_refused(tmp_path: Path) -> None:
    member = tarfile.TarInfo("set/one.bin")
    member.size = 1 << 30
    path = tmp_path / "a.tar.gz"
    path.write_bytes(zipped(member.tobuf()) + 300 * zipped(bytes(1 << 20), level=1))
    with bounded(), pytest.raises(DataError, match="more than 268,435,456 bytes"):
        list(tar_members(path, WANTED))


def test_a_wrong_checksum_is_found() -> None:
    content = bytearray(GOOD)
    content[-5] ^= 1
    with pytest.raises(DataError, match="CRC check failed"):
        read(bytes(content))


def test_a_missing_archive_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.tar: No such file"):
        list(tar_members(tmp_path / "none.tar", WANTED))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs")
def test_a_fifo_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.tar")
    with bounded(seconds=1), pytest.raises(DataError, match="not a regular file"):
        list(tar_members(tmp_path / "a.tar", WANTED))


@settings(max_examples=50, deadline=None)
@given(
    st.sampled_from([GOOD, PLAIN]),
    st.lists(st.tuples(st.integers(0, 6000), st.integers(0, 255)), max_size=4),
    st.integers(0, 8000),
)
def test_damaged_archives_raise_nothing_but_data_error(
    good: bytes, changes: list[tuple[int, int]], length: int
) -> None:
    content = bytearray(good)
    for at, byte in changes:
        content[at % len(content)] = byte
    with bounded(), contextlib.suppress(DataError):  # and nothing else
        read(bytes(content[:length]))
