"""Data sets of a hub are found, pinned, downloaded once, checked and loaded."""

import contextlib
import errno
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Command
from hub_server import CLASSES, Hub, pets, picture, serving_hub, table
from hypothesis import given, settings
from hypothesis import strategies as st
from small_runs import DENSE, SMALL

import zookit
from zookit.core import BadParameter, DataError, DataUnavailable, WrongHash
from zookit.core.data import downloads_folder
from zookit.core.messages import at_command_line
from zookit.data.fetching import fetched
from zookit.data.prepared import Prepared, prepare_named
from zookit.plugins import HuggingFace
from zookit.plugins.datasets.parquet_images import (
    count_rows,
    examples,
    find_columns,
    label_values,
)
from zookit.registry import default

SHARDS = {
    "data/train-00000-of-00002.parquet": pets(12),
    "data/train-00001-of-00002.parquet": pets(9, start=12),
    "data/test-00000-of-00001.parquet": pets(6, start=100),
}
PETS = pets(20)
CAT = {"_type": "ClassLabel", "names": CLASSES}


@pytest.fixture(scope="module")
def running() -> Iterator[Hub]:
    with serving_hub() as hub:
        yield hub


@pytest.fixture
def hub(running: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hub:
    running.forget()
    use(running.url, monkeypatch)
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    return running


def use(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do in this process what HF_ENDPOINT does in a new one."""
    import huggingface_hub.constants

    path = huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE.partition("/{repo_id}")[2]
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", address)
    template = f"{address}/{{repo_id}}{path}"
    monkeypatch.setattr(huggingface_hub.constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)


def loaded(words: str) -> tuple[HuggingFace, Prepared]:
    built, prepared = prepare_named(words, "auto")
    assert isinstance(built.component, HuggingFace)
    return built.component, prepared


def error_of(words: str, kind: type[DataError] = DataError) -> str:
    with pytest.raises(kind) as error:
        loaded(words)
    text = str(error.value)
    assert text.startswith("huggingface: ")
    assert "\n" not in text
    return text


def test_images_and_labels_are_those_of_the_files(hub: Hub) -> None:
    commit = hub.add("zoo/pets", SHARDS, license="mit")
    dataset, prepared = loaded("huggingface:zoo/pets")
    assert (dataset.revision, prepared.origin) == (commit, "full")
    assert dataset.info.image_shape == (8, 8, 1)
    assert dataset.info.class_names == CLASSES
    assert dataset.info.sizes == {"train": 21, "test": 6}
    assert dataset.info.license == "mit"
    train = prepared.splits.train
    assert train.labels.tolist() == [at % 3 for at in range(21)]
    pixels = np.random.default_rng(14).integers(0, 256, (8, 8), np.uint8)
    assert np.array_equal(train.images[14, :, :, 0], pixels)


def test_the_commit_is_recorded_and_found_again_when_the_branch_moves(hub: Hub) -> None:
    from zookit.training.resolve import compose

    commit = hub.add("zoo/pets", SHARDS)
    recorded = compose("huggingface:zoo/pets", "dense:units=2").experiment.dataset
    assert recorded.parameters["revision"] == commit
    newer = hub.repositories["zoo/pets"].commit({**SHARDS, "data/train-2.parquet": pets(3, 50)})
    again, _ = prepare_named(recorded, "auto")
    assert again.component.info.sizes["train"] == 21
    moved, _ = loaded("huggingface:zoo/pets")
    assert moved.revision == newer
    assert moved.info.sizes["train"] == 24


def test_what_is_downloaded_needs_no_network(hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    commit = hub.add("zoo/pets", SHARDS)
    loaded("huggingface:zoo/pets")
    hub.requests.clear()
    loaded(f"huggingface:zoo/pets,revision={commit}")
    assert hub.requests == []
    hub.status = 503
    with caplog.at_level(logging.WARNING, "zookit"):
        dataset, _ = loaded("huggingface:zoo/pets")
    assert dataset.revision == commit
    assert commit in caplog.text


def test_without_a_network_and_a_download_it_is_one_line(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.add("zoo/pets", SHARDS)
    with pytest.raises(DataUnavailable, match="not on this machine"):
        fetched(default.datasets.build("huggingface:zoo/pets"), offline=True)
    assert hub.requests == []
    use("http://user:secret@127.0.0.1:1", monkeypatch)
    text = error_of("huggingface:zoo/pets", DataUnavailable)
    assert "cannot be reached" in text
    assert "secret" not in text


@pytest.mark.parametrize(
    ("in_terminal", "says"),
    [
        (True, "zookit data fetch huggingface:repo=zoo/pets,size=16."),
        (False, 'zookit.load_data("huggingface:repo=zoo/pets,size=16", data="full").'),
    ],
)
def test_what_is_not_downloaded_is_an_error_with_the_command(in_terminal: bool, says: str) -> None:
    with at_command_line(in_terminal), pytest.raises(DataUnavailable) as error:
        HuggingFace("zoo/pets", size=16).info  # noqa: B018
    assert str(error.value).endswith(says)


def test_a_large_download_is_refused_until_the_limit_is_raised(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.add("zoo/pets", SHARDS)
    monkeypatch.setenv("ZOOKIT_MAX_DOWNLOAD_GB", "0.000001")
    text = error_of("huggingface:zoo/pets")
    assert "zoo/pets" in text
    assert "set ZOOKIT_MAX_DOWNLOAD_GB=1." in text
    assert not any("/resolve/" in path for _, path in hub.requests)
    monkeypatch.setenv("ZOOKIT_MAX_DOWNLOAD_GB", "1")
    loaded("huggingface:zoo/pets")


def test_a_file_with_other_content_is_refused(hub: Hub) -> None:
    hub.add("zoo/pets", SHARDS)
    hub.wrong.add("data/test-00000-of-00001.parquet")
    assert "data/test-00000-of-00001.parquet" in error_of("huggingface:zoo/pets", WrongHash)
    hub.wrong.clear()
    _, prepared = loaded("huggingface:zoo/pets")
    assert len(prepared.splits.test) == 6


@pytest.mark.slow
def test_a_connection_that_breaks_off_is_resumed(hub: Hub) -> None:
    hub.add("zoo/pets", SHARDS)
    hub.cut.add("data/train-00000-of-00002.parquet")
    _, prepared = loaded("huggingface:zoo/pets")
    assert hub.cut == set()
    assert len(prepared.splits.train) == 21


def test_a_file_that_is_lost_is_downloaded_again(hub: Hub) -> None:
    hub.add("zoo/pets", SHARDS)
    loaded("huggingface:zoo/pets")
    folder = downloads_folder("huggingface-zoo--pets")
    assert sorted(each.name for each in folder.rglob("*.parquet")) == sorted(
        name.removeprefix("data/") for name in SHARDS
    )
    assert not list(folder.rglob(".cache"))
    next(folder.rglob("test-*.parquet")).unlink()
    hub.requests.clear()
    loaded("huggingface:zoo/pets")
    assert {path.rpartition("/")[2] for _, path in hub.requests if "/resolve/" in path} == {
        "test-00000-of-00001.parquet"
    }
    shutil.rmtree(folder)
    loaded("huggingface:zoo/pets")


@pytest.mark.parametrize(
    ("private", "says"), [(False, ["gated", "hf auth login"]), (True, ["zoo/pets", "HF_TOKEN"])]
)
def test_a_login_is_needed_and_used(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, private: bool, says: list[str]
) -> None:
    hub.add("zoo/pets", SHARDS)
    hub.repositories["zoo/pets"].gated = not private
    hub.repositories["zoo/pets"].token = "hf_secret"
    monkeypatch.setenv("HF_TOKEN", "hf_other")
    text = error_of("huggingface:zoo/pets")
    assert all(each in text for each in says)
    assert "hf_other" not in text
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    dataset, _ = loaded("huggingface:zoo/pets")
    assert "hf_secret" not in repr(dataset)
    assert not any(
        b"hf_secret" in each.read_bytes()
        for each in downloads_folder().rglob("*")
        if each.is_file()
    )


@pytest.mark.parametrize(
    ("words", "files", "card", "says"),
    [
        ("zoo/nothing", SHARDS, {}, ["no data set zoo/nothing"]),
        ("zoo/pets,revision=v9", SHARDS, {}, ["'v9'"]),
        ("zoo/pets/extra/more", SHARDS, {}, ["OWNER/NAME"]),
        ("zoo/pets", {"pets.py": b"import os"}, {}, ["'.py'", "revision=refs/convert/parquet"]),
        ("zoo/pets,test=holdout", SHARDS, {}, ["'holdout'", "'test', 'train'"]),
        ("zoo/pets,image=picture", SHARDS, {}, ["'picture'", "one of 'image'"]),
        ("zoo/pets,label=image", SHARDS, {}, ["'image'", "one class", "'label'"]),
        ("zoo/pets", {"train.parquet": b"PAR1" * 9}, {}, ["train.parquet", "Parquet"]),
        (
            "zoo/pets",
            {"a/train/0.parquet": pets(), "b/train/0.parquet": pets()},
            {},
            ["'a', 'b'", "config=a"],
        ),
        ("zoo/pets,config=c", {"a/train/0.parquet": pets()}, {}, ["'c'", "'a'"]),
        ("zoo/pets", {"a.parquet": pets(), "b.parquet": pets()}, {}, ["'a', 'b'", "train=a"]),
    ],
)
def test_an_error_names_the_choices(
    hub: Hub, words: str, files: dict[str, bytes], card: dict[str, Any], says: list[str]
) -> None:
    hub.add("zoo/pets", files, **card)
    text = error_of(f"huggingface:{words}")
    assert all(each in text for each in says)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (table([picture(1)] * 2, [0, -1]), ["label -1", "train=NAME"]),
        (table([picture(1)] * 2, [0, None]), ["no label"]),
        (table([picture(1)] * 2, [0, 7]), ["label 7", "3 classes"]),
        (table([picture(1), picture(2, (8, 9))], [0, 1]), ["image 1", "9 x 8", "size=224"]),
        (table([picture(1), picture(2, mode="RGB")], [0, 1]), ["image 1", "grey=false"]),
        (table([b"", picture(2)], [0, 1]), ["first image", "'image'"]),
        (table([b"GIF", picture(2)], [0, 1]), ["first image"]),
        (table([picture(1)], [[0]], features={}), ["no column of classes", "'image', 'label'"]),
        (
            table(
                [picture(1)],
                [0],
                features={"image": {"_type": "Image"}, "label": CAT, "kind": CAT},
                more={"kind": [1]},
            ),
            ["'label', 'kind'", "label=label"],
        ),
        (table([picture(1)], [0], image="x", label="y", features={}), ["no column of classes"]),
        (table([picture(1)], [3], features={}), ["'label' has 1 class", "label=COLUMN"]),
    ],
)
def test_files_without_one_label_for_each_image_are_refused(
    hub: Hub, content: bytes, says: list[str]
) -> None:
    hub.add("zoo/pets", {"train.parquet": content})
    text = error_of("huggingface:zoo/pets")
    assert all(each in text for each in says)


def test_images_of_other_sizes_and_colours_are_converted(hub: Hub) -> None:
    content = table(
        [picture(1), picture(2, (20, 9)), picture(3, mode="RGB"), picture(4)], [0, 0, 1, 1]
    )
    hub.add("zoo/pets", {"train.parquet": content})
    dataset, prepared = loaded("huggingface:zoo/pets,size=8,grey=false")
    assert dataset.info.image_shape == (8, 8, 3)
    assert len(prepared.splits.train) == len(prepared.splits.test) == 2
    assert prepared.splits.train.images.shape == (2, 8, 8, 3)


def test_an_image_that_cannot_be_read_is_left_out(
    hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    content = table([picture(1), b"GIF", picture(2)], [0, 1, 1])
    hub.add("zoo/pets", {"train.parquet": content, "test.parquet": pets(3, 50)})
    _, prepared = loaded("huggingface:zoo/pets")
    assert len(prepared.splits.train) == 2
    assert "image 1 of the train split" in caplog.text


def test_a_test_image_that_is_for_training_too_is_left_out(
    hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    hub.add("zoo/pets", {"train.parquet": pets(6), "test.parquet": pets(3, start=5)})
    _, prepared = loaded("huggingface:zoo/pets")
    assert prepared.duplicates == {"test": 1}
    assert "1 image of the test split left out" in caplog.text


def test_classes_without_declared_names_are_the_values(hub: Hub) -> None:
    images = [picture(each) for each in range(6)]
    named = table(images, ["dog", "cat", "dog", "cat", "dog", "cat"], features={})
    hub.add("zoo/pets", {"train.parquet": named, "val.parquet": pets(2, 50, features={})})
    hub.add("zoo/named", {"train.parquet": named})
    dataset, prepared = loaded("huggingface:zoo/named")
    assert dataset.info.class_names == ("cat", "dog")
    assert set(prepared.splits.train.labels.tolist()) == {0, 1}
    hub.add("zoo/tens", {"train.parquet": table(images, [10, 20, 10, 20, 10, 20], features={})})
    assert loaded("huggingface:zoo/tens")[0].info.class_names == ("10", "20")


def test_a_card_declares_configurations_and_classes(hub: Hub) -> None:
    features = [
        {"name": "image", "dtype": "image"},
        {
            "name": "label",
            "dtype": {"class_label": {"names": {"0": "cat", "1": "dog", "10": "fish"}}},
        },
    ]
    hub.add(
        "zoo/pets",
        {"a/x-0.parquet": pets(6, features={}), "b/y.parquet": pets(6, 50, features={})},
        configs=[
            {"config_name": "small", "data_files": "b/*"},
            {
                "config_name": "large",
                "default": True,
                "data_files": [
                    {"split": "train", "path": ["a/x-*"]},
                    {"split": "test", "path": "**/y.parquet"},
                ],
            },
        ],
        dataset_info=[{"config_name": "large", "features": features}],
    )
    dataset, _ = loaded("huggingface:zoo/pets")
    assert dataset.info.class_names == CLASSES
    assert dataset.info.sizes == {"train": 6, "test": 6}
    assert loaded("huggingface:zoo/pets,config=small,split=0.4")[0].info.class_names == (
        "0",
        "1",
        "2",
    )


def test_the_converted_branch_is_used(hub: Hub) -> None:
    hub.add("zoo/pets", {"pets.py": b""})
    files = {"default/train/0000.parquet": pets(6), "default/test/0000.parquet": pets(3, 50)}
    commit = hub.repositories["zoo/pets"].commit(files, "refs/convert/parquet")
    dataset, _ = loaded("huggingface:zoo/pets,revision=refs/convert/parquet")
    assert dataset == HuggingFace("zoo/pets", revision=commit)
    assert dataset.info.sizes == {"train": 6, "test": 3}


def test_the_address_of_a_page_is_not_a_name() -> None:
    address = "https://huggingface.co/datasets/zoo/pets/tree/main"
    with pytest.raises(BadParameter, match="write zoo/pets"):
        default.datasets.build(f"huggingface:{address}")


@pytest.mark.parametrize("path", ["../x.parquet", "/etc/x.parquet", "a\\..\\x.parquet"])
def test_a_file_outside_of_the_folder_is_refused(hub: Hub, path: str) -> None:
    hub.add("zoo/pets", {path: pets()})
    assert "outside" in error_of("huggingface:zoo/pets")


def test_other_parameters_of_one_commit_share_the_files(hub: Hub) -> None:
    hub.add("zoo/pets", SHARDS)
    dataset, _ = loaded("huggingface:zoo/pets")
    hub.requests.clear()
    loaded(f"huggingface:zoo/pets,size=16,revision={dataset.revision}")
    assert hub.requests == []
    assert replace(dataset, size=16).info.image_shape == (16, 16, 1)


def test_other_splits_share_the_files_and_not_the_folder(hub: Hub) -> None:
    hub.add("zoo/pets", SHARDS | {"data/extra-0.parquet": pets(3, 200)})
    first, prepared = loaded("huggingface:zoo/pets")
    loaded("huggingface:zoo/pets,train=extra")
    again, prepared_again = loaded("huggingface:zoo/pets")
    assert again.downloaded == first.downloaded
    assert prepared_again.hash == prepared.hash
    got = [path for method, path in hub.requests if method == "GET" and "/resolve/" in path]
    assert len(got) == len(SHARDS) + 1


def test_a_configuration_of_any_name_stays_in_its_folder(hub: Hub) -> None:
    commit = hub.add(
        "zoo/pets",
        {"d/train.parquet": pets(), "d/test.parquet": pets(3, 50)},
        configs=[
            {
                "config_name": "..",
                "data_files": [
                    {"split": "train", "path": "d/train*"},
                    {"split": "test", "path": "d/test*"},
                ],
            }
        ],
    )
    dataset, _ = loaded("huggingface:zoo/pets")
    home = downloads_folder("huggingface-zoo--pets")
    assert dataset.downloaded is not None
    assert dataset.downloaded.parent == home / commit
    assert not [each for each in home.rglob("*.parquet") if dataset.downloaded not in each.parents]


def test_a_commit_is_the_one_that_was_asked_for(hub: Hub) -> None:
    commit = hub.add("zoo/pets", SHARDS)
    hub.repositories["zoo/pets"].branches["0" * 40] = commit
    assert commit in error_of(f"huggingface:zoo/pets,revision={'0' * 40}")


def test_a_full_disk_is_not_called_the_network(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub

    def full(*_: Any, **__: Any) -> str:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    hub.add("zoo/pets", SHARDS)
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", full)
    assert "Free some space" in error_of("huggingface:zoo/pets", DataUnavailable)


def test_a_token_that_cannot_be_read_is_named(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub

    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), "/home/me/token")

    hub.add("zoo/pets", SHARDS)
    monkeypatch.setattr(huggingface_hub.HfApi, "dataset_info", refuse)
    assert "/home/me/token" in error_of("huggingface:zoo/pets", DataUnavailable)


def test_all_cells_of_a_sweep_use_one_commit(hub: Hub, zookit: Command) -> None:
    hub.add("zoo/pets", SHARDS)
    words = ["--dataset", "huggingface:zoo/pets", "--architecture", "dense"]
    outcome = zookit("sweep", *words, "--architecture", "cnn", "--dry-run", "--json")
    assert outcome.code == 0, outcome.err
    asked = [path for _, path in hub.requests if path.startswith("/api/datasets/")]
    assert asked == ["/api/datasets/zoo/pets/revision/main"]


def test_a_misspelt_command_is_corrected_without_the_hub(hub: Hub, zookit: Command) -> None:
    hub.add("zoo/pets", SHARDS)
    outcome = zookit("run", "huggingface:zoo/pets", "dnese", "--epochs", "1")
    assert "zookit run huggingface:zoo/pets dense --epochs 1" in outcome.message()
    assert hub.requests == []


def test_show_downloads_nothing(hub: Hub, zookit: Command) -> None:
    hub.add("zoo/pets", SHARDS)
    assert "zookit data fetch" in zookit("show", "huggingface:zoo/pets").out
    assert hub.requests == []
    loaded("huggingface:zoo/pets")
    commit = hub.repositories["zoo/pets"].branches["main"]
    assert "cat, dog, fish" in zookit("show", f"huggingface:zoo/pets,revision={commit}").out


def has_own_data(run: zookit.Run) -> bool:
    evaluated = run.evaluate().data
    return evaluated is not None and evaluated.own


@pytest.mark.slow
def test_a_run_is_resumed_and_evaluated_without_the_hub(hub: Hub, tmp_path: Path) -> None:
    commit = hub.add("zoo/pets", SHARDS)
    words = ("huggingface:zoo/pets", DENSE)
    run = zookit.run(*words, epochs=1, runs_dir=tmp_path / "runs", **SMALL)
    assert run.experiment.dataset.parameters["revision"] == commit
    files = [each.read_bytes() for each in run.folder.rglob("*") if each.is_file()]
    assert not any(hub.url.encode() in each or bytes(tmp_path) in each for each in files)

    hub.repositories["zoo/pets"].commit({"train.parquet": pets(30, 500)})
    hub.status = 503
    run = zookit.resume(run.folder, epochs=2, quiet=True)
    assert run.epochs == 2
    assert has_own_data(run)
    shutil.rmtree(downloads_folder("huggingface-zoo--pets"))
    for use_data in (run.evaluate, lambda: zookit.resume(run.folder, epochs=3, quiet=True)):
        with pytest.raises(DataUnavailable, match=r"huggingface: zoo/pets: .* status 503"):
            use_data()
    hub.status = None
    assert has_own_data(run)


@pytest.mark.slow
def test_it_keeps_the_contract_of_data_sets(hub: Hub, zookit: Command) -> None:
    commit = hub.add("zoo/pets", SHARDS)
    loaded("huggingface:zoo/pets")
    outcome = zookit("check", f"huggingface:zoo/pets,revision={commit}")
    assert outcome.code == 0, outcome.out


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=8), st.booleans())
def test_whatever_a_file_contains_it_is_read_or_refused(
    changes: list[tuple[int, int]], cut: bool
) -> None:
    content = bytearray(PETS)
    for at, byte in changes:
        content[-1 - at % len(content)] = byte
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.parquet")
        path.write_bytes(content[: sum(at for at, _ in changes)] if cut else content)
        with contextlib.suppress(DataError):
            columns = find_columns(path, None, None, {}, "zoo/pets")
            label_values([path], columns.label, "zoo/pets")
            assert len(list(examples([path], columns))) == count_rows([path])
