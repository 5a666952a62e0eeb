"""`zookit data`."""

import json
import os
import pty
import shutil
import sys
from pathlib import Path

import pytest
from conftest import Command

from zookit.core.data import cache_folder
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
    assert "'mnits'" in zookit("data", "fetch", "mnist", "mnits").message()


@pytest.mark.usefixtures("fresh_cache")
def test_fetch_advises_no_sample(zookit: Command) -> None:
    message = zookit("data", "fetch", "mnist").message()
    assert "ZOOKIT_MIRROR" in message
    assert "--data" not in message


OF_SOMEBODY = ("scratch/notes.txt", "hashes/all.txt", "downloads/film/a.mp4", "prepared/my-set/x")


def test_clear_leaves_a_folder_in_use_alone(
    zookit: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(home))
    for name in OF_SOMEBODY:
        (home / name).parent.mkdir(parents=True)
        (home / name).write_text("mine")
    zookit("show", "mnist", "--image", "0", "--data", "sample")
    outcome = zookit("data", "clear")
    assert outcome.code == 0
    assert all((home / name).read_text() == "mine" for name in OF_SOMEBODY)
    assert not list((cache_folder() / "prepared").iterdir())


def test_clear_refuses_a_folder_without_zookit_s_mark(
    zookit: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "home"))
    for name in OF_SOMEBODY:
        (cache_folder() / name).parent.mkdir(parents=True)
        (cache_folder() / name).write_text("mine")
    zookit("show", "mnist", "--image", "0", "--data", "sample")
    assert "CACHEDIR.TAG" in zookit("data", "clear", "--yes").message()
    assert all((cache_folder() / name).exists() for name in OF_SOMEBODY)


@pytest.mark.parametrize(("answer", "removed"), [("y", True), ("n", False), ("", False)])
def test_clear_lists_and_asks_on_a_terminal(
    zookit: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, removed: bool
) -> None:
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "home"))
    zookit("show", "mnist", "--image", "0", "--data", "sample")
    (folder,) = (cache_folder() / "prepared").iterdir()
    master, slave = pty.openpty()
    with os.fdopen(slave) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        os.write(master, f"{answer}\n".encode())
        outcome = zookit("data", "clear")
    os.close(master)
    assert outcome.code == (0 if removed else 1)
    assert "mnist (sample)" in outcome.out
    assert folder.name in outcome.out
    assert folder.exists() != removed


def test_verify_removes_what_is_damaged(
    zookit: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path / "home"))
    for name in ("mnist", "fashion_mnist"):
        zookit("show", name, "--image", "0", "--data", "sample")
    assert zookit("data", "verify").code == 0
    (damaged,) = (cache_folder() / "prepared").glob("fashion_mnist-*")
    path = damaged / "train-images.npy"
    path.chmod(0o644)
    with path.open("r+b") as file:
        file.seek(100_000)
        file.write(bytes(100_000))
    assert zookit("data", "verify", "mnist").code == 0
    outcome = zookit("data", "verify")
    assert outcome.code == 1
    assert str(damaged) in outcome.out
    assert "train-images.npy" in outcome.out
    assert not damaged.exists()
    assert zookit("data", "verify").code == 0


def test_what_an_earlier_version_left_in_the_folder_is_mentioned(
    zookit: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Earlier versions wrote into ZOOKIT_CACHE_DIR itself, without a mark."""
    home = tmp_path / "home"
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(home))
    left = home / "prepared" / "mnist-0123456789abcdef"
    left.mkdir(parents=True)
    (left / "meta.json").write_text(json.dumps({"format": 1, "origin": "full", "hash": "0"}))
    for command in ("list", "clear"):
        outcome = zookit("data", command)
        assert outcome.code == 0
        assert str(home / "prepared") in outcome.err
    assert left.exists()
    shutil.rmtree(left)
    assert not zookit("data", "list").err
