"""Data sets of TensorFlow Datasets are prepared in another process, pinned, copied and loaded."""

import json
import shutil
import subprocess
import sys
import tracemalloc
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from conftest import Command
from hub_server import picture

from zookit.core import BadParameter, DataError, DataUnavailable
from zookit.core.data import downloads_folder
from zookit.data.fetching import fetched
from zookit.data.prepared import Prepared, prepare_named
from zookit.plugins import Tfds
from zookit.plugins.datasets.tfds_copy import examples, mark_of_source, remember
from zookit.registry import default

pytestmark = pytest.mark.xdist_group("tfds")

SUPPORT = Path(__file__).parents[2] / "support"


@pytest.fixture(scope="module")
def prepared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which made-up data sets are prepared."""
    folder = tmp_path_factory.mktemp("tfds")
    command = [sys.executable, str(SUPPORT / "made_builder.py"), str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture
def library(prepared_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TFDS_DATA_DIR", str(prepared_folder))
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "cache"))
    return prepared_folder


def loaded(words: str) -> tuple[Tfds, Prepared]:
    built, prepared = prepare_named(words, "auto")
    assert isinstance(built.component, Tfds)
    return built.component, prepared


@pytest.mark.slow
def test_a_prepared_data_set_is_copied_and_pinned(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset, prepared = loaded("tfds:pets/small")
    assert dataset == Tfds("pets/small", version="1.2.3")
    assert str(library) not in str(default.datasets.build(dataset).spec.words)
    info = dataset.info
    assert (info.image_shape, info.class_names) == ((8, 8, 1), ("cat", "dog", "fish"))
    assert info.sizes == {"train": 12, "test": 6}
    assert (info.citation, info.homepage) == ("Made up, 2025", "https://example.org/pets")
    expected = {
        np.random.default_rng(at).integers(0, 256, (8, 8, 1), np.uint8).tobytes(): at % 3
        for at in range(12)
    }
    train = prepared.splits.train
    found = {
        image.tobytes(): label for image, label in zip(train.images, train.labels, strict=True)
    }
    assert found == expected
    assert "tensorflow_datasets" not in sys.modules

    fetched(default.datasets.build("tfds:pets/small"), offline=True)
    monkeypatch.setenv("TFDS_DATA_DIR", "/nowhere")
    for words in ("tfds:pets/small", "tfds:pets/small,version=1.2.3,size=16"):
        again = fetched(default.datasets.build(words), offline=True).component
        assert isinstance(again, Tfds)
        assert again.version == "1.2.3"
    again, other = loaded("tfds:pets/small,version=1.2.3")
    assert other.hash == prepared.hash

    copy = dataset.downloaded or Path()
    assert copy.is_relative_to(downloads_folder("tfds-pets"))
    (copy / "train.npy").unlink()
    monkeypatch.setenv("TFDS_DATA_DIR", str(library))
    loaded("tfds:pets/small")
    assert (copy / "train.npy").is_file()


@pytest.mark.slow
def test_it_keeps_the_contract_of_data_sets(library: Path, zookit: Command) -> None:
    outcome = zookit("check", "tfds:pets/small")
    assert outcome.code == 0, outcome.out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("pets/unlabelled", ["test split", "label -1", "test=NAME"]),
        ("pets/small,label=moood", ["'moood'", "'kind', 'mood'", "Did you mean 'mood'"]),
        ("pets/small,label=owner", ["'owner' has 1 class", "label=FEATURE"]),
        ("sounds", ["no feature of images", "'pitch'"]),
        ("cifar10", ["cifar10", "limit of 0.1 GB", "ZOOKIT_MAX_DOWNLOAD_GB=1."]),
        ("mnits", ["'mnits'", "Did you mean 'mnist'", "TFDS_DATA_DIR"]),
    ],
)
def test_an_error_names_the_choices(
    library: Path, monkeypatch: pytest.MonkeyPatch, words: str, says: list[str]
) -> None:
    monkeypatch.setenv("ZOOKIT_MAX_DOWNLOAD_GB", "0.1")
    with pytest.raises(DataError) as error:
        loaded(f"tfds:{words}")
    text = str(error.value)
    assert text.startswith("tfds: ")
    assert "\n" not in text
    assert all(each in text for each in says)
    folder = downloads_folder(f"tfds-{words.partition('/')[0].partition(',')[0]}")
    assert [each.name for each in folder.iterdir()] == []


def test_nothing_is_prepared_where_words_are_only_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path))
    with pytest.raises(DataUnavailable, match="not on this machine"):
        fetched(default.datasets.build("tfds:mnist"), offline=True)
    call = r'zookit\.load_data\("tfds:name=mnist,version=3\.0\.1", data="full"\)'
    with pytest.raises(DataUnavailable, match=call):
        Tfds("mnist", "3.0.1").info  # noqa: B018
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words", ["tfds:mnist:3.0.1", "tfds:../mnist", "tfds:mnist/..", "tfds:mnist,version=newest"]
)
def test_a_name_and_a_version_have_a_form(words: str) -> None:
    with pytest.raises(BadParameter, match=r"3\.0\.2"):
        default.datasets.build(words)


def test_what_was_prepared_again_is_copied_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "library"))
    source = tmp_path / "library" / "pets" / "small" / "1.2.3"
    source.mkdir(parents=True)
    (source / "dataset_info.json").write_text("{}")
    write_copy(downloads_folder("tfds-pets") / "small" / "1.2.3" / "usual")

    def is_here(words: str) -> bool:
        try:
            fetched(default.datasets.build(words), offline=True)
        except DataUnavailable:
            return False
        return True

    newest, pinned = "tfds:pets/small", "tfds:pets/small,version=1.2.3"
    assert (is_here(newest), is_here(pinned)) == (True, True)
    newer = source.with_name("1.2.4")
    newer.mkdir()
    assert (is_here(newest), is_here(pinned)) == (False, True)
    newer.rmdir()
    (source / "dataset_info.json").write_text("{ }")
    assert (is_here(newest), is_here(pinned)) == (False, False)
    shutil.rmtree(tmp_path / "library")  # only the copy is left
    assert (is_here(newest), is_here(pinned)) == (True, True)


def write_copy(folder: Path) -> None:
    """Write a copy of what is prepared in TFDS_DATA_DIR, with one image, and remember it."""
    folder.mkdir(parents=True)
    content = picture(1)
    (folder / "train.images").write_bytes(content)
    np.save(folder / "train.npy", np.array([[len(content), 0]]))
    described = {
        "format": 2,
        "source": mark_of_source("pets/small", "1.2.3"),
        "name": "pets/small",
        "version": "1.2.3",
        "class_names": ["cat", "dog"],
        "sizes": {"train": 1},
        "license": "",
        "citation": "",
        "homepage": "",
    }
    (folder / "description.json").write_text(json.dumps(described))
    remember(folder.parents[2], "pets/small", version("tensorflow-datasets"), described)


def test_the_first_image_is_read_without_the_others(tmp_path: Path) -> None:
    (tmp_path / "train.images").write_bytes(b"first")
    np.save(tmp_path / "train.npy", np.full((100_000, 2), 5))
    tracemalloc.start()
    assert next(examples(tmp_path, "train")) == (b"first", 5)
    assert tracemalloc.get_traced_memory()[1] < 500_000
    tracemalloc.stop()
