"""The cache folder, and files that are written aside."""

from pathlib import Path

import pytest

from zookit.core.data import cache_folder
from zookit.core.data.cache import locked


def test_the_variable_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", "~/my cache")
    assert cache_folder() == tmp_path / "my cache"
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", "")
    assert cache_folder().is_absolute()
    assert cache_folder().name == "zookit"


def test_a_lock_can_be_taken_again_after_an_error() -> None:
    for _ in range(2):
        with pytest.raises(RuntimeError), locked("made"):
            raise RuntimeError
