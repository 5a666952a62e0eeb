"""Fashion-MNIST: the bundled sample and the full set."""

import os
from pathlib import Path

import pytest
from samples import check_sample, sizes

from zookit.data.prepared import prepare
from zookit.plugins.datasets.fashion_mnist import FashionMnist


def test_the_sample() -> None:
    check_sample(FashionMnist(), train=6000, test=1000)


def test_the_class_names() -> None:
    names = FashionMnist().info.class_names
    assert (names[0], names[5], names[9]) == ("T-shirt/top", "Sandal", "Ankle boot")


@pytest.mark.full_data
def test_the_full_set(test_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOKIT_DATA_DIR", os.fspath(test_data))
    prepared = prepare(FashionMnist(), "full", "fashion_mnist", "zookit==1")
    assert prepared.origin == "full"
    assert sizes(prepared) == {"train": 60_000, "test": 10_000} == dict(FashionMnist().info.sizes)
