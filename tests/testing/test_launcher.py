"""Each check of launchers fails on the plugin that is wrong in that way, and on no other."""

import pytest
from wrong_plugins import checks_of_wrong_plugins

MODULE = "wrong_launchers"
pytestmark = [pytest.mark.xdist_group(MODULE), pytest.mark.slow]  # each check starts processes

test_wrong_plugins_fail_the_expected_checks = checks_of_wrong_plugins(MODULE)
