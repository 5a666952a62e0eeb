"""Checks of all kinds of components. Tests of each kind run the others."""

from pathlib import Path

import pytest
from edited_plugin import restore_plugins
from renamed_plugin import RenamedPlugin
from wrong_plugins import entries, failed_checks, installed

from zookit.registry import Registry
from zookit.testing import targets
from zookit.testing.check import ContractBroken
from zookit.testing.component import every_attribute_has_a_type, old_names_still_work


@pytest.mark.slow
def test_a_module_that_imports_keras_fails(tmp_path: Path) -> None:
    with installed(tmp_path, "wrong_heavy") as found:
        failed = failed_checks(found["heavy"], found["heavy"])
        assert set(failed) == set(entries("wrong_heavy")["heavy"][1])
        assert "keras" in failed["is known without tensorflow"]


UNTYPED = """
from dataclasses import dataclass
from typing import Any, ClassVar

from zookit.core import Callback
from zookit.plugins import StopAtLoss

@dataclass(frozen=True)
class Fine(Callback):
    adds = ("f1",)
    patience: int = 3
    kind: ClassVar[str] = "any"
    LIMIT = 9
    _private = 1

    @property
    def monitors(self) -> Any:
        return ()

    def build(self) -> Any:
        return None

@dataclass(frozen=True)
class Untyped(Fine):
    epochs = 5

@dataclass(frozen=True)
class Overridden(StopAtLoss):
    threshold = 0.1
"""


def test_an_attribute_without_a_type_is_no_parameter(tmp_path: Path) -> None:
    path = tmp_path / "untyped.py"
    path.write_text(UNTYPED)
    found = {each.words.name: each for each in targets(str(path), registry=Registry())}
    every_attribute_has_a_type(found["fine"])
    for name, attribute in (("untyped", "epochs = 5"), ("overridden", "threshold = 0.1")):
        with pytest.raises(ContractBroken, match=attribute):
            every_attribute_has_a_type(found[name])


def test_old_names_that_still_work_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    plugin = RenamedPlugin(tmp_path)
    plugin.install_second()
    try:
        found = targets("zookit-renamed", registry=Registry())
        assert {each.words.name for each in found} == {"beta", "stop_late", "portion"}
        for target in found:
            old_names_still_work(target)
    finally:
        restore_plugins()
