"""The files of a source are found by name."""

from pathlib import Path

import pytest

from zookit.core import DataError
from zookit.core.data import Source


def test_the_first_name_that_exists_is_returned(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("")
    (tmp_path / "c").write_text("")
    assert Source("full", tmp_path, "0", "the cache").file("a", "b", "c") == tmp_path / "b"


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"the cache.* a or b"):
        Source("full", tmp_path, "0", "the cache").file("a", "b")
    with pytest.raises(DataError, match="a"):
        Source("full", None, None, "generated").file("a")
