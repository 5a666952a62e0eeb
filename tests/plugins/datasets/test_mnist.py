"""MNIST: the bundled sample and the full set."""

import os
from pathlib import Path

import pytest
from samples import check_sample, sizes

from zookit.data.prepared import prepare
from zookit.plugins.datasets.mnist import Mnist


def test_the_sample() -> None:
    check_sample(Mnist(), train=6000, test=1000)


def test_the_class_names() -> None:
    names = Mnist().info.class_names
    assert names == tuple("0123456789")


@pytest.mark.full_data
def test_the_full_set(test_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOKIT_DATA_DIR", os.fspath(test_data))
    prepared = prepare(Mnist(), "full", "mnist", "zookit==1")
    assert prepared.origin == "full"
    assert sizes(prepared) == {"train": 60_000, "test": 10_000} == dict(Mnist().info.sizes)
