"""Where data comes from: the order, the words full, local and sample, and every bad end."""

import hashlib
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from http_server import Manner, Server, serving
from made_data import CONTENT, Made, put_files, zipped

from zookit.core import DataError, Dataset, DatasetInfo, DataUnavailable, Splits, WrongHash
from zookit.core.data import RemoteFile, Source
from zookit.core.source import DataRequest
from zookit.data.prepared import prepare
from zookit.data.source import find


@dataclass(frozen=True)
class Sampled(Made):
    """`Made` with a bundled sample."""

    sample = Path(__file__).parent  # any folder: here it is only found, not read


@dataclass(frozen=True)
class Computed(Dataset):
    """A data set without files."""

    @property
    def info(self) -> DatasetInfo:
        return DatasetInfo((8, 8, 1), ("a", "b"))

    def load(self, source: Source) -> Splits:
        raise NotImplementedError


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(Made, "system", (str(tmp_path / "system"),))


@pytest.fixture
def mirror(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A server that is ZOOKIT_MIRROR and has the files."""
    monkeypatch.setenv("ZOOKIT_MIRROR", server.url)
    for name, content in CONTENT.items():
        server.serve(f"/made/{name}.gz", zipped(content))
    return server


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ZOOKIT_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def warnings_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [
        record.getMessage()
        for record in caplog.records
        if record.name == "zookit" and record.levelno == logging.WARNING
    ]


def full(dataset: Dataset | None = None, *, prepared: bool = False) -> Source:
    return find(dataset or Made(), "full", "made", lambda _: prepared)


def spoil(path: Path) -> None:
    """Change one byte of a file's content and nothing else that can be seen."""
    before = path.stat()
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    while path.stat().st_ctime_ns == before.st_ctime_ns:  # the clock of files ticks slowly
        path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_order(tmp_path: Path, data_dir: Path, mirror: Server) -> None:
    put_files(tmp_path / "system")
    put_files(data_dir / "made")
    named = full(prepared=True)
    assert (named.origin, named.location) == ("full", "ZOOKIT_DATA_DIR")
    assert named.folder == data_dir / "made"
    (data_dir / "made").rename(data_dir / "other")
    before = full(prepared=True)
    assert (before.origin, before.location) == ("full", "prepared before")
    system = full()
    assert (system.origin, system.location) == ("full", "the system")
    assert system.folder == tmp_path / "system"
    assert not mirror.requests
    (tmp_path / "system").rename(tmp_path / "away")
    downloaded = full()
    assert (downloaded.origin, downloaded.location) == ("full", "downloaded")
    assert downloaded.folder == tmp_path / "cache" / "downloads" / "made"
    assert len(mirror.requests) == 4
    # The same set wherever it is from.
    assert len({source.hash for source in (named, before, system, downloaded)}) == 1


def test_what_was_downloaded_is_not_asked_for_again(mirror: Server) -> None:
    assert full() == full()
    assert len(mirror.requests) == 4


def test_damaged_download_is_asked_for_again(mirror: Server) -> None:
    folder = full().folder
    assert folder is not None
    spoil(folder / "t10k-labels-idx1-ubyte.gz")
    full()
    assert [path for path, _ in mirror.requests[4:]] == ["/made/t10k-labels-idx1-ubyte.gz"]


def test_vanished_cache_is_made_anew(tmp_path: Path, mirror: Server) -> None:
    full()
    (tmp_path / "cache").rename(tmp_path / "away")
    assert full().location == "downloaded"
    assert len(mirror.requests) == 8


def published_at(*urls: str, home: str = "made") -> Dataset:
    """A data set of one file that is published at these addresses."""

    @dataclass(frozen=True)
    class Published(Sampled):
        files = (RemoteFile("set.zip", hashlib.sha256(b"content").hexdigest(), urls),)

    Published.home = home
    return Published()


@pytest.mark.parametrize(
    ("manner", "origins"), [("ranges", ["mirror"]), (404, ["mirror", "host"])], ids=str
)
def test_mirror_goes_before_the_host(
    server: Server, monkeypatch: pytest.MonkeyPatch, manner: Manner, origins: list[str]
) -> None:
    host = server.serve("/host/set.zip", b"content")
    server.serve("/mirror/made/set.zip", b"content", manner)
    monkeypatch.setenv("ZOOKIT_MIRROR", f"{server.url}/mirror/")
    assert full(published_at(host)).location == "downloaded"
    assert [path.split("/")[1] for path, _ in server.requests] == origins


def test_home_may_be_nested(server: Server) -> None:
    folder = full(published_at(server.serve("/set.zip", b"content"), home="vendor/set")).folder
    assert folder is not None
    assert (folder.parent.name, folder.name) == ("vendor", "set")
    assert (folder / "set.zip").read_bytes() == b"content"


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(zipped(b"other")),
        lambda path: path.write_bytes(b"\x1f\x8b\x08 cut off"),
        Path.unlink,
    ],
    ids=["other", "damaged", "missing"],
)
def test_system_folder_that_is_not_the_set_is_passed_over(
    tmp_path: Path, mirror: Server, caplog: pytest.LogCaptureFixture, damage: Callable[[Path], None]
) -> None:
    damage(put_files(tmp_path / "system") / "t10k-labels-idx1-ubyte.gz")
    assert full().location == "downloaded"
    complete = (tmp_path / "system" / "t10k-labels-idx1-ubyte.gz").exists()
    expected = f"made: {tmp_path / 'system'} was passed over: its files are not the pinned ones."
    assert warnings_in(caplog) == ([expected] if complete else [])


