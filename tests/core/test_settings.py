"""The settings of an experiment, and the options of a run."""

from dataclasses import fields
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest

from zookit.core import Settings, TrainingKeywords
from zookit.registry import Registry
from zookit.training.options import FREEZE


def alternatives(hint: Any) -> set[Any]:
    """Return the types and literal values of a union."""
    if get_origin(hint) in (Union, UnionType):
        return set().union(*map(alternatives, get_args(hint)))
    if get_origin(hint) is Literal:
        return set(get_args(hint))
    return {hint}


def test_the_keywords_are_exactly_the_options() -> None:
    names = [each.name for each in fields(Settings)]
    names += [kind.keyword for kind in Registry.kinds() if kind.option and kind.recorded]
    names += [FREEZE, "init"]
    assert sorted(TrainingKeywords.__annotations__) == sorted(names)
    assert TrainingKeywords.__total__ is False


@pytest.mark.parametrize("name", [each.name for each in fields(Settings)])
def test_a_keyword_has_the_type_of_its_option(name: str) -> None:
    keyword, option = (
        alternatives(get_type_hints(kind)[name]) for kind in (TrainingKeywords, Settings)
    )
    assert keyword == option


def test_no_setting_is_required() -> None:
    assert not Settings().changed()


def test_what_differs_from_the_default_is_changed() -> None:
    assert Settings(epochs=9, threads=2).changed() == {"epochs": 9, "threads": 2}


def test_only_threads_may_be_none() -> None:
    hints = get_type_hints(Settings)
    assert {name for name in hints if NoneType in alternatives(hints[name])} == {"threads"}
