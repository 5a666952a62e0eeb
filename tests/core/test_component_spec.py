"""A component by name and parameters, as an experiment records it."""

from dataclasses import dataclass

import pytest

from zookit.core import Component, ComponentSpec


@dataclass(frozen=True)
class Sizes(Component):
    """A component with a required parameter."""

    size: int
    factor: float = 1.0
    name: str = "a"


def test_a_spec_has_all_parameters_and_knows_the_defaults() -> None:
    spec = ComponentSpec.of("zoo/sizes", Sizes(size=3, factor=2.0))
    assert spec.parameters == {"size": 3, "factor": 2.0, "name": "a"}
    assert spec.changed() == {"name": "zoo/sizes", "parameters": {"size": 3, "factor": 2.0}}
    assert spec.plain() == {"name": "zoo/sizes", "parameters": dict(spec.parameters)}


@dataclass(frozen=True)
class Either(Component):
    """A component that refuses its defaults."""

    first: int | None = None
    second: int | None = None
    factor: float = 1

    def __post_init__(self) -> None:
        if (self.first is None) == (self.second is None):
            raise ValueError("give first or second")


def test_a_class_may_refuse_its_defaults() -> None:
    spec = ComponentSpec.of("zoo/either", Either(first=3))
    assert spec.defaulted == {"second", "factor"}


def test_a_spec_is_written_in_words_without_its_distribution() -> None:
    spec = ComponentSpec.of("zoo/sizes", Sizes(size=3))
    assert spec.short_name == "sizes"
    assert spec.words == "sizes:size=3,factor=1.0,name=a"
    assert spec.short_words == "sizes:size=3"


@dataclass(frozen=True)
class Pair(Component):
    """A component whose parameters all have defaults."""

    a: int = 1
    b: int = 1
    c: tuple[int, ...] = ()


def test_an_identifier_names_all_parameters_but_the_first() -> None:
    assert ComponentSpec("zookit/top_k", {"k": 5}).identifier == "top_k_5"
    given = [Pair(a=2), Pair(b=2), Pair(b=-2), Pair(-2, b=3), Pair(c=(-1, 3))]
    assert [ComponentSpec.of("zoo/m", each).identifier for each in given] == [
        "m_2",
        "m_b_2",
        "m_b_minus_2",
        "m_minus_2_b_3",
        "m_c_minus_1_3",
    ]


def test_defaults_do_not_count_for_equality() -> None:
    assert ComponentSpec("a", {"b": 1}, frozenset("b")) == ComponentSpec("a", {"b": 1})


@pytest.mark.parametrize(
    ("name", "registered"), [("mnist", True), ("zoo/mnist", True), ("my_module:Mean", False)]
)
def test_only_a_module_and_class_is_not_registered(name: str, registered: bool) -> None:
    assert ComponentSpec(name).registered is registered
