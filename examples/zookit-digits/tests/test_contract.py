"""Every component of this package keeps the contract of its kind."""

from zookit.testing import contract_tests

test_contract = contract_tests("zookit-digits")
