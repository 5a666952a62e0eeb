"""Kuzushiji-MNIST: made-up files from servers and from a folder."""

import gzip
from pathlib import Path

import pytest
from http_server import Server
from published import kmnist_files, publish, put
from samples import sizes

from zookit.data.prepared import prepare
from zookit.plugins.datasets.kmnist import Kmnist

FILES = kmnist_files()


def test_the_class_names() -> None:
    assert Kmnist().info.class_names[:4] == ("o", "ki", "su", "tsu")


def test_the_files_are_downloaded(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(monkeypatch, server, Kmnist, FILES, "cut", "ranges")
    found = prepare(Kmnist(), "full", "kmnist", "zookit==1")
    assert found.origin == "full"
    assert sizes(found) == {"train": 20, "test": 10}


def test_unzipped_files_are_read(data_dir: Path) -> None:
    plain = {name.removesuffix(".gz"): gzip.decompress(FILES[name]) for name in FILES}
    put(data_dir / "kmnist", plain)
    found = prepare(Kmnist(), "full", "kmnist", "zookit==1")
    assert found.origin == "local"
    assert found.splits.test.images.shape == (10, 28, 28, 1)