def test_auto_takes_the_sample_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    source = find(published_at("http://127.0.0.1:9/set.zip"), "auto", "made", lambda _: False)
    assert (source.origin, source.folder) == ("sample", Sampled.sample)
    (line,) = warnings_in(caplog)
    assert line.startswith("made: using the small bundled sample, because the full set cannot be")
    for way in ("no connection", "ZOOKIT_DATA_DIR", "ZOOKIT_MIRROR"):
        assert way in line
    assert "\n" not in line


@pytest.mark.parametrize("wanted", ["auto", "full"])
def test_full_fails_and_names_the_ways(wanted: DataRequest) -> None:
    dataset = published_at("http://127.0.0.1:9/set.zip") if wanted == "full" else Made()
    with pytest.raises(DataUnavailable, match=r"^made: the full set cannot be had") as raised:
        find(dataset, wanted, "made", lambda _: False)
    for way in ("a folder made", "ZOOKIT_DATA_DIR", "ZOOKIT_MIRROR"):
        assert way in str(raised.value)


@pytest.mark.parametrize("wanted", ["auto", "full"])
def test_wrong_hash_never_leads_to_the_sample(
    server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture, wanted: DataRequest
) -> None:
    dataset = published_at(server.serve("/set.zip", b"content", "wrong"))
    with pytest.raises(WrongHash, match="SHA-256"):
        find(dataset, wanted, "made", lambda _: False)
    assert not warnings_in(caplog)
    assert not list((tmp_path / "cache" / "downloads" / "made").iterdir())


def test_sample_is_taken_without_looking_further(mirror: Server, data_dir: Path) -> None:
    put_files(data_dir / "made")
    assert find(Sampled(), "sample", "made", lambda _: True).location == "the bundled sample"
    assert not mirror.requests


@pytest.mark.parametrize("dataset", [Made(), Computed()], ids=["with files", "computed"])
def test_without_a_sample_none_is_had(dataset: Dataset) -> None:
    with pytest.raises(DataError, match="made bundles no sample; use --data full or auto"):
        find(dataset, "sample", "made", lambda _: False)


@pytest.mark.parametrize("wanted", ["auto", "full"])
def test_data_set_without_files_is_full(wanted: DataRequest) -> None:
    source = find(Computed(), wanted, "made", lambda _: False)
    assert (source.origin, source.folder, source.hash) == ("full", None, None)
    with pytest.raises(DataError, match=r"no folder that could hold a\.gz"):
        source.file("a.gz")


@pytest.mark.parametrize("plain", [True, False], ids=["plain", "gz"])
def test_named_folder_may_hold_either_form(data_dir: Path, *, plain: bool) -> None:
    put_files(data_dir / "made", plain=plain, level=1)
    assert full().origin == "full"


def test_named_folder_that_is_not_the_set_is_local(data_dir: Path) -> None:
    pinned = full().hash if put_files(data_dir / "made") else None
    spoil(data_dir / "made" / "train-images-idx3-ubyte.gz")
    source = full()
    assert (source.origin, source.folder) == ("local", data_dir / "made")
    assert source.hash != pinned


