"""What the runs of a sweep measure."""

from typing import Any

import pytest

from zookit.core import BadParameter
from zookit.sweeps.measured import check_measured
from zookit.sweeps.request import SweepRequest


def request(**changes: Any) -> SweepRequest:
    return SweepRequest.of(datasets=["mnist"], architectures=["dense"], **changes)


@pytest.mark.parametrize(
    ("by", "changes"),
    [
        ("accuracy", {}),
        ("loss", {}),
        ("macro_f1", {"options": {"metrics": ["macro_f1"]}}),
        ("top_k_3", {"options": {"metrics": "top_k:3"}}),
        ("top_k_3", {"vary": {"metrics": [[], ["macro_f1", "top_k:3"]]}}),
        ("top_k_4", {"options": {"metrics": ["top_k"]}, "vary": {"top_k.k": [3, 4]}}),
    ],
)
def test_what_is_measured_can_rank(by: str, changes: dict[str, Any]) -> None:
    check_measured(by, request(**changes))


@pytest.mark.parametrize(
    ("by", "changes", "facts"),
    [
        ("acuracy", {}, ["'acuracy'", "Did you mean 'accuracy'", "--metric"]),
        ("macro_f1", {}, ["'macro_f1'", "macro_f1"]),
        ("f1", {"options": {"metrics": ["macro_f1"]}}, ["'f1'", "accuracy and loss and macro_f1"]),
        ("top_k_5", {"options": {"metrics": ["top_k:3"]}}, ["'top_k_5'", "top_k_3"]),
        ("epochs", {}, ["'epochs'"]),
    ],
)
def test_what_no_run_measures_is_refused(
    by: str, changes: dict[str, Any], facts: list[str]
) -> None:
    with pytest.raises(BadParameter) as raised:
        check_measured(by, request(**changes))
    assert all(fact in str(raised.value) for fact in facts), str(raised.value)
