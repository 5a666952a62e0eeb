"""Each check of architectures fails on the plugin that is wrong in that way, and on no other."""

from collections.abc import Iterator

import pytest
from wrong_plugins import entries, failed_checks, installed

from zookit.testing import Target

MODULE = "wrong_architectures"
pytestmark = pytest.mark.xdist_group(MODULE)


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Target]]:
    with installed(tmp_path_factory.mktemp("site"), MODULE) as found:
        yield found


@pytest.mark.parametrize("name", entries(MODULE))
def test_wrong_plugins_fail_the_expected_checks(
    wrong: dict[str, Target], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A person's choices do not change what is checked.
    monkeypatch.setenv("ZOOKIT_WITH", "not_installed")
    monkeypatch.setenv("ZOOKIT_DISABLE", "dense,mnist")
    failed = failed_checks(wrong[name], wrong["right"])
    assert set(failed) == set(entries(MODULE)[name][1]), failed
    assert all("The contract: " in message for message in failed.values())
