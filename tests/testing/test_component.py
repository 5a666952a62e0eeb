"""Checks of all kinds of components. Tests of each kind run the others."""

from pathlib import Path

import pytest
from edited_plugin import restore_plugins
from renamed_plugin import RenamedPlugin
from wrong_plugins import entries, failed_checks, installed

from zookit.registry import Registry
from zookit.testing import targets
from zookit.testing.component import old_names_go_on_working


@pytest.mark.slow
def test_a_module_that_imports_keras_fails(tmp_path: Path) -> None:
    with installed(tmp_path, "wrong_heavy") as found:
        failed = failed_checks(found["heavy"], found["heavy"])
        assert set(failed) == set(entries("wrong_heavy")["heavy"][1])
        assert "keras" in failed["is known without tensorflow"]


def test_old_names_that_go_on_working_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    plugin = RenamedPlugin(tmp_path)
    plugin.install_second()
    try:
        found = targets("zookit-renamed", registry=Registry())
        assert {each.words.name for each in found} == {"beta", "stop_late", "portion"}
        for target in found:
            old_names_go_on_working(target)
    finally:
        restore_plugins()
