"""Sources of data: the order, the origins full, local and sample, and every error."""

import hashlib
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from http_server import Manner, Server, serving
from made_data import CONTENT, Made, put_files, zipped

from zookit.core import DataError, Dataset, DatasetInfo, DataUnavailable, Splits, WrongHash
from zookit.core.data import RemoteFile, Source
from zookit.core.source import DataRequest
from zookit.data.prepared import prepare
from zookit.data.source import find, places


@dataclass(frozen=True)
class Sampled(Made):
    """`Made` with a bundled sample."""

    sample = Path(__file__).parent  # any folder; it is not read here


@dataclass(frozen=True)
class Computed(Dataset):
    """A data set that generates its images."""

    @property
    def info(self) -> DatasetInfo:
        return DatasetInfo((8, 8, 1), ("a", "b"))

    def load(self, source: Source) -> Splits:
        raise NotImplementedError


PREPARED = Path("prepared")


def unprepared(_: str) -> None:
    """No data is prepared."""


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture(autouse=True)
def own_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(Made, "system", (str(tmp_path / "system"),))


@pytest.fixture
def mirror(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A server with the files, to which ZOOKIT_MIRROR is set."""
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
    return find(dataset or Made(), "full", "made", lambda _: PREPARED if prepared else None)


def spoil(path: Path) -> None:
    """Change one byte of a file, but neither its size nor its modification time."""
    before = path.stat()
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    while path.stat().st_ctime_ns == before.st_ctime_ns:  # file times are coarse
        path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_sources_in_the_order_of_the_places(tmp_path: Path, data_dir: Path, mirror: Server) -> None:
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
    assert downloaded.folder == tmp_path / "cache" / "zookit-cache" / "downloads" / "made"
    assert len(mirror.requests) == 4
    # The same hash at every place.
    assert len({source.hash for source in (named, before, system, downloaded)}) == 1


def test_places_in_the_order_of_their_use(tmp_path: Path, data_dir: Path, mirror: Server) -> None:
    put_files(tmp_path / "system")
    put_files(data_dir / "made", plain=True)
    (data_dir / "made" / "train-images-idx3-ubyte").unlink()
    found = list(places(Sampled, lambda _: PREPARED))
    assert [(place.kind, place.complete) for place in found] == [
        ("data_dir", False),
        ("prepared", True),
        ("system", True),
        ("downloads", False),
        ("sample", True),
    ]
    assert [place.folder for place in found] == [
        data_dir / "made",
        PREPARED,
        tmp_path / "system",
        tmp_path / "cache" / "zookit-cache" / "downloads" / "made",
        Sampled.sample,
    ]
    assert not mirror.requests
    put_files(tmp_path / "cache" / "zookit-cache" / "downloads" / "made")
    (data_dir / "made").rename(data_dir / "other")
    (tmp_path / "system" / "t10k-labels-idx1-ubyte.gz").unlink()
    found = list(places(Made(), unprepared))
    assert [(place.kind, place.complete) for place in found] == [("downloads", True)]


def test_downloaded_files_are_not_downloaded_again(mirror: Server) -> None:
    assert full() == full()
    assert len(mirror.requests) == 4


def test_a_damaged_file_is_downloaded_again(mirror: Server) -> None:
    folder = full().folder
    assert folder is not None
    spoil(folder / "t10k-labels-idx1-ubyte.gz")
    full()
    assert [path for path, _ in mirror.requests[4:]] == ["/made/t10k-labels-idx1-ubyte.gz"]


def test_a_removed_cache_is_filled_again(tmp_path: Path, mirror: Server) -> None:
    full()
    (tmp_path / "cache").rename(tmp_path / "away")
    assert full().location == "downloaded"
    assert len(mirror.requests) == 8


def published_at(*urls: str, home: str = "made") -> Dataset:
    """Return a data set of one file that is published at these URLs."""

    @dataclass(frozen=True)
    class Published(Sampled):
        files = (RemoteFile("set.zip", hashlib.sha256(b"content").hexdigest(), urls),)

    Published.home = home
    return Published()


@pytest.mark.parametrize(
    ("manner", "origins"), [("ranges", ["mirror"]), (404, ["mirror", "host"])], ids=str
)
def test_the_mirror_comes_before_the_host(
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
def test_a_system_folder_with_other_files_is_skipped(
    tmp_path: Path, mirror: Server, caplog: pytest.LogCaptureFixture, damage: Callable[[Path], None]
) -> None:
    damage(put_files(tmp_path / "system") / "t10k-labels-idx1-ubyte.gz")
    assert full().location == "downloaded"
    complete = (tmp_path / "system" / "t10k-labels-idx1-ubyte.gz").exists()
    warnings = warnings_in(caplog)
    assert len(warnings) == complete
    assert all(f"skipped {tmp_path / 'system'}" in line for line in warnings)


def test_the_folder_of_a_data_set_itself_is_found(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_files(data_dir / "made")
    put_files(data_dir / "another")
    monkeypatch.setenv("ZOOKIT_DATA_DIR", str(data_dir / "made"))
    assert full().folder == data_dir / "made"
    # Other data sets may have files of the same names.
    monkeypatch.setenv("ZOOKIT_DATA_DIR", str(data_dir / "another"))
    with pytest.raises(DataUnavailable):
        full()


def test_auto_uses_the_sample_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    source = find(published_at("http://127.0.0.1:9/set.zip"), "auto", "made", unprepared)
    assert (source.origin, source.folder) == ("sample", Sampled.sample)
    (line,) = warnings_in(caplog)
    assert line.startswith("made: using the small bundled sample")
    for way in ("no connection", "ZOOKIT_DATA_DIR", "ZOOKIT_MIRROR"):
        assert way in line
    assert "\n" not in line


@pytest.mark.parametrize("requested", ["auto", "full"])
def test_an_unavailable_full_set_names_the_remedies(requested: DataRequest) -> None:
    dataset = published_at("http://127.0.0.1:9/set.zip") if requested == "full" else Made()
    with pytest.raises(DataUnavailable, match=r"^made: .*not available") as raised:
        find(dataset, requested, "made", unprepared)
    for way in ("a folder made", "ZOOKIT_DATA_DIR", "ZOOKIT_MIRROR"):
        assert way in str(raised.value)


@pytest.mark.parametrize("requested", ["auto", "full"])
def test_a_wrong_hash_does_not_lead_to_the_sample(
    server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture, requested: DataRequest
) -> None:
    dataset = published_at(server.serve("/set.zip", b"content", "wrong"))
    with pytest.raises(WrongHash, match=r"SHA-256.*data=sample"):
        find(dataset, requested, "made", unprepared)
    assert not warnings_in(caplog)
    assert not list((tmp_path / "cache" / "zookit-cache" / "downloads" / "made").iterdir())


def test_a_requested_sample_is_used_at_once(mirror: Server, data_dir: Path) -> None:
    put_files(data_dir / "made")
    assert find(Sampled(), "sample", "made", lambda _: PREPARED).location == "the bundled sample"
    assert not mirror.requests


@pytest.mark.parametrize("dataset", [Made(), Computed()], ids=["with files", "computed"])
def test_a_missing_sample_is_an_error(dataset: Dataset) -> None:
    with pytest.raises(DataError, match=r"made has no bundled sample.*data=full"):
        find(dataset, "sample", "made", unprepared)


@pytest.mark.parametrize("requested", ["auto", "full"])
def test_a_generated_data_set_is_full(requested: DataRequest) -> None:
    source = find(Computed(), requested, "made", unprepared)
    assert (source.origin, source.folder, source.hash) == ("full", None, None)
    with pytest.raises(DataError, match=r"a\.gz"):
        source.file("a.gz")


@pytest.mark.parametrize("plain", [True, False], ids=["plain", "gz"])
def test_zookit_data_dir_may_have_plain_or_gz_files(data_dir: Path, *, plain: bool) -> None:
    put_files(data_dir / "made", plain=plain, level=1)
    assert full().origin == "full"


def test_zookit_data_dir_with_other_files_is_local(data_dir: Path) -> None:
    pinned = full().hash if put_files(data_dir / "made") else None
    spoil(data_dir / "made" / "train-images-idx3-ubyte.gz")
    source = full()
    assert (source.origin, source.folder) == ("local", data_dir / "made")
    assert source.hash != pinned


def test_a_change_that_keeps_size_and_time_is_noticed(data_dir: Path) -> None:
    put_files(data_dir / "made", plain=True)
    spoil(data_dir / "made" / "train-images-idx3-ubyte")
    first = full()
    spoil(data_dir / "made" / "train-labels-idx1-ubyte")
    assert (first.origin, full().origin) == ("local", "local")
    assert first.hash != full().hash


def test_one_folder_may_have_two_data_sets(data_dir: Path) -> None:
    @dataclass(frozen=True)
    class Half(Made):
        files = Made.files[:2]

    put_files(data_dir / "made")
    assert full(Half()).origin == "full"
    assert full().origin == "full"


@pytest.mark.parametrize("requested", ["auto", "full"])
def test_zookit_data_dir_must_be_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, requested: DataRequest
) -> None:
    monkeypatch.setenv("ZOOKIT_DATA_DIR", str(tmp_path / "none"))
    with pytest.raises(DataError, match=r"ZOOKIT_DATA_DIR is '.*none', which is not a folder"):
        find(Sampled(), requested, "made", unprepared)


def test_zookit_data_dir_without_the_data_set_is_skipped(mirror: Server, data_dir: Path) -> None:
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


@pytest.mark.parametrize("present", [0, 1, 3], ids=["empty folder", "three missing", "one missing"])
def test_an_incomplete_folder_names_the_missing_file(data_dir: Path, present: int) -> None:
    put_files(data_dir / "made")
    names = [f"{name}.gz" for name in CONTENT]
    for name in names[present:]:
        (data_dir / "made" / name).unlink()
    with pytest.raises(DataError, match=f"^made: .*has no {names[present]} or "):
        prepare(Sampled(), "auto", "made", "made==1")


def test_a_damaged_file_is_named(data_dir: Path) -> None:
    put_files(data_dir / "made")
    (data_dir / "made" / "t10k-images-idx3-ubyte.gz").write_bytes(b"\x1f\x8b\x08 cut off")
    with pytest.raises(DataError, match=r"^made: .*t10k-images-idx3-ubyte\.gz"):
        prepare(Sampled(), "auto", "made", "made==1")


@pytest.mark.parametrize("requested", ["auto", "full"])
def test_an_unwritable_cache(
    tmp_path: Path,
    mirror: Server,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    requested: DataRequest,
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "file" / "cache"))
    if requested == "full":
        with pytest.raises(DataUnavailable, match=r"^made: /\S+ cannot be written.*CACHE_DIR"):
            full()
    else:
        assert find(Sampled(), "auto", "made", unprepared).origin == "sample"
        (line,) = warnings_in(caplog)
        assert line.count("made:") == 1
        assert "cannot be written" in line
    assert not mirror.requests
