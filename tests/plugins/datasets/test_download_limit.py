"""A download of a data set is limited by a variable of the environment, not by a parameter."""

import pytest

from zookit.core import DataError
from zookit.plugins.datasets.download_limit import GIGABYTE, check_download


def test_ten_gigabytes_are_downloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ZOOKIT_MAX_DOWNLOAD_GB", raising=False)
    check_download("cats", 10 * GIGABYTE)
    with pytest.raises(DataError, match=r"cats .*12\.3 GB.* 10 GB.*ZOOKIT_MAX_DOWNLOAD_GB=13\."):
        check_download("cats", 12_300_000_000)


def test_the_variable_sets_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOKIT_MAX_DOWNLOAD_GB", "13")
    check_download("cats", 12_300_000_000)
    monkeypatch.setenv("ZOOKIT_MAX_DOWNLOAD_GB", "0.5")
    with pytest.raises(DataError, match=r"0\.5 GB"):
        check_download("cats", GIGABYTE)


@pytest.mark.parametrize("text", ["much", "-1", "0", "nan"])
def test_another_value_is_an_error(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("ZOOKIT_MAX_DOWNLOAD_GB", text)
    with pytest.raises(DataError, match=f"ZOOKIT_MAX_DOWNLOAD_GB is '{text}'"):
        check_download("cats", 1)
