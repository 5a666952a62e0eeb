"""The cache folder, which is marked as zookit's, and its locks."""

from pathlib import Path

import pytest

from zookit.core import DataError
from zookit.core.data import cache_folder
from zookit.core.data.cache import cache_subfolder, is_marked, locked


def test_the_variable_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", "~/my cache")
    assert cache_folder() == tmp_path / "my cache" / "zookit-cache"
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", "")
    assert cache_folder().is_absolute()
    assert cache_folder().name == "zookit"


def test_a_user_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", "~nobody-of-that-name/cache")
    with pytest.raises(DataError, match="ZOOKIT_CACHE_DIR"):
        cache_folder()


def test_a_new_cache_is_marked_and_a_folder_in_use_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path))
    assert not is_marked(cache_folder())
    assert cache_subfolder("locks").parent == cache_folder()
    assert is_marked(cache_folder())
    tag = cache_folder() / "CACHEDIR.TAG"
    assert tag.read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55\n")
    tag.unlink()
    cache_subfolder("locks")
    assert not is_marked(cache_folder())  # its files may be anybody's


def test_the_usual_cache_of_an_earlier_version_is_marked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    (cache_folder() / "prepared").mkdir(parents=True)
    cache_subfolder("locks")
    assert is_marked(cache_folder())
    (cache_folder() / "CACHEDIR.TAG").unlink()
    (cache_folder() / "mine").touch()
    cache_subfolder("locks")
    assert not is_marked(cache_folder())


def test_a_tag_that_leads_elsewhere_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOOKIT_CACHE_DIR", str(tmp_path))
    cache_folder().mkdir()
    (cache_folder() / "CACHEDIR.TAG").symlink_to(tmp_path / "elsewhere")
    cache_subfolder("locks")
    assert not (tmp_path / "elsewhere").exists()
    assert not is_marked(cache_folder())


def test_a_lock_can_be_taken_again_after_an_error() -> None:
    for _ in range(2):
        with pytest.raises(RuntimeError), locked("made"):
            raise RuntimeError
