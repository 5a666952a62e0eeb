"""The contracts of plugins, as checks that you can run on any installed plugin.

    test_contract = contract_tests("zookit-stripes")

in a test file is all that a plugin package needs. `zookit check zookit-stripes` does the same
without pytest.
"""

from zookit.testing.callback_harness import epochs_trained
from zookit.testing.check import Check, ContractBroken
from zookit.testing.checks import checks_for
from zookit.testing.pytest_tests import contract_tests
from zookit.testing.target import NotApplicable, Target, targets

__all__ = [
    "Check",
    "ContractBroken",
    "NotApplicable",
    "Target",
    "checks_for",
    "contract_tests",
    "epochs_trained",
    "targets",
]
