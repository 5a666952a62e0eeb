"""The prepared cache: filled once, memory-mapped, keyed by everything that matters, verified."""

import importlib
import multiprocessing
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from http_server import Server, serving
from made_data import CONTENT, Made, idx, prepare_in_step, put_files, put_pictures, zipped

from zookit.core import BrokenPlugin, DataError, Dataset, DatasetInfo, Split, Splits
from zookit.core.data import Source, cache_folder, read_idx_splits
from zookit.data.cache_contents import cache_entries
from zookit.data.prepared import Prepared, prepare
from zookit.plugins.datasets.image_folder import ImageFolder
from zookit.plugins.datasets.mnist import Mnist


@pytest.fixture(autouse=True)
def fresh_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(Made, "loads", [])


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of ZOOKIT_DATA_DIR, which has the files of `Made`."""
    monkeypatch.setenv("ZOOKIT_DATA_DIR", str(tmp_path / "data"))
    put_files(tmp_path / "data" / "made")
    return tmp_path / "data"


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


def made(dataset: Dataset | None = None, *, name: str = "made", owner: str = "made==1") -> Prepared:
    return prepare(dataset or Made(), "auto", name, owner)


def same(one: Prepared, other: Prepared) -> bool:
    pairs = zip(one.splits.by_name().values(), other.splits.by_name().values(), strict=True)
    return one.hash == other.hash and all(
        np.array_equal(a.images, b.images) and np.array_equal(a.labels, b.labels) for a, b in pairs
    )


def entry() -> Path:
    """Return the folder of the only prepared data set."""
    (only,) = (each for each in cache_entries() if each.kind == "prepared")
    return only.folder


@pytest.mark.usefixtures("data_dir")
def test_the_second_time_reads_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = made(), made()
    assert len(Made.loads) == 1
    assert same(first, second)
    assert second.origin == "full"
    for split in second.splits.by_name().values():
        assert isinstance(split.images, np.memmap)
        assert not split.images.flags.writeable
        assert split.labels.dtype == np.int64
    monkeypatch.delenv("ZOOKIT_DATA_DIR")
    assert same(made(), first)  # found by the pinned hash
    assert len(Made.loads) == 1


@pytest.mark.usefixtures("data_dir")
@pytest.mark.parametrize(
    "change",
    [
        {"dataset": Made(invert=True)},
        {"owner": "made==2"},
        {"owner": "other==1"},
        {"name": "other"},
    ],
    ids=str,
)
def test_anything_that_may_load_differently_is_prepared_again(change: dict[str, Any]) -> None:
    made()
    made(**change)
    assert len(Made.loads) == 2
    made()
    made(**change)
    assert len(Made.loads) == 2  # the cache has both


def test_found_is_called_once_before_anything_is_loaded(data_dir: Path) -> None:
    loaded: list[int] = []  # the loads there were at each call

    def prepared(dataset: Dataset) -> Prepared:
        return prepare(
            dataset, "full", "made", "made==1", found=lambda: loaded.append(len(Made.loads))
        )

    prepared(Made())
    assert loaded == [0]
    prepared(Made())
    assert loaded == [0, 1]  # from the cache too
    prepared(Given())
    assert loaded == [0, 1, 1]
    shutil.rmtree(data_dir / "made")
    with pytest.raises(DataError):
        prepared(Made(invert=True))
    assert loaded == [0, 1, 1]


def test_found_comes_after_the_download(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOKIT_MIRROR", server.url)
    for name, content in CONTENT.items():
        server.serve(f"/made/{name}.gz", zipped(content))
    asked: list[int] = []
    prepare(Made(), "full", "made", "x==1", found=lambda: asked.append(len(server.requests)))
    assert asked == [len(CONTENT)]


def test_changed_files_are_prepared_again(data_dir: Path) -> None:
    first = made()
    changed = idx(np.zeros((30, 8, 8), np.uint8))
    (data_dir / "made" / "train-images-idx3-ubyte.gz").write_bytes(zipped(changed))
    second = made()
    assert len(Made.loads) == 2
    assert (first.origin, second.origin) == ("full", "local")
    assert first.hash != second.hash
    assert not second.splits.train.images.any()


def test_a_copy_of_the_sample_is_local(data_dir: Path) -> None:
    assert Mnist.sample is not None
    shutil.copytree(Mnist.sample, data_dir / "mnist")
    sample, local = (prepare(Mnist(), request, "mnist", "x==1") for request in ("sample", "auto"))
    assert (sample.origin, local.origin) == ("sample", "local")
    assert sample.hash == local.hash


@pytest.mark.parametrize("change", [{"plain": True}, {"level": 1}], ids=str)
def test_the_hash_depends_on_the_pixels_alone(data_dir: Path, change: dict[str, Any]) -> None:
    first = made()
    shutil.rmtree(data_dir / "made")
    shutil.rmtree(cache_folder())
    put_files(data_dir / "made", **change)
    assert made().hash == first.hash
    assert len(Made.loads) == 2


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "incomplete": lambda content: content[:-10],
    "empty": lambda content: b"",
    "garbled": lambda content: b"\x93NUMPY\1\0v\0{'descr': '|u1', (" + b" " * 200,
}


@pytest.mark.usefixtures("data_dir")
@pytest.mark.parametrize("damage", [*DAMAGES, "missing"])
@pytest.mark.parametrize("name", ["train-images.npy", "test-labels.npy", "meta.json"])
def test_a_damaged_entry_is_prepared_again(name: str, damage: str) -> None:
    first = made()
    path = entry() / name
    content = path.read_bytes()
    path.unlink()  # this process has the old file mapped
    if damage in DAMAGES:
        path.write_bytes(DAMAGES[damage](content))
    assert same(made(), first)
    assert len(Made.loads) == 2
    assert same(made(), first)
    assert len(Made.loads) == 2


def test_a_validation_split_is_prepared_too(tmp_path: Path) -> None:
    for name, count in (("train", 4), ("test", 2), ("validation", 3)):
        put_pictures(tmp_path / "photos" / name, start=10 * count, cats=count, dogs=count)
    dataset = ImageFolder(tmp_path / "photos", size=8)
    first = made(dataset)
    assert same(made(dataset), first)
    (entry() / "validation-images.npy").unlink()
    again = made(dataset)
    assert list(again.splits.by_name()) == ["train", "test", "validation"]
    assert same(again, first)


@pytest.mark.usefixtures("data_dir")
@pytest.mark.parametrize("meta", ["[]", "{}", "null", '{"hash": "0"}', '{"left_out": 3}'])
def test_an_invalid_description_is_prepared_again(meta: str) -> None:
    first = made()
    (entry() / "meta.json").write_text(meta)
    assert same(made(), first)


@pytest.mark.usefixtures("data_dir")
def test_zeros_in_the_cache_are_found_and_repaired(caplog: pytest.LogCaptureFixture) -> None:
    first = made()
    path = entry() / "train-images.npy"
    content = path.read_bytes()
    path.unlink()  # this process has the old file mapped
    path.write_bytes(content[:500] + bytes(1000) + content[1500:])
    caplog.clear()
    assert same(made(), first)
    assert len(Made.loads) == 2
    (line,) = caplog.messages
    assert "made: " in line
    assert "train-images.npy" in line
    assert "prepared again" in line
    assert same(made(), first)
    assert len(caplog.messages) == 1


def test_zeros_are_repaired_without_the_files_from_a_download(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The full set was found by its hash alone; its files are no longer there."""
    monkeypatch.setenv("ZOOKIT_MIRROR", server.url)
    for name, content in CONTENT.items():
        server.serve(f"/made/{name}.gz", zipped(content))
    first = made()
    shutil.rmtree(cache_folder() / "downloads")
    path = entry() / "test-labels.npy"
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content[:-8] + b"\0\0\0\0\0\0\0\1")
    assert same(made(), first)
    assert len(Made.loads) == 2


