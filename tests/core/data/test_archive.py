"""Zip files are unpacked; nothing is ever written outside the folder; the rest is refused."""

import contextlib
import io
import os
import stat
import tempfile
import zipfile
from pathlib import Path

import pytest
from bounded import bounded
from hypothesis import example, given, settings
from hypothesis import strategies as st

from zookit.core import DataError
from zookit.core.data import cache_folder, unpack, unpacked

MEMBERS = {"horses/a.png": b"abc" * 50, "humans/ü ß.png": b"xyz", "LICENSE": b""}
METHODS = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]


def zip_of(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def put_zip(folder: Path, content: bytes | bytearray) -> tuple[Path, Path]:
    """The archive, and an empty folder beside it to unpack into."""
    (folder / "a.zip").write_bytes(content)
    (folder / "into").mkdir()
    return folder / "a.zip", folder / "into"


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("method", METHODS)
def test_unpacks(tmp_path: Path, method: int) -> None:
    archive, into = put_zip(tmp_path, zip_of({**MEMBERS, "empty/": b""}, method))
    unpack(archive, into)
    assert files_in(into) == MEMBERS
    assert (into / "empty").is_dir()


def test_only_the_members_that_are_named_are_unpacked(tmp_path: Path) -> None:
    archive, into = put_zip(tmp_path, zip_of({**MEMBERS, "../evil": b"x"}))
    unpack(archive, into, "horses/a.png")
    assert files_in(into) == {"horses/a.png": MEMBERS["horses/a.png"]}


def test_a_named_member_that_is_missing_is_an_error(tmp_path: Path) -> None:
    archive, into = put_zip(tmp_path, zip_of(MEMBERS))
    with pytest.raises(DataError, match=r"a\.zip has no horses/b\.png, zebras\. Download"):
        unpack(archive, into, "zebras", "LICENSE", "horses/b.png")
    assert not files_in(into)


def test_unpacked_is_removed_afterwards(tmp_path: Path) -> None:
    archive, _ = put_zip(tmp_path, zip_of(MEMBERS))
    with unpacked(archive) as folder:
        assert files_in(folder) == MEMBERS
        assert folder.parent.parent == cache_folder()
    assert not folder.exists()


def test_unpacked_needs_no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive, _ = put_zip(tmp_path, zip_of(MEMBERS))
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(archive / "below a file"))
    with unpacked(archive) as folder:
        assert files_in(folder) == MEMBERS


@pytest.mark.parametrize(
    "name",
    [
        "../out",
        "a/../../out",
        "a/..",
        "/out",
        "//host/out",
        r"..\out",
        r"a\..\..\out",
        r"\out",
        "C:/out",
        r"C:\out",
        "C:out",
    ],
)
def test_a_member_outside_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    archive, into = put_zip(tmp_path, zip_of({"good": b"x", name: b"bad"}))
    with pytest.raises(DataError, match="outside"):
        unpack(archive, into)
    assert not files_in(into)
    assert names_in(tmp_path) == {"a.zip", "into"}


def test_link_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("good", b"x")
        archive.writestr(link, b"/etc/passwd")
    path, into = put_zip(tmp_path, buffer.getvalue())
    with pytest.raises(DataError, match="'link' is a link"):
        unpack(path, into)
    assert not files_in(into)


def test_a_password_is_refused(tmp_path: Path) -> None:
    content = bytearray(zip_of({"good": b"x", "secret": b"y"}))
    content[content.rindex(b"PK\x01\x02") + 8] |= 1  # the second member's flag of encryption
    archive, into = put_zip(tmp_path, content)
    with pytest.raises(DataError, match="'secret' needs a password"):
        unpack(archive, into)
    assert not files_in(into)


def test_an_archive_larger_than_the_disk_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        opened.writestr("bomb", b"x")
        opened.getinfo("bomb").file_size = 1 << 60
    archive, into = put_zip(tmp_path, buffer.getvalue())
    with pytest.raises(DataError, match=r"1,152,921,504,606,846,976 bytes.*ZOOKIT_CACHE_DIR"):
        unpack(archive, into)
    assert not files_in(into)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "is damaged"),
        (b"<html>Not found</html>", "is damaged"),
        (zip_of(MEMBERS)[:-40], "is damaged"),
        (zip_of(MEMBERS)[200:], "is damaged"),
        (zip_of(MEMBERS, zipfile.ZIP_STORED).replace(b"abcabc", b"abxabc", 1), "Bad CRC-32"),
        # A folder and a file of one name.
        (zip_of({"a": b"1", "a/b": b"2"}), "cannot unpack"),
    ],
    ids=["empty", "a web page", "no end", "no begin", "changed", "contradiction"],
)
def test_damaged_archive_is_named(tmp_path: Path, content: bytes, expected: str) -> None:
    archive, into = put_zip(tmp_path, content)
    with pytest.raises(DataError, match=f"(?i){expected}") as raised:
        unpack(archive, into)
    assert str(archive) in str(raised.value)


def test_missing_archive_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.zip: No such file"):
        unpack(tmp_path / "none.zip", tmp_path)


def test_a_small_archive_of_gigabytes_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        for at in range(2):
            opened.writestr(f"{at}.png", b"x")
            opened.getinfo(f"{at}.png").file_size = 6 << 28
    archive, into = put_zip(tmp_path, buffer.getvalue())
    with pytest.raises(DataError, match="would become 3,221,225,472"):
        unpack(archive, into)
    assert not files_in(into)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs")
def test_a_fifo_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.zip")
    with bounded(seconds=1), pytest.raises(DataError, match="not a regular file"):
        unpack(tmp_path / "a.zip", tmp_path)


def unpack_or_refuse(archive: Path, into: Path) -> None:
    with bounded(), contextlib.suppress(DataError):  # and nothing else
        unpack(archive, into)


NAMES = st.text("ab./\\:~\0ü", min_size=1, max_size=12).filter(lambda name: name[0] != "\0")


@settings(max_examples=150, deadline=None)
@given(st.lists(NAMES, max_size=4, unique_by=lambda name: name.partition("\0")[0]))
def test_no_name_is_written_outside(names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as root:
        archive, into = put_zip(Path(root), zip_of(dict.fromkeys(names, b"x")))
        unpack_or_refuse(archive, into)
        assert names_in(Path(root)) == {"a.zip", "into"}


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([zip_of(MEMBERS, method) for method in METHODS]),
    st.lists(st.tuples(st.integers(0, 600), st.integers(0, 255)), max_size=4),
    st.integers(0, 1000),
)
@example(zip_of({"ü": b""}).replace("ü".encode(), b"\xff\xff"), [], 1000)  # not UTF-8
def test_damaged_archives_raise_nothing_but_data_error(
    good: bytes, changes: list[tuple[int, int]], length: int
) -> None:
    content = bytearray(good)
    for at, byte in changes:
        content[at % len(content)] = byte
    with tempfile.TemporaryDirectory() as root:
        archive, into = put_zip(Path(root), content[:length])
        unpack_or_refuse(archive, into)
        assert names_in(Path(root)) == {"a.zip", "into"}
