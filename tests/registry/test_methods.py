"""Methods take the arguments of their contract."""

from dataclasses import dataclass
from typing import Any

import pytest
from made_by_hand import Mean

from zookit.core import Architecture, BadParameter, Callback, Dataset, Listener
from zookit.plugins import Dense
from zookit.registry import default
from zookit.registry.methods import method_complaint


def without(self: Any) -> None: ...
def one(self: Any, one: Any) -> None: ...
def optional(self: Any, one: Any, more: int = 3) -> None: ...
def several(self: Any, *all_of: Any) -> None: ...
def two(self: Any, one: Any, more: Any) -> None: ...
def running(self: Any, run: Any) -> None: ...
def by_position(self: Any, run: Any, /) -> None: ...


@pytest.mark.parametrize(
    ("base", "name", "right", "wrong"),
    [
        (Dataset, "load", [one, optional, several], [without, two]),
        (Architecture, "features", [one, optional], [without, two]),
        (Architecture, "check", [one], [without]),
        (Callback, "build", [without, several, running], [one, by_position]),
        (Listener, "build", [without], [one, running, by_position]),
    ],
)
def test_a_method_must_take_what_it_is_called_with(
    base: type, name: str, right: list[Any], wrong: list[Any]
) -> None:
    for method in right:
        assert method_complaint(type("Own", (base,), {name: method}), base) is None
    for method in wrong:
        complaint = method_complaint(type("Own", (base,), {name: method}), base)
        assert complaint is not None
        assert f"expected {name}(self" in complaint


def test_the_arguments_are_shown_as_they_are_written() -> None:
    complaint = method_complaint(type("Own", (Callback,), {"build": by_position}), Callback)
    assert complaint == "it defines build(self, run, /), expected build(self, run)"


def test_what_is_no_method_is_not_looked_at() -> None:
    assert method_complaint(type("Own", (Dataset,), {"load": staticmethod(one)}), Dataset) is None
    assert method_complaint(Dense, Architecture) is None


def test_an_instance_is_looked_at_too() -> None:
    @dataclass(frozen=True)
    class Other(Mean):
        def features(self) -> Any: ...  # type: ignore[override]

    with pytest.raises(BadParameter, match=r"features\(self\), expected features\(self, images\)"):
        default.architectures.build(Other())