def test_change_that_keeps_size_and_time_is_noticed(data_dir: Path) -> None:
    put_files(data_dir / "made", plain=True)
    spoil(data_dir / "made" / "train-images-idx3-ubyte")
    first = full()
    spoil(data_dir / "made" / "train-labels-idx1-ubyte")
    assert (first.origin, full().origin) == ("local", "local")
    assert first.hash != full().hash


def test_hash_of_an_unchanged_folder_is_remembered(data_dir: Path) -> None:
    told: list[str] = []

    @contextmanager
    def progress(label: str, total: int | None, unit: str) -> Iterator[Callable[[int], None]]:
        told.append(label)
        yield lambda amount: None

    put_files(data_dir / "made")
    (data_dir / "made" / "train-images-idx3-ubyte.gz").write_bytes(zipped(b"other"))
    first, second = (find(Made(), "full", "made", lambda _: False, progress) for _ in "ab")
    assert first == second
    assert told == ["reading made"]


def test_one_folder_may_hold_two_sets(data_dir: Path) -> None:
    @dataclass(frozen=True)
    class Half(Made):
        files = Made.files[:2]

    put_files(data_dir / "made")
    assert full(Half()).origin == "full"
    assert full().origin == "full"


def test_cut_off_note_of_a_hash_is_not_believed(tmp_path: Path, data_dir: Path) -> None:
    put_files(data_dir / "made")
    assert full().origin == "full"
    notes = [path for path in (tmp_path / "cache" / "hashes").iterdir() if path.is_file()]
    assert notes
    for note in notes:
        note.write_bytes(b"")
    assert full().origin == "full"


@pytest.mark.parametrize("wanted", ["auto", "full"])
def test_named_folder_must_be_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: DataRequest
) -> None:
    monkeypatch.setenv("ZOOKIT_DATA_DIR", str(tmp_path / "none"))
    with pytest.raises(DataError, match=r"ZOOKIT_DATA_DIR is '.*none', which is not a folder"):
        find(Sampled(), wanted, "made", lambda _: False)


def test_named_folder_without_the_set_is_passed_by(mirror: Server, data_dir: Path) -> None:
    (data_dir / "another").mkdir()
    assert full().location == "downloaded"


def test_home_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("ZOOKIT_DATA_DIR", "~/data")
    assert full_from(tmp_path / "data" / "made") == "ZOOKIT_DATA_DIR"
    monkeypatch.delenv("ZOOKIT_DATA_DIR")
    monkeypatch.setattr(Made, "system", ("~/own",))
    assert full_from(tmp_path / "own") == "the system"


def full_from(folder: Path) -> str:
    put_files(folder)
    return full().location


@pytest.mark.parametrize("kept", [0, 1, 3], ids=["empty folder", "three missing", "one missing"])
def test_incomplete_folder_names_the_missing_file(data_dir: Path, kept: int) -> None:
    put_files(data_dir / "made")
    names = [f"{name}.gz" for name in CONTENT]
    for name in names[kept:]:
        (data_dir / "made" / name).unlink()
    with pytest.raises(DataError, match=f"^made: .*made .*has no {names[kept]} or .*Put the file"):
        prepare(Sampled(), "auto", "made", "made==1")


def test_damaged_file_of_a_named_folder_is_named(data_dir: Path) -> None:
    put_files(data_dir / "made")
    (data_dir / "made" / "t10k-images-idx3-ubyte.gz").write_bytes(b"\x1f\x8b\x08 cut off")
    with pytest.raises(DataError, match=r"t10k-images-idx3-ubyte\.gz cannot be read"):
        prepare(Sampled(), "auto", "made", "made==1")


@pytest.mark.parametrize("wanted", ["auto", "full"])
def test_cache_that_cannot_be_written(
    tmp_path: Path,
    mirror: Server,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    wanted: DataRequest,
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "file" / "cache"))
    said = "cannot be written"
    if wanted == "full":
        with pytest.raises(DataUnavailable, match=rf"^made: /\S+ {said}.*ZOOKIT_CACHE_DIR"):
            full()
    else:
        assert find(Sampled(), "auto", "made", lambda _: False).origin == "sample"
        (line,) = warnings_in(caplog)
        assert line.count("made:") == 1
        assert said in line
    assert not mirror.requests