@pytest.mark.usefixtures("data_dir")
def test_an_unwritable_cache_gives_one_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first = made()
    (tmp_path / "file").touch()
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "file" / "cache"))
    assert same(made(), first)
    (line,) = (record.getMessage() for record in caplog.records)
    assert line.startswith(f"made: {cache_folder()} cannot be written (")
    assert "ZOOKIT_CACHE_DIR" in line


@pytest.mark.usefixtures("data_dir")
def test_an_unwritable_folder_gives_one_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache_folder().mkdir(parents=True)
    (cache_folder() / "prepared").touch()  # the locks beside it can be written
    assert made().origin == "full"
    assert len(Made.loads) == 1
    assert ["cannot be written" in record.getMessage() for record in caplog.records] == [True]


@dataclass(frozen=True)
class Given(Dataset):
    """A data set without files."""

    classes = ("a", "b")

    @property
    def info(self) -> DatasetInfo:
        return DatasetInfo((4, 4, 1), self.classes)

    def load(self, source: Source) -> Splits:
        del source
        return given(np.zeros((6, 4, 4, 1), np.uint8), np.arange(6) % 2)


def given(images: Any, labels: Any) -> Splits:
    good = Split(np.zeros((2, 4, 4, 1), np.uint8), np.array([0, 1]))
    return Splits(Split(images, labels), good)


def test_a_data_set_without_files_is_not_cached() -> None:
    assert made(Given()).origin == "full"
    assert cache_entries() == ()


