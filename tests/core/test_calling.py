"""Calling a method of a plugin with the arguments that it declares."""

from typing import Any

import pytest

from zookit.core.calling import call_declared


def nothing() -> str:
    return "nothing"


def classes(classes: int) -> str:
    return f"{classes} classes"


def both(run: str, classes: int = 2) -> str:
    return f"{run}, {classes}"


def everything(**offered: Any) -> str:
    return " ".join(sorted(offered))


@pytest.mark.parametrize(
    ("method", "expected"),
    [(nothing, "nothing"), (classes, "5 classes"), (both, "a, 5"), (everything, "classes run")],
)
def test_a_method_gets_what_it_declares(method: Any, expected: str) -> None:
    assert call_declared(method, classes=5, run="a") == expected


def test_an_argument_that_is_not_offered_is_an_error() -> None:
    with pytest.raises(TypeError, match="run"):
        call_declared(both, classes=5)
