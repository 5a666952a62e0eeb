"""CIFAR-10: made-up archives from servers, and what users may have in a folder."""

from pathlib import Path

import pytest
from http_server import Server
from made_data import put_pictures
from published import cifar10_files, publish, put

from zookit.core import DataError, DataUnavailable, WrongHash
from zookit.data.prepared import Prepared, prepare
from zookit.plugins.datasets.cifar10 import Cifar10
from zookit.plugins.datasets.tar_files import tar_members

FILES = cifar10_files()
(ARCHIVE,) = FILES


def prepared() -> Prepared:
    return prepare(Cifar10(), "auto", "cifar10", "zookit==1")


def assert_complete(found: Prepared) -> None:
    for split, size in ((found.splits.train, 50), (found.splits.test, 10)):
        assert split.images.shape == (size, 32, 32, 3)
        assert split.images.flags.c_contiguous
        assert split.labels.tolist() == list(range(10)) * (size // 10)


def test_the_class_names() -> None:
    names = Cifar10().info.class_names
    assert (names[0], names[1], names[9]) == ("airplane", "automobile", "truck")


def test_the_archive_is_downloaded(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(monkeypatch, server, Cifar10, FILES, "ranges")
    found = prepared()
    assert found.origin == "full"
    assert_complete(found)


def test_other_addresses_are_tried(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(monkeypatch, server, Cifar10, FILES, 503, "wrong", "ranges")
    assert_complete(prepared())


def test_without_a_network_the_error_names_what_to_put_where(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(monkeypatch, server, Cifar10, FILES, 404, 503)
    with pytest.raises(DataUnavailable) as raised:
        prepared()
    message = str(raised.value)
    assert f"{server.url}/0/{ARCHIVE}: the server answered 404 Not Found" in message
    assert f"put {ARCHIVE} into a folder cifar-10 and set ZOOKIT_DATA_DIR" in message
    assert "sample" not in message


def test_wrong_bytes_are_an_error_that_names_no_sample(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(monkeypatch, server, Cifar10, FILES, "wrong")
    with pytest.raises(WrongHash, match="ZOOKIT_DATA_DIR") as raised:
        prepared()
    assert "sample" not in str(raised.value)


def test_the_archive_and_the_folder_in_it_give_the_same(data_dir: Path) -> None:
    put(data_dir / "cifar-10", FILES)
    packed = prepared()
    assert packed.origin == "local"
    assert_complete(packed)
    archive = data_dir / "cifar-10" / ARCHIVE
    names = [f"data_batch_{number}.bin" for number in range(1, 6)] + ["test_batch.bin"]
    for member in tar_members(archive, [f"cifar-10-batches-bin/{name}" for name in names]):
        put(data_dir / "cifar-10", {member.name: member.read(member.size)})
    archive.unlink()
    assert prepared().hash == packed.hash


def test_folders_of_images_are_not_the_data_set(data_dir: Path) -> None:
    """Whatever they contain, they are not the published images."""
    for name in ("train", "test"):
        put_pictures(data_dir / "cifar-10" / name, cat=1, dog=1)
    with pytest.raises(DataError, match=f"has neither {ARCHIVE}.*Copy {ARCHIVE}.*image_folder:"):
        prepared()
