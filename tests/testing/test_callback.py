"""Each check of callbacks fails on the plugin that is wrong in that way, and on no other."""

import pytest
from wrong_plugins import checks_of_wrong_plugins

from zookit.testing import targets
from zookit.testing.callback import acts_as_its_examples_say

MODULE = "wrong_callbacks"
pytestmark = pytest.mark.xdist_group(MODULE)

test_wrong_plugins_fail_the_expected_checks = checks_of_wrong_plugins(MODULE)


def test_examples_do_not_depend_on_the_given_parameters() -> None:
    (target,) = targets("stop_at_loss:0.3")
    acts_as_its_examples_say(target)
    assert target.component.threshold == 0.3
