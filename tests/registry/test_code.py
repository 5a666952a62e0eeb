"""The hash of a component's source code."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from bounded import bounded
from edited_plugin import EditedPlugin, restore_plugins
from plugin_site import Site

from zookit.core import Architecture
from zookit.plugins.architectures.cnn import Cnn
from zookit.plugins.architectures.dense import Dense
from zookit.plugins.datasets.mnist import Mnist
from zookit.registry import default
from zookit.registry.code import code_hash


def installed() -> type[Architecture]:
    return default.architectures["edited_net"].load()


def test_it_is_of_all_modules_of_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin = EditedPlugin(tmp_path, monkeypatch)
    before = code_hash(installed())
    plugin.write("helper", "FACTOR = 2.0\ndef scaled(features): return features * FACTOR\n")
    after = code_hash(installed())
    assert len(before) == 64
    assert before != after
    plugin.install("2.0")
    assert code_hash(installed()) == after
    restore_plugins()


def test_an_edit_after_the_import_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    EditedPlugin(tmp_path, monkeypatch)
    kind = installed()
    before = code_hash(kind)
    (tmp_path / "edited_net" / "helper.py").write_text("FACTOR = 3\n")
    assert code_hash(kind) == before
    restore_plugins()


def test_a_module_without_a_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    site = Site(tmp_path)
    site.module("lonely")
    site.install("zookit-lonely", "lonely = lonely:Net")
    before = code_hash(site.architectures["lonely"].load())
    assert len(before) == 64
    site.module("another")
    assert code_hash(site.architectures["lonely"].load()) == before


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
def test_a_pipe_or_a_device_in_the_package_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], None]
) -> None:
    EditedPlugin(tmp_path, monkeypatch)
    kind = installed()
    make(tmp_path / "edited_net" / "odd.py")
    with bounded(2, 64):
        assert code_hash(kind) == ""
    restore_plugins()


def test_of_zookit_only_the_folder_counts() -> None:
    assert code_hash(Dense) == code_hash(Cnn)
    assert code_hash(Dense) != code_hash(Mnist)


def test_a_class_of_no_file_has_none() -> None:
    made = type("Made", (), {"__module__": "no_such_module"})
    assert code_hash(made) == ""
