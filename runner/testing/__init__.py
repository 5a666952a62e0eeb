"""The contracts of plugins, as checks that anyone can run on what is installed.

    test_contract = contract_tests("zookit-stripes")

in a test file is all a plugin needs; `zookit check zookit-stripes` does the same without pytest.
"""

from zookit.testing.callback_harness import epochs_trained
from zookit.testing.check import Check, ContractBroken
from zookit.testing.checks import checks_of
from zookit.testing.pytest_tests import contract_tests
from zookit.testing.target import NotApplicable, Subject, subjects

__all__ = [
    "Check",
    "ContractBroken",
    "NotApplicable",
    "Subject",
    "checks_of",
    "contract_tests",
    "epochs_trained",
    "subjects",
]
