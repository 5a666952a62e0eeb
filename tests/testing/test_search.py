"""Each check of searches fails on the plugin that is wrong in that way, and on no other."""

import pytest
from wrong_plugins import checks_of_wrong_plugins

MODULE = "wrong_searches"
pytestmark = pytest.mark.xdist_group(MODULE)

test_wrong_plugins_fail_the_expected_checks = checks_of_wrong_plugins(MODULE)
