"""Components are built from words, specs and instances, with their owner."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from plugin_site import MODULE, Site

from zookit.core import (
    Architecture,
    BadParameter,
    BadWords,
    ComponentSpec,
    NotInstalled,
    UnknownName,
    Words,
)
from zookit.plugins.architectures.dense import Dense
from zookit.plugins.callbacks.stop_at_loss import StopAtLoss
from zookit.registry import Built

if TYPE_CHECKING:
    import zookit.registry


@pytest.fixture
def nets(site: Site) -> "zookit.registry.Components[Architecture]":
    """A group with one architecture that works."""
    site.module("nets")
    site.install("alpha", "net = nets:Net")
    return site.architectures


@pytest.mark.parametrize(
    "given",
    [
        "net:units=4+5",
        "net:4+5",
        "alpha/net:4+5",
        Words("net", ((None, "4+5"),)),
        ComponentSpec("net", {"units": [4, 5]}),
        ComponentSpec("Alpha/net", {"units": (4, "5")}),
    ],
)
def test_builds_from_words_or_a_spec(
    nets: "zookit.registry.Components[Architecture]", given: str | Words | ComponentSpec
) -> None:
    built = nets.build(given)
    assert built.component == sys.modules["nets"].Net((4, 5))
    assert built.spec == ComponentSpec("alpha/net", {"units": [4, 5]})
    assert built.owner == "alpha==1.0"


def test_the_spec_has_every_parameter(nets: "zookit.registry.Components[Architecture]") -> None:
    assert nets.build("net").spec == ComponentSpec("alpha/net", {"units": [8]})


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ("net:unit=4", BadParameter, "net: no parameter 'unit'. Did you mean 'units'?"),
        ("alpha/net:0", BadParameter, "alpha/net: units must be greater than 0, got 0"),
        (
            ComponentSpec("alpha/net", {"units": ["x"]}),
            BadParameter,
            "net: units must be a whole number, got ['x']",
        ),
        (ComponentSpec("net", {3: 4}), BadParameter, "net: no parameter 3."),  # type: ignore[dict-item]
        ("net:", BadWords, "expected a value"),
        ("nett", UnknownName, "no architecture named 'nett'. Write \"net\"."),
        (ComponentSpec("beta/net"), UnknownName, "no architecture named 'beta/net'."),
        (
            StopAtLoss(),
            UnknownName,
            "StopAtLoss is not an architecture. Expected a zookit.core.",
        ),
        (Dense, BadWords, "got <class 'zookit.plugins.architectures.dense.Dense'>"),
        (None, BadWords, "instance of zookit.core.Architecture; got None"),
        (["net"], BadWords, "got ['net']"),
    ],
)
def test_a_component_that_cannot_be_built_is_refused(
    nets: "zookit.registry.Components[Architecture]",
    given: str,
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error) as raised:
        nets.build(given)
    assert message in str(raised.value)


@pytest.mark.parametrize("value", ["nets:Net", "nets:Outer.Inner", "front:Net"])
def test_an_instance_of_an_installed_class_has_its_owner(site: Site, value: str) -> None:
    site.module("nets", f"{MODULE}\n    class Outer:\n        Inner = Net\n")
    site.module("front", "from nets import Net")
    site.install("alpha", f"net = {value}")
    nets = site.architectures
    net = nets["net"].load()
    built = nets.build(net(units=[3]))  # type: ignore[call-arg]
    assert built.component == net(units=(3,))  # type: ignore[call-arg]
    assert built.spec == ComponentSpec("alpha/net", {"units": [3]})
    assert built.owner == "alpha==1.0"


def test_finding_the_owner_of_an_instance_imports_nothing(site: Site) -> None:
    site.module("nets", "raise RuntimeError('imported')")
    site.install("alpha", "net = nets:Net\ndeep = nets.sub:Net")
    built = site.architectures.build(Dense(units=(3,)))
    assert built.spec.name == "zookit.plugins.architectures.dense:Dense"
    assert built.owner is None
    assert "nets" not in sys.modules


def test_a_package_that_is_missing_is_named_once(site: Site) -> None:
    packages = "'no_such_one': 'other[extra]', 'no_such_two': 'other[extra]', 'no_such': 'more'"
    source = f"{MODULE}\n        packages = {{{packages}}}\n"
    site.module("nets", source)
    site.install("alpha", "net = nets:Net")
    with pytest.raises(NotInstalled, match=r"pip install 'other\[extra\]' 'more'$"):
        site.architectures.build("net")


@dataclass(frozen=True)
class Mine(Architecture):
    """Not registered."""

    units: int = 3

    def features(self, images: object) -> object:
        return images


class Undecorated(Mine):
    """Not a dataclass, so `more` is not a parameter."""

    more: int = 3


@dataclass(frozen=True)
class Misdeclared(Mine):
    """Has a parameter of a type that words cannot express."""

    table: Mapping[str, int] | None = None


def test_an_unregistered_instance_is_named_by_its_class(site: Site) -> None:
    built = site.architectures.build(Mine(units="4"))  # type: ignore[arg-type]
    assert built == Built(Mine(4), ComponentSpec(f"{__name__}:Mine", {"units": 4}), None)
    assert not built.spec.registered


@pytest.mark.parametrize(
    ("instance", "message"),
    [
        (Mine("x"), "Mine: units must be a whole number, got 'x'."),  # type: ignore[arg-type]
        (Undecorated(), "Undecorated cannot be used: it is not decorated with @dataclass(frozen"),
        (Misdeclared(), "Misdeclared cannot be used: parameter 'table' has the type "),
    ],
)
def test_an_unregistered_instance_is_checked(
    site: Site, instance: Architecture, message: str
) -> None:
    with pytest.raises(BadParameter) as raised:
        site.architectures.build(instance)
    assert str(raised.value).startswith(message)
