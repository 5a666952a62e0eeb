"""`zookit data`."""

from pathlib import Path

import pytest
from conftest import Command

from zookit.plugins.datasets.mnist import Mnist


def test_list_and_clear(zookit: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "cache"))
    assert "empty" in zookit("data", "list").out
    for name in ("mnist", "fashion_mnist"):
        zookit("show", name, "--image", "0", "--data", "sample")
    listed = zookit("data", "list").out
    assert "\nmnist (sample)" in listed
    assert "fashion_mnist (sample)" in listed
    message = zookit("data", "clear", "mnits").message()
    assert "'mnits'" in message
    assert "fashion_mnist, mnist" in message
    assert str(tmp_path / "cache") in zookit("data", "clear", "mnist").out
    listed = zookit("data", "list").out
    assert "fashion_mnist (sample)" in listed
    assert "\nmnist (sample)" not in listed
    assert zookit("data", "clear").code == 0
    assert "empty" in zookit("data", "list").out


def test_fetch_prepares_the_full_set(
    zookit: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From ZOOKIT_DATA_DIR, with the files of the sample, so that the origin is local."""
    (tmp_path / "data").mkdir()
    assert Mnist.sample is not None
    (tmp_path / "data" / "mnist").symlink_to(Mnist.sample)
    monkeypatch.setenv("ZOOKIT_DATA_DIR", str(tmp_path / "data"))
    outcome = zookit("data", "fetch", "mnist")
    assert outcome.out.split() == ["mnist", "local", "6,000", "train,", "1,000", "test"]
    assert "Did you mean 'mnist'?" in zookit("data", "fetch", "mnist", "mnits").message()
