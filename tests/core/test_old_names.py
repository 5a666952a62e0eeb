"""Old names of parameters mean the new ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

from zookit.core import Architecture, BadParameter, Component, ComponentSpec, Words
from zookit.core.declaration import declaration_complaint
from zookit.core.old_names import current_name, lost_name_complaint, renames_of
from zookit.core.parameters import create


@dataclass(frozen=True)
class Net(Architecture):
    """A net whose first parameter was renamed twice."""

    renamed: ClassVar[Mapping[str, str]] = {"size": "units", "units": "width", "rate": "dropout"}

    width: int = 8
    dropout: float = 0.0

    def features(self, images: Any) -> Any:
        return images


@dataclass(frozen=True)
class Deeper(Net):
    """A subclass has the parameters, and so their old names."""

    depth: int = 1


@pytest.mark.parametrize("kind", [Net, Deeper])
@pytest.mark.parametrize("old", ["size", "units", "width"])
def test_a_value_by_any_of_its_names_is_the_same(kind: type[Net], old: str) -> None:
    for given in (
        Words.parse(f"net:{old}=3,rate=0.5"),
        {old: 3, "rate": 0.5},
        {old: "3", "dropout": 0.5},
    ):
        assert create(kind, given) == kind(width=3, dropout=0.5)


@pytest.mark.parametrize("given", ["units=3,width=4", "3,units=4", "size=3,units=3"])
def test_a_value_that_is_given_by_two_names_is_refused(given: str) -> None:
    with pytest.raises(BadParameter, match=r"net: .*units.* 'width'"):
        create(Net, Words.parse(f"net:{given}"))


def test_two_names_in_a_mapping_are_refused_too() -> None:
    with pytest.raises(BadParameter, match=r"Net: 'width' and 'units' .* 'width'"):
        create(Net, {"width": 3, "units": 3})


def test_a_message_names_the_new_parameter() -> None:
    with pytest.raises(BadParameter, match=r"width must be a whole number, got 'x'"):
        create(Net, Words.parse("net:units=x"))
    with pytest.raises(BadParameter, match=r"no parameter 'unit'. Did you mean 'width'"):
        create(Net, Words.parse("net:unit=3"))


def test_the_correction_of_a_mapping_is_about_the_wrong_value() -> None:
    with pytest.raises(BadParameter) as raised:
        create(Net, {"units": 3, "rate": "0,5"})
    assert raised.value.correction is not None
    assert str(raised.value.correction) == "dropout=0.5"


def test_names_of_input_files_change_with_their_parameter() -> None:
    assert current_name(Net, "units") == "width"
    assert current_name(Net, "units.1") == "width.1"
    assert current_name(Net, "other.1") == "other.1"


def test_a_spec_takes_other_names() -> None:
    spec = ComponentSpec("a/alpha", {"units": 3, "depth": 1}, frozenset({"units"}))
    renamed = spec.under("a/beta", {"units": "width"})
    assert renamed == ComponentSpec("a/beta", {"width": 3, "depth": 1})
    assert renamed.defaulted == {"width"}


def _declared(renames: Any) -> type[Component]:
    @dataclass(frozen=True)
    class Declared(Component):
        renamed = renames
        width: int = 1
        units: int = 1

    return Declared


@pytest.mark.parametrize("renames", [{"units": "width"}, ["units"], {"old": 3}])
def test_a_class_that_reuses_an_old_name_is_refused(renames: Any) -> None:
    complaint = declaration_complaint(_declared(renames))
    assert complaint is not None
    assert "'renamed'" in complaint


@pytest.mark.parametrize("renames", [{"old": "new"}, {"old": "older", "older": "old"}])
def test_a_name_that_leads_to_no_parameter_is_reported(renames: Any) -> None:
    complaint = lost_name_complaint(_declared(renames))
    assert complaint is not None
    assert "'old'" in complaint


def test_names_that_lead_to_parameters_are_right() -> None:
    assert declaration_complaint(Net) is lost_name_complaint(Net) is None
    assert renames_of(Net) == {"size": "width", "units": "width", "rate": "dropout"}