def test_test_images_that_are_trained_on_are_reported(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """They stay, since the splits of published data are to be comparable."""
    images = np.arange(96, dtype=np.uint8).reshape(6, 4, 4, 1)
    train, labels = Split(images, np.arange(6) % 2), np.array([0, 1])
    for at, expected in (([0, 5], 1), ([6, 7], 0)):
        test = Split(np.concatenate([images, images[:2] + 99])[at], labels)
        monkeypatch.setattr(Given, "load", lambda self, source, test=test: Splits(train, test))
        caplog.clear()
        assert len(made(Given()).splits.test) == 2
        assert sum("2 of 2 images" in line for line in caplog.messages) == expected


@pytest.mark.parametrize("dtype", ["int8", "uint8", "uint64", ">i4", "int64"])
def test_labels_of_any_integer_type_become_int64(
    monkeypatch: pytest.MonkeyPatch, dtype: str
) -> None:
    images = np.asfortranarray(np.random.default_rng(0).integers(0, 9, (6, 4, 4, 1), np.uint8))
    labels = (np.arange(6) % 2).astype(dtype)
    expected = made(Given()).hash
    monkeypatch.setattr(Given, "load", lambda self, source: given(images * 0, labels))
    prepared = made(Given())
    assert prepared.hash == expected
    assert prepared.splits.train.labels.dtype == np.dtype(np.int64)
    assert prepared.splits.train.images.flags.c_contiguous


def test_splits_that_do_not_match_the_info_are_not_cached(data_dir: Path) -> None:
    labels = idx(np.full(12, 3, np.uint8))
    (data_dir / "made" / "t10k-labels-idx1-ubyte.gz").write_bytes(zipped(labels))
    with pytest.raises(DataError, match=r"(?i)made: the test split .*3 to 3"):
        made()
    assert cache_entries() == ()


def test_an_error_of_a_data_set_is_raised_as_it_is(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def load(self: Made, source: Source) -> Splits:
        self.loads.append(source)
        return read_idx_splits(Source("local", Path((data_dir / "none").read_text()), "", ""))

    monkeypatch.setattr(Made, "load", load)
    with pytest.raises(FileNotFoundError):
        made()
    assert len(Made.loads) == 1
    assert not caplog.records


@pytest.mark.usefixtures("data_dir")
def test_skipped_files_are_named_each_time(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def load(self: Made, source: Source) -> Splits:
        splits = read_idx_splits(source)
        return replace(splits, left_out=tuple(f"{at}.png is damaged" for at in range(7)))

    monkeypatch.setattr(Made, "load", load)
    for _ in "twice":
        caplog.clear()
        made()
        assert "0.png is damaged" in caplog.messages[0]
        assert len(caplog.messages) == 6
        assert "2 more" in caplog.messages[-1]


def test_skipped_files_are_named_without_a_cache_too(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    splits = given(np.zeros((6, 4, 4, 1), np.uint8), np.arange(6) % 2)
    monkeypatch.setattr(
        Given, "load", lambda self, source: replace(splits, left_out=("0.png is damaged",))
    )
    made(Given())
    assert sum("0.png is damaged" in message for message in caplog.messages) == 1


def test_a_data_set_that_ends_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(self: Given, source: Source) -> Splits:
        raise SystemExit(3)

    monkeypatch.setattr(Given, "load", load)
    with pytest.raises(BrokenPlugin, match=r"Given.* ended the program: SystemExit: 3"):
        made(Given())


def test_a_data_set_of_a_notebook_is_not_cached(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its code may change without a trace."""
    put_files(data_dir / "made")
    monkeypatch.delattr(sys.modules[Made.__module__], "__file__")
    assert same(made(), made())
    monkeypatch.setattr(Made, "__module__", "no_such_module")
    assert same(made(), made())
    assert not cache_entries()


def test_two_processes_download_and_prepare_once(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOOKIT_MIRROR", server.url)
    for name, content in CONTENT.items():
        server.serve(f"/made/{name}.gz", zipped(content), "slow")
    context = multiprocessing.get_context("spawn")
    barrier, answers = context.Barrier(2), context.Queue()
    processes = [context.Process(target=prepare_in_step, args=(barrier, answers)) for _ in "ab"]
    for process in processes:
        process.start()
    hashes, loads = zip(*(answers.get(timeout=60) for _ in processes), strict=True)
    for process in processes:
        process.join()
    answers.close()
    answers.join_thread()
    assert sum(loads) == 1
    assert len(set(hashes)) == 1
    assert sorted(path for path, _ in server.requests) == sorted(
        f"/made/{name}.gz" for name in CONTENT
    )
    assert made().hash == hashes[0]


def test_an_edited_helper_of_a_plugin_is_another_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    package = tmp_path / "edited_data"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "helper.py").write_text("INVERT = False\n")
    (package / "data.py").write_text(
        "from dataclasses import dataclass, replace\n"
        "from made_data import Made\n"
        "from edited_data.helper import INVERT\n"
        "@dataclass(frozen=True)\n"
        "class Data(Made):\n"
        "    def load(self, source):\n"
        "        loaded = super().load(source)\n"
        "        test = replace(loaded.test, images=255 - loaded.test.images)\n"
        "        return replace(loaded, test=test) if INVERT else loaded\n"
    )
    put_files(tmp_path / "source" / "made")
    monkeypatch.setenv("ZOOKIT_DATA_DIR", str(tmp_path / "source"))

    def images() -> Any:
        for name in [each for each in sys.modules if each.startswith("edited_data")]:
            del sys.modules[name]
        importlib.invalidate_caches()
        kind = importlib.import_module("edited_data.data").Data
        return np.asarray(prepare(kind(), "full", "edited", "edited==1").splits.test.images)

    before = images()
    (package / "helper.py").write_text("INVERT = True\n")
    np.testing.assert_array_equal(images(), 255 - before)
