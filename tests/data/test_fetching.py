"""Data sets that a library downloads are fetched before they are used, and recorded as pinned."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import pytest

from zookit.core import (
    BrokenPlugin,
    DataError,
    Dataset,
    DatasetInfo,
    DataUnavailable,
    Split,
    Splits,
)
from zookit.core.data import Progress, Source
from zookit.data.fetching import fetched, only_what_is_here
from zookit.data.prepared import prepare_named
from zookit.data.source import find
from zookit.registry import default
from zookit.training.resolve import compose

LIBRARY: dict[str, Any] = {}
"""What stands for the library: the folder of its files, and how often it was asked."""


@dataclass(frozen=True)
class Hosted(Dataset):
    """A data set whose newest version a library knows."""

    version: str = "newest"

    @property
    def downloaded(self) -> Path | None:
        return LIBRARY["folder"] if self.version != "newest" else None

    @property
    def info(self) -> DatasetInfo:
        if self.downloaded is None:
            raise DataUnavailable("it is not on this machine")
        return DatasetInfo((8, 8, 1), ("a", "b"))

    def fetched(self, progress: Progress, offline: bool) -> Self:
        if self.version != "newest":
            return self
        if offline:
            raise DataUnavailable("the newest version is not known without a network")
        LIBRARY["asked"] = LIBRARY.get("asked", 0) + 1
        with progress("downloading", 1, "bytes") as advance:
            (LIBRARY["folder"] / "pixels").write_bytes(bytes(range(64)))
            advance(1)
        return replace(self, version="7")

    def load(self, source: Source) -> Splits:
        pixels = np.frombuffer(source.file("pixels").read_bytes(), np.uint8).reshape(1, 8, 8, 1)
        images = np.concatenate([pixels, pixels + 1, pixels + 2, pixels + 3])
        labels = np.array([0, 1, 0, 1])
        test = Split(np.concatenate([pixels + 2, pixels + 9]), labels[2:])
        return Splits(Split(images, labels), test)


@dataclass(frozen=True)
class Changing(Hosted):
    """A data set that fetches another class."""

    def fetched(self, progress: Progress, offline: bool) -> Any:
        return None


@dataclass(frozen=True)
class Refusing(Hosted):
    """A data set that is none."""

    def fetched(self, progress: Progress, offline: bool) -> Self:
        raise DataError("it has no images.")


@pytest.fixture(autouse=True)
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "cache"))
    LIBRARY.clear()
    LIBRARY["folder"] = tmp_path / "library"
    LIBRARY["folder"].mkdir()


def test_the_pinned_parameters_are_recorded() -> None:
    composition = compose(Hosted(), "dense:units=2")
    assert composition.experiment.dataset.parameters == {"version": "7"}
    assert composition.dataset == Hosted("7")


def test_what_is_pinned_and_here_is_not_asked_for() -> None:
    compose(Hosted("7"), "dense:units=2")
    assert "asked" not in LIBRARY


def test_nothing_is_fetched_if_another_word_is_wrong() -> None:
    with pytest.raises(Exception, match="dnese"):
        compose(Hosted(), "dnese")
    assert "asked" not in LIBRARY


def test_the_data_is_full_and_its_hash_is_that_of_the_files() -> None:
    data = default.datasets.build(Hosted())
    source = find(fetched(data).component, "auto", "hosted", lambda _: None)
    assert (source.origin, source.folder, source.location) == (
        "full",
        LIBRARY["folder"],
        "downloaded",
    )
    assert source.hash is not None


def test_copies_between_splits_are_left_out(caplog: pytest.LogCaptureFixture) -> None:
    _, prepared = prepare_named(Hosted(), "auto")
    assert prepared.duplicates == {"test": 1}
    assert len(prepared.splits.test) == 1
    assert "same pixels" in caplog.text


def test_there_is_no_sample() -> None:
    with pytest.raises(DataError, match="no bundled sample"):
        prepare_named(Hosted(), "sample")


@pytest.mark.parametrize(
    ("dataset", "error", "says"),
    [
        (Changing, BrokenPlugin, "fetched returned None"),
        (Refusing, DataError, "Refusing: it has no"),
    ],
)
def test_what_cannot_be_fetched_is_an_error(
    dataset: Callable[[], Dataset], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        fetched(default.datasets.build(dataset()))


def test_offline_uses_no_network() -> None:
    with pytest.raises(DataUnavailable, match="without a network"):
        fetched(default.datasets.build(Hosted()), offline=True)
    assert "asked" not in LIBRARY


def test_what_is_only_tried_uses_no_network() -> None:
    with only_what_is_here(), pytest.raises(DataUnavailable, match="without a network"):
        compose(Hosted(), "dense:units=2")
    assert "asked" not in LIBRARY
