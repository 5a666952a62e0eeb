"""The contracts of plugins, as checks that anyone can run on what is installed.

    test_contract = contract_tests("zookit-stripes")

in a test file is all a plugin needs; `zookit check zookit-stripes` does the same without pytest.
"""

from zookit.conformance.check import Check, ContractBroken
from zookit.conformance.checks import checks_of
from zookit.conformance.driving import epochs_trained
from zookit.conformance.subject import NotApplicable, Subject, subjects
from zookit.conformance.testing import contract_tests

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
