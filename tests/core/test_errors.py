"""Values and exceptions in messages: one line, short, and with a suggestion."""

import pytest

from zookit.core import did_you_mean, reason_of
from zookit.core.errors import quoted, typed_reason_of


def test_a_value_is_quoted_in_one_short_line() -> None:
    assert quoted("a\nb") == r"'a\nb'"
    assert quoted([1, "x"]) == "[1, 'x']"
    assert quoted("x" * 1000).endswith("...")
    assert len(quoted("x" * 1000)) < 250


def test_a_value_without_a_repr_is_named_by_its_type() -> None:
    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]
    assert quoted(nested) == "<list too large to show>"
    assert quoted(10**5000) == "<int too large to show>"


def test_a_reason_is_one_line_or_the_type() -> None:
    assert reason_of(ValueError("a\n  b")) == "a b"
    assert reason_of(ValueError()) == "ValueError"
    assert typed_reason_of(ImportError("no\nmodule")) == "ImportError: no module"


class Unshowable(Exception):
    """Its text and its representation raise what it was given."""

    def __str__(self) -> str:
        raise self.args[0]

    __repr__ = __str__


@pytest.mark.parametrize("raised", [ValueError(), SystemExit(3), RecursionError(), GeneratorExit()])
def test_an_error_that_cannot_be_shown_is_named_by_its_type(raised: BaseException) -> None:
    error = Unshowable(raised)
    assert "cannot be shown" in reason_of(error)
    assert typed_reason_of(error).startswith("Unshowable: ")
    assert quoted(error).startswith("<Unshowable ")


def test_a_reason_is_not_longer_than_a_screen() -> None:
    assert len(reason_of(ValueError("x" * 10**7))) < 3000


def test_ctrl_c_is_never_swallowed() -> None:
    for show in (reason_of, typed_reason_of, quoted):
        with pytest.raises(KeyboardInterrupt):
            show(Unshowable(KeyboardInterrupt()))


def test_a_similar_name_is_suggested() -> None:
    assert did_you_mean("dnese", ["cnn", "dense"]) == " Did you mean 'dense'?"
    assert did_you_mean("xyz", ["cnn", "dense"]) == ""
