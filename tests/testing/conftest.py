"""Plugins that are wrong on purpose, installed for the tests of a module."""

from collections.abc import Iterator

import pytest
from wrong_plugins import installed

from zookit.testing import Target


@pytest.fixture(scope="module")
def wrong(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Target]]:
    """The plugins of the module that the test module names as MODULE."""
    with installed(tmp_path_factory.mktemp("site"), request.module.MODULE) as found:
        yield found


@pytest.fixture
def user_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Choices of a user, which must not change what is checked."""
    monkeypatch.setenv("ZOOKIT_WITH", "not_installed")
    monkeypatch.setenv("ZOOKIT_DISABLE", "dense,mnist")
