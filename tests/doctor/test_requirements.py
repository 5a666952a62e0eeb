"""What distributions require of zookit, and the groups of their entry points."""

from collections.abc import Callable
from pathlib import Path

import pytest
from made_plugins import make_distribution

from zookit.doctor.requirements import (
    offering_distributions,
    requirements_not_met,
    unknown_groups,
)

Offer = Callable[..., None]


@pytest.fixture
def offer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Offer:
    monkeypatch.syspath_prepend(tmp_path)

    def make(name: str, *requires: str, group: str = "zookit.architectures") -> None:
        make_distribution(tmp_path, name, {group: "net = nets:Net"}, requires=requires)

    return make


@pytest.mark.parametrize(
    ("requires", "unmet"),
    [
        (["zookit>=0.0.1"], []),
        (["zookit>=99", "numpy>=99"], ["zookit>=99"]),
        (["ZooKit >= 99"], ["ZooKit >= 99"]),
        (["zookit>=99; extra == 'gpu'"], []),
        (["zookit-extras>=99"], []),
        (["zookit >=>= 1", "numpy >=>= 1"], ["zookit >=>= 1"]),
    ],
    ids=str,
)
def test_requirements_that_are_not_met(offer: Offer, requires: list[str], unmet: list[str]) -> None:
    offer("My_Net", *requires)
    assert requirements_not_met(offering_distributions())["my-net"] == unmet


def test_a_group_that_zookit_does_not_have(offer: Offer) -> None:
    offer("my-net", group="zookit.architecture")
    offering = {"my-net": offering_distributions()["my-net"]}
    (finding,) = unknown_groups(offering, frozenset({"zookit.architectures"}))
    assert finding.state == "unreadable"
    assert "my-net==1.0" in finding.reason
    assert "Did you mean 'zookit.architectures'?" in finding.reason


def test_only_distributions_with_plugins_count(offer: Offer) -> None:
    offer("my-net", group="other.architectures")
    assert set(offering_distributions()) == {"zookit"}
