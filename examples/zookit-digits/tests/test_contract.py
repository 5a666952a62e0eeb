"""The contracts of zookit, held up to everything that this package offers."""

from zookit.testing import contract_tests

test_contract = contract_tests("zookit-digits")
