"""CIFAR-100: a made-up archive, with its fine and its coarse labels."""

from pathlib import Path

import numpy as np
import pytest
from http_server import Server
from published import cifar100_files, publish, put

from zookit.core import BadParameter
from zookit.core.parameters import create
from zookit.data.prepared import prepare
from zookit.plugins.datasets.cifar100 import Cifar100

FILES = cifar100_files()


def test_the_class_names() -> None:
    fine, coarse = Cifar100().info.class_names, Cifar100("coarse").info.class_names
    assert (len(fine), len(coarse)) == (100, 20)
    assert list(fine) == sorted(fine)
    assert list(coarse) == sorted(coarse)
    assert {"aquarium_fish", "pickup_truck", "worm"} < set(fine)
    assert {"aquatic_mammals", "vehicles_2"} < set(coarse)


def test_the_archive_is_downloaded(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(monkeypatch, server, Cifar100, FILES, 404, "ranges")
    found = prepare(Cifar100(), "full", "cifar100", "zookit==1")
    assert found.origin == "full"
    assert found.splits.train.images.shape == (100, 32, 32, 3)
    assert found.splits.test.labels.tolist() == list(range(100))


def test_the_coarse_labels_are_of_the_same_images(data_dir: Path) -> None:
    put(data_dir / "cifar-100", FILES)
    fine = prepare(Cifar100(), "full", "cifar100", "zookit==1").splits.train
    coarse = prepare(Cifar100("coarse"), "full", "cifar100", "zookit==1").splits.train
    assert np.array_equal(fine.images, coarse.images)
    assert coarse.labels.tolist() == [label % 20 for label in range(100)]


def test_other_labels_are_an_error_with_the_choices() -> None:
    with pytest.raises(BadParameter, match=r"fine.*coarse"):
        create(Cifar100, {"labels": "medium"}, "cifar100")
