"""The settings of an experiment, and the options of a run."""

from dataclasses import fields
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest

from zookit.core import Settings, TrainingKeywords, TrainingOptions


def alternatives(hint: Any) -> set[Any]:
    """Return the types and literal values of a union."""
    if get_origin(hint) in (Union, UnionType):
        return set().union(*map(alternatives, get_args(hint)))
    if get_origin(hint) is Literal:
        return set(get_args(hint))
    return {hint}


def test_the_keywords_are_exactly_the_options() -> None:
    names = [each.name for each in fields(TrainingOptions)]
    assert sorted(TrainingKeywords.__annotations__) == sorted(names)
    assert TrainingKeywords.__total__ is False


@pytest.mark.parametrize("name", [each.name for each in fields(TrainingOptions)])
def test_a_keyword_has_the_type_of_its_option(name: str) -> None:
    keyword, option = (
        alternatives(get_type_hints(kind)[name]) for kind in (TrainingKeywords, TrainingOptions)
    )
    if name == "augment":
        # Words as well, and any sequence of the same names.
        words, names = sorted(keyword, key=str, reverse=True)
        assert words is str or names is str
        sequence = names if words is str else words
        assert get_args(sequence)[0] == get_args(*option)[0]
    else:
        assert keyword == option


def test_no_option_is_required() -> None:
    assert TrainingOptions().settings() == Settings()
    assert not Settings().changed()


def test_what_differs_from_the_default_is_changed() -> None:
    assert Settings(epochs=9, threads=2).changed() == {"epochs": 9, "threads": 2}


def test_an_augmentation_is_named_once() -> None:
    with pytest.raises(ValueError, match=r"flip\+flip"):
        TrainingOptions(augment=("flip", "flip"))


def test_only_threads_and_learning_rate_may_be_none() -> None:
    hints = get_type_hints(TrainingOptions)
    assert {name for name in hints if NoneType in alternatives(hints[name])} == {
        "threads",
        "learning_rate",
    }
