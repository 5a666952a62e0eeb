"""The versions that must be the same everywhere."""

from pathlib import Path

import pytest

from zookit.plugins.launchers.dask_versions import difference, versions


def test_zookit_what_computes_and_plugins_are_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = tmp_path / "zookit_net-1.5.dist-info"
    found.mkdir()
    (found / "METADATA").write_text("Metadata-Version: 2.1\nName: Zookit_Net\nVersion: 1.5\n")
    (found / "entry_points.txt").write_text("[zookit.architectures]\nnet = net:Net\n")
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "file.py").write_text("one")
    monkeypatch.setenv("ZOOKIT_PLUGINS", str(tmp_path / "file.py"))
    here = versions()
    assert {"zookit", "keras", "tensorflow", "zookit-net", "file.py"} <= set(here)
    assert here["zookit-net"] == "1.5"
    assert "pytest" not in here
    (tmp_path / "file.py").write_text("two")
    assert "file.py" in difference(here, versions())
    assert difference(here, here) == ""


def test_what_differs_is_named() -> None:
    assert difference({"keras": "3.15"}, {"keras": "3.14", "more": "1"}) == (
        "has keras 3.14, expected 3.15"
    )
    assert difference({"zookit-net": "1"}, {}) == "has no zookit-net, expected 1"
