"""The cache folder, and files that are written aside."""

from pathlib import Path

import pytest

from zookit.core.data import cache_folder
from zookit.core.data.cache import locked, written_aside


def test_the_variable_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", "~/my cache")
    assert cache_folder() == tmp_path / "my cache"
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", "")
    assert cache_folder().is_absolute()
    assert cache_folder().name == "zookit"


def test_a_file_is_moved_into_place_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "made" / "file"
    with written_aside(path) as aside:
        aside.write_text("new")
        assert not path.exists()
    assert path.read_text() == "new"
    assert list(path.parent.iterdir()) == [path]


def test_an_error_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(RuntimeError), written_aside(path) as aside:  # noqa: PT012
        aside.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_lock_can_be_taken_again_after_an_error() -> None:
    for _ in range(2):
        with pytest.raises(RuntimeError), locked("made"):
            raise RuntimeError
