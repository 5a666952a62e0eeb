"""The checks as pytest tests, run by pytest itself."""

import pytest

from zookit.testing import checks_for, contract_tests, targets

test_contract = contract_tests("mnist")


def test_there_is_one_test_for_each_check() -> None:
    (target,) = targets("mnist")
    (mark,) = test_contract.pytestmark
    ids = [case.id for case in mark.args[1]]
    assert len(ids) == len(checks_for(target))
    assert "datasets/mnist-loads" in ids


def test_a_check_that_does_not_apply_is_skipped() -> None:
    (test,) = (contract_tests("image_folder"),)
    (mark,) = test.pytestmark
    target, check = next(
        case.values for case in mark.args[1] if case.id.endswith("arrays_agree_with_info")
    )
    with pytest.raises(pytest.skip.Exception):
        test(target, check)
