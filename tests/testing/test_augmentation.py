"""Each check of augmentations fails on the plugin that is wrong in that way, and on no other."""

import pytest
from wrong_plugins import cases, entries, failed_checks

from zookit.testing import Target

MODULE = "wrong_augmentations"
pytestmark = pytest.mark.xdist_group(MODULE)


@pytest.mark.usefixtures("user_settings")
@pytest.mark.parametrize("name", cases(MODULE))
def test_wrong_plugins_fail_the_expected_checks(wrong: dict[str, Target], name: str) -> None:
    failed = failed_checks(wrong[name], wrong["right"])
    assert set(failed) == set(entries(MODULE)[name][1]), failed
    assert all("The contract: " in message for message in failed.values())
